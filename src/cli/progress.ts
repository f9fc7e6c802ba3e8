import { durationText } from "../domain/duration.ts";
import type { Instant } from "../domain/instant.ts";
import { localText } from "../domain/zone.ts";
import type { LoggedTry, StateCounts } from "../storage/reports.ts";
import type { ProgressView, Snapshot } from "./follow.ts";
import type { Io } from "./io.ts";
import { number, type Style, styleOf } from "./style.ts";

export interface ProgressOptions {
  readonly zone: string;
  readonly json: boolean;
  /** Mails that went well are counted and not listed: an unpaced campaign sends more of them than anybody reads. */
  readonly onlyTrouble: boolean;
}

/** The progress as JSON lines, as a live display in a terminal, or as plain lines elsewhere. */
export function progressView(io: Io, options: ProgressOptions): ProgressView {
  if (options.json) return jsonView(io);
  return io.isTerminal ? new TerminalView(io, options) : new PlainView(io, options);
}

function jsonView(io: Io): ProgressView {
  const print = (line: object): void => io.stdout(`${JSON.stringify(line)}\n`);
  return {
    tries: (tries) => {
      for (const one of tries) print(tryJson(one));
    },
    snapshot: ({ at, status, leads, counts, next, waiting }) =>
      print({
        event: "progress",
        at: iso(at),
        status,
        leads,
        ...counts,
        nextAt: next === undefined ? null : iso(next.scheduledAt),
        waiting: waiting ?? null,
      }),
    close: () => undefined,
  };
}

function tryJson(one: LoggedTry) {
  const { lead, mailbox, attempt, reply } = one;
  return {
    event: "mail",
    at: iso(one.handedOverAt ?? one.at),
    lead,
    mailbox,
    attempt,
    became: fateOf(one),
    reply,
    nextTryAt: one.nextTryAt === null ? null : iso(one.nextTryAt),
  };
}

export const iso = (at: Instant): string => new Date(at).toISOString();

/** What a try has brought for its mail. */
type Fate = "sent" | "unconfirmed" | "failed" | "retrying" | "mailbox-rests" | "mailbox-needs-attention" | "held-back";

function fateOf(one: LoggedTry): Fate {
  if (one.state === "sent" || one.state === "unconfirmed") return one.state;
  if (one.outcome === "mailbox-trouble") return "mailbox-rests";
  if (one.outcome === "mailbox-broken") return "mailbox-needs-attention";
  if (one.outcome === "withheld" || one.outcome === "written-off") return "held-back";
  return one.nextTryAt === null ? "failed" : "retrying";
}

const FATE_WORDS: Readonly<Record<Fate, string>> = {
  sent: "sent",
  unconfirmed: "unconfirmed",
  failed: "failed",
  retrying: "tries again",
  "mailbox-rests": "mailbox rests",
  "mailbox-needs-attention": "mailbox off",
  "held-back": "held back",
};
const FATE_WIDTH = Math.max(...Object.values(FATE_WORDS).map((word) => word.length));

/** Most addresses fit, so that what follows them stands in a column. */
const LEAD_WIDTH = 28;

/** Writes tries as lines; remembers the last hand-over, to show the gap. */
class TryLines {
  readonly #style: Style;
  readonly #zone: string;
  #lastHandOverAt: Instant | undefined;

  constructor(style: Style, zone: string) {
    this.#style = style;
    this.#zone = zone;
  }

  line(one: LoggedTry): string {
    const fate = fateOf(one);
    const at = this.#style.dim(clockText(this.#zone, one.handedOverAt ?? one.at));
    const word = this.#paint(fate)(FATE_WORDS[fate].padEnd(FATE_WIDTH));
    return `${at}  ${word}  ${one.lead.padEnd(LEAD_WIDTH)}  ${this.#style.dim(`from ${one.mailbox}${this.#gap(one)}`)}${this.#reason(one, fate)}\n`;
  }

  #paint(fate: Fate): (text: string) => string {
    if (fate === "sent") return this.#style.green;
    return fate === "failed" || fate === "mailbox-needs-attention" ? this.#style.red : this.#style.yellow;
  }

  #gap({ handedOverAt }: LoggedTry): string {
    const before = this.#lastHandOverAt;
    if (handedOverAt === null) return "";
    this.#lastHandOverAt = handedOverAt;
    return before === undefined || handedOverAt < before ? "" : `  +${seconds(handedOverAt - before)}`;
  }

  #reason(one: LoggedTry, fate: Fate): string {
    if (fate === "sent") return "";
    const again = one.nextTryAt === null ? "" : `again at ${clockText(this.#zone, one.nextTryAt)}`;
    const words = [again, one.reply ?? ""].filter((text) => text !== "").join(": ");
    return words === "" ? "" : `  ${words}`;
  }
}

const PLAIN_COUNT_EVERY_MS = 5_000;

/** Lines that stand as they are, for a file or a pipe. */
class PlainView implements ProgressView {
  readonly #io: Io;
  readonly #options: ProgressOptions;
  readonly #lines: TryLines;
  #countAt = 0;
  #waiting: string | undefined;

  constructor(io: Io, options: ProgressOptions) {
    this.#io = io;
    this.#options = options;
    this.#lines = new TryLines(styleOf(io), options.zone);
  }

  tries(tries: readonly LoggedTry[]): void {
    for (const one of listed(tries, this.#options)) this.#io.stdout(this.#lines.line(one));
  }

  snapshot(snapshot: Snapshot): void {
    const { at, zone, waiting, counts, leads } = snapshot;
    if (waiting !== undefined && waiting !== this.#waiting) this.#io.stdout(`${clockText(zone, at)}  waiting: ${waiting}\n`);
    this.#waiting = waiting;
    if (!this.#options.onlyTrouble || at < this.#countAt) return;
    this.#countAt = at + PLAIN_COUNT_EVERY_MS;
    this.#io.stdout(`${clockText(zone, at)}  ${number(done(counts))} of ${number(leads)} done\n`);
  }

  close(): void {}
}

const BAR_WIDTH = 24;

/** Lines that scroll above one that is drawn anew. */
class TerminalView implements ProgressView {
  readonly #io: Io;
  readonly #options: ProgressOptions;
  readonly #style: Style;
  readonly #lines: TryLines;
  #status = "";

  constructor(io: Io, options: ProgressOptions) {
    this.#io = io;
    this.#options = options;
    this.#style = styleOf(io);
    this.#lines = new TryLines(this.#style, options.zone);
  }

  tries(tries: readonly LoggedTry[]): void {
    const lines = listed(tries, this.#options).map((one) => this.#lines.line(one));
    if (lines.length > 0) this.#io.stdout(`${ERASE_LINE}${lines.join("")}${this.#status}`);
  }

  snapshot(snapshot: Snapshot): void {
    const { counts, leads } = snapshot;
    const share = leads === 0 ? 1 : done(counts) / leads;
    const full = Math.floor(share * BAR_WIDTH);
    const figures = ` ${number(done(counts))}/${number(leads)}`;
    const words = [...troubles(counts), happening(snapshot)].filter((text) => text !== "").join(" · ");
    const room = Math.max(0, this.#io.columns - BAR_WIDTH - figures.length - 3);
    const bar = `${this.#style.green("━".repeat(full))}${this.#style.dim("━".repeat(BAR_WIDTH - full))}`;
    this.#status = `${bar}${this.#style.bold(figures)}  ${words.length > room ? `${words.slice(0, Math.max(0, room - 1))}…` : words}`;
    this.#io.stdout(`${ERASE_LINE}${this.#status}`);
  }

  close(): void {
    this.#io.stdout(ERASE_LINE);
    this.#status = "";
  }
}

const ERASE_LINE = "\r\x1b[2K";

function listed(tries: readonly LoggedTry[], { onlyTrouble }: ProgressOptions): readonly LoggedTry[] {
  return onlyTrouble ? tries.filter((one) => one.state !== "sent") : tries;
}

function troubles(counts: StateCounts): string[] {
  return (["failed", "skipped", "unconfirmed", "retrying"] as const)
    .filter((state) => counts[state] > 0)
    .map((state) => `${number(counts[state])} ${state}`);
}

function happening({ at, zone, next, waiting, counts }: Snapshot): string {
  if (waiting !== undefined) return waiting;
  if (next === undefined) return counts.sending > 0 ? "sending" : "";
  const inMs = next.scheduledAt - at;
  if (inMs < 1_000) return `to ${next.lead}`;
  return `next in ${durationText(Math.ceil(inMs / 1_000) * 1_000)}, at ${clockText(zone, next.scheduledAt)}, to ${next.lead}`;
}

/** Leads that nothing more will be sent to by itself. */
export function done(counts: StateCounts): number {
  return counts.sent + counts.failed + counts.skipped + counts.unconfirmed;
}

function clockText(zone: string, at: Instant): string {
  return localText(zone, at).slice(-"hh:mm:ss".length);
}

/** A length in seconds with hundredths: `1.08 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(ms < 100_000 ? 2 : 0)} s`;
}
