import { DAY_MS, HOUR_MS, type Instant } from "./instant.ts";

/** What an operator is told of by itself. */
export const ALERT_KINDS = [
  "mail-failed",
  "mail-unconfirmed",
  "mailbox-attention",
  "scheduler-late",
  "frozen",
  "older-sender-mailed",
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** Something that needs a person, as it is found at one look. */
export interface Trouble {
  readonly kind: AlertKind;
  /** The campaign or mailbox that it is about; absent when it is about the installation. */
  readonly subjectId?: number;
  /** How often it came up since the look before (`mail-failed`), or how many there are now (all others). */
  readonly count: number;
  /** What is said of `count` of them, in one sentence. */
  readonly say: (count: number) => string;
}

/** What is known of a cause: since when, how often, and when it was told. */
export interface Alert {
  readonly cause: string;
  readonly text: string;
  readonly count: number;
  readonly firstAt: Instant;
  /** When it came up last. */
  readonly lastAt: Instant;
  readonly toldAt: Instant;
  /** Absent while it lasts. */
  readonly endedAt: Instant | null;
}

/** What is to be written, and what is to be said. */
export interface AlertRevision {
  readonly save: readonly Alert[];
  readonly remove: readonly string[];
  /** Of those that are saved. */
  readonly tell: readonly Alert[];
}

/** One cause is told no more often than this, however often it comes up. */
const TOLD_AGAIN_AFTER_MS = HOUR_MS;
/** What lasts without coming up anew is brought back to mind so often. */
const REMINDED_AFTER_MS = DAY_MS;

/** These end by a person's hand, and so what comes after their end is news; the others may come and go by themselves. */
const ENDED_BY_PEOPLE: readonly AlertKind[] = ["mailbox-attention", "frozen"];

/** `mailbox-attention:12`: by it one trouble is known again. */
export function causeOf({ kind, subjectId }: Pick<Trouble, "kind" | "subjectId">): string {
  return subjectId === undefined ? kind : `${kind}:${subjectId}`;
}

/** What a cause is about. */
export function partsOfCause(cause: string): { readonly kind: AlertKind; readonly subjectId?: number } {
  const [word, id] = cause.split(":");
  const kind = ALERT_KINDS.find((one) => one === word);
  if (kind === undefined) throw new Error(`there is no alert ${cause}`);
  return id === undefined ? { kind } : { kind, subjectId: Number(id) };
}

/** Decides from all that is known and all that is found at `now` what changes and what is told. */
export function reviseAlerts(known: readonly Alert[], troubles: readonly Trouble[], now: Instant): AlertRevision {
  const before = new Map(known.map((alert) => [alert.cause, alert]));
  const save: Alert[] = [];
  const remove: string[] = [];
  for (const trouble of troubles) {
    const alert = before.get(causeOf(trouble));
    const revised = alert === undefined || alert.endedAt !== null ? begin(trouble, alert, now) : goOn(trouble, alert, now);
    before.delete(revised.cause);
    if (!isSame(revised, alert)) save.push(revised);
  }
  for (const alert of before.values()) {
    const fate = fateOf(alert, now);
    if (fate === "remove") remove.push(alert.cause);
    else if (fate === "tell") save.push({ ...alert, toldAt: now });
    else if (fate === "end") save.push({ ...alert, endedAt: now });
  }
  return { save, remove, tell: save.filter(({ toldAt, endedAt }) => toldAt === now && endedAt === null) };
}

/** A cause that is new, or was over: told at once, unless it was told within the hour before it went away. */
function begin(trouble: Trouble, ended: Alert | undefined, now: Instant): Alert {
  const wasToldLately = ended !== undefined && now - ended.toldAt < TOLD_AGAIN_AFTER_MS;
  const { count } = trouble;
  return {
    ...{ cause: causeOf(trouble), text: trouble.say(count), count, firstAt: now, lastAt: now },
    toldAt: wasToldLately ? ended.toldAt : now,
    endedAt: null,
  };
}

function goOn(trouble: Trouble, alert: Alert, now: Instant): Alert {
  const count = trouble.kind === "mail-failed" ? alert.count + trouble.count : trouble.count;
  const lastAt = count > alert.count ? now : alert.lastAt;
  return { ...alert, count, text: trouble.say(count), lastAt, toldAt: isDue({ ...alert, lastAt }, now) ? now : alert.toldAt };
}

function isDue({ lastAt, toldAt }: Alert, now: Instant): boolean {
  const cameUpSince = lastAt > toldAt;
  return now - toldAt >= (cameUpSince ? TOLD_AGAIN_AFTER_MS : REMINDED_AFTER_MS);
}

/** Of a cause that was not found. What has ended is remembered while it must not be told again; failures are over after a quiet hour. */
function fateOf(alert: Alert, now: Instant): "keep" | "tell" | "end" | "remove" {
  const { kind } = partsOfCause(alert.cause);
  if (ENDED_BY_PEOPLE.includes(kind)) return "remove";
  if (alert.endedAt !== null) return now - alert.toldAt >= TOLD_AGAIN_AFTER_MS ? "remove" : "keep";
  if (kind !== "mail-failed") return "end";
  if (alert.lastAt > alert.toldAt && isDue(alert, now)) return "tell";
  return now - Math.max(alert.lastAt, alert.toldAt) >= TOLD_AGAIN_AFTER_MS ? "end" : "keep";
}

function isSame(a: Alert, b: Alert | undefined): boolean {
  return b !== undefined && a.text === b.text && a.count === b.count && a.toldAt === b.toldAt && a.endedAt === b.endedAt;
}

const TITLES: Readonly<Record<AlertKind, string>> = {
  "mail-failed": "mails failed",
  "mail-unconfirmed": "unconfirmed mails wait for you",
  "mailbox-attention": "a mailbox needs attention",
  "scheduler-late": "mails do not leave on time",
  frozen: "the installation is frozen",
  "older-sender-mailed": "the older sender mails leads of a campaign that is Goniec's",
};

/**
 * The mail that tells of these alerts. Leads and contents stay out of it.
 *
 * @param link where the web page is, if it is known
 */
export function alertMail(alerts: readonly Alert[], link?: string): { readonly subject: string; readonly text: string } {
  const [first] = alerts;
  if (first === undefined) throw new Error("there is nothing to tell");
  const subject = alerts.length === 1 ? TITLES[partsOfCause(first.cause).kind] : `${alerts.length} alerts`;
  const lines = alerts.map(({ text, firstAt }) => `- ${text}\n  Since ${new Date(firstAt).toISOString()}.`);
  const foot = ["You are told of each cause once an hour at most.", ...(link === undefined ? [] : [`Goniec: ${link}`])];
  return { subject: `Goniec: ${subject}`, text: `${lines.join("\n\n")}\n\n${foot.join("\n")}\n` };
}
