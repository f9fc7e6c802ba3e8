import type { Accept, Entry, Evidence, MailboxRecord } from "./judge-evidence.ts";
import { localTime } from "./judge-local.ts";
import type { Timeline } from "./judge-timeline.ts";
import { timeText, type Violation, violation } from "./judge-violation.ts";

/** A mail that counts: taken by a server, or perhaps taken. */
interface Counted {
  readonly entry: Entry<"accepted" | "unconfirmed">;
  readonly at: number;
  readonly startMs: number;
  readonly elapsedMs: number;
}

interface DayLimit {
  readonly zone: string;
  readonly perDayMax?: number | undefined;
}

/**
 * Limits: on no local day do a mailbox or a campaign hand over more than the largest limit that was in force since the day's first mail.
 * Days are counted by their date, so that a changed zone counts on. Unconfirmed mails count where the end of their conversation is known.
 */
export function judgeLimits(evidence: Evidence): Violation[] {
  const { scenario, campaigns, mailboxes } = evidence;
  const perhaps = perhapsTaken(evidence);
  const exceeded = (
    name: string,
    accepts: readonly Accept[],
    mine: readonly Counted[],
    limits: Timeline<DayLimit>,
  ): Violation[] =>
    tooMany(
      name,
      [...accepts.map(counted), ...mine].sort((a, b) => a.elapsedMs - b.elapsedMs),
      limits,
      scenario.zone,
    );
  return [
    ...[...campaigns.values()].flatMap(({ name, accepts, settings }) =>
      exceeded(
        name,
        accepts,
        perhaps.filter(({ entry }) => entry.campaign === name),
        settings,
      ),
    ),
    ...[...mailboxes.values()].flatMap(({ address, accepts, rules }) =>
      exceeded(
        address,
        accepts,
        perhaps.filter(({ entry }) => entry.mailbox === address),
        rules,
      ),
    ),
  ];
}

function counted({ entry, startMs }: Accept): Counted {
  return { entry, at: entry.at, startMs, elapsedMs: entry.elapsedMs };
}

/** Unconfirmed mails that no server showed as taken, at the end of their conversation. Those of a dead worker may belong to the day before. */
function perhapsTaken({ campaigns, mailboxes }: Evidence): Counted[] {
  const accepted = new Set([...campaigns.values()].flatMap(({ accepts }) => accepts.map(({ entry }) => leadKey(entry))));
  return [...mailboxes.values()].flatMap((mailbox) => {
    // A worker that records the outcome itself writes an attempt with it; one that finds it after another's death does not.
    const recordedMs = new Set(mailbox.attempts.filter(({ outcome }) => outcome === "unknown").map(({ elapsedMs }) => elapsedMs));
    return mailbox.unconfirmed
      .filter((entry) => recordedMs.has(entry.elapsedMs) && !accepted.has(leadKey(entry)))
      .flatMap((entry) => atEndOfTalk(entry, mailbox));
  });
}

const leadKey = ({ campaign, lead, step }: Counted["entry"]): string => `${campaign}\n${lead}\n${step}`;

function atEndOfTalk(entry: Entry<"unconfirmed">, { sessions }: MailboxRecord): Counted[] {
  const session = sessions.findLast(({ openedMs }) => openedMs <= entry.elapsedMs);
  if (session?.closedAt === undefined || session.closedMs > entry.elapsedMs) return [];
  return [{ entry, at: session.closedAt, startMs: session.openedMs, elapsedMs: session.closedMs }];
}

function tooMany(name: string, mails: readonly Counted[], limits: Timeline<DayLimit>, zone: string): Violation[] {
  const found: Violation[] = [];
  const days = new Map<string, { count: number; firstMs: number }>();
  for (const { entry, at, startMs, elapsedMs } of mails) {
    const dates = new Set(limits.during(elapsedMs, elapsedMs).map((limit) => localTime(limit.zone, at).day));
    const [date] = dates;
    if (date === undefined || dates.size > 1) continue;
    const day = days.get(date) ?? { count: 0, firstMs: startMs };
    days.set(date, { count: day.count + 1, firstMs: Math.min(day.firstMs, startMs) });
    const max = Math.max(...limits.during(day.firstMs, elapsedMs).map(({ perDayMax }) => perDayMax ?? Number.POSITIVE_INFINITY));
    if (day.count + 1 <= max) continue;
    const which = `mail ${day.count + 1} of ${name} on ${date}, where ${max} are allowed`;
    found.push(
      violation(
        "limits",
        { ...entry, at },
        `${entry.lead} of ${entry.campaign}, handed over at ${timeText(zone, at)}, is ${which}`,
      ),
    );
  }
  return found;
}
