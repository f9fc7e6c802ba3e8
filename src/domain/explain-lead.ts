import { barText, type LeadBar } from "./intent.ts";
import type { Instant } from "./instant.ts";
import type { LeadState, LedgerState } from "./states.ts";
import { localText } from "./zone.ts";

/** One try to hand a mail over. */
export interface LeadTry {
  readonly attempt: number;
  readonly at: Instant;
  readonly mailbox: string;
  readonly state: LedgerState;
  readonly handedOverAt?: Instant | undefined;
  /** The server's words, or ours where it said none. */
  readonly reply?: string | undefined;
  readonly nextTryAt?: Instant | undefined;
}

/** The lead's mail in the stored plan, or in a worker's hands. */
export interface LeadRow {
  readonly scheduledAt: Instant;
  readonly notBefore?: Instant | undefined;
  readonly mailbox?: string | undefined;
  /** Why it lies where it lies. */
  readonly cause: string;
  readonly movedFrom?: Instant | undefined;
  readonly claimedAt?: Instant | undefined;
  readonly leaseExpiresAt?: Instant | undefined;
}

/** Where a lead stands in a campaign. */
export interface LeadPlace {
  readonly address: string;
  readonly state: LeadState;
  readonly reason?: string | undefined;
  /** Why nothing may be sent to it any more, whatever its state. */
  readonly bar?: LeadBar | undefined;
  /** Leads of the campaign that are still to be written to and come before it. */
  readonly ahead: number;
  readonly row?: LeadRow | undefined;
  readonly tries: readonly LeadTry[];
}

/** One of the lead's own gates; the campaign's come before them. */
export interface LeadGate {
  readonly gate: "suppression" | "retry" | "lease";
  readonly open: boolean;
  readonly until?: Instant | undefined;
  readonly text: string;
  readonly remedy?: string | undefined;
}

export interface LeadExplanation {
  /** Where the lead stands and what comes next, in one sentence. */
  readonly headline: string;
  readonly gates: readonly LeadGate[];
}

/** Where a lead stands at `at`, what comes next, and which of its own gates are closed. Times are local, with their zone. */
export function explainLead(place: LeadPlace, zone: string, at: Instant): LeadExplanation {
  const time = (instant: Instant): string => `${localText(zone, instant)} (${zone})`;
  return {
    headline: headlineOf(place, time, at),
    gates: [suppressionGate(place), retryGate(place, time, at), leaseGate(place, time)],
  };
}

type TimeText = (at: Instant) => string;

function headlineOf(place: LeadPlace, time: TimeText, at: Instant): string {
  const { state, row } = place;
  const last = place.tries.at(-1);
  switch (state) {
    case "waiting":
      if (place.bar !== undefined) return `gets no mail (${barText(place.bar)}) and is skipped when its turn comes`;
      return place.ahead === 0
        ? "waits for its slot and comes next"
        : `waits for its slot; ${place.ahead === 1 ? "1 comes" : `${place.ahead} come`} before it`;
    case "planned":
    case "retrying":
      return row === undefined ? `is ${state}` : plannedText(row, last, time, at);
    case "sending":
      return `is being sent${from(row?.mailbox)}${row?.claimedAt === undefined ? "" : ` since ${time(row.claimedAt)}`}`;
    case "sent":
      return last === undefined
        ? "was sent"
        : `was sent at ${time(last.handedOverAt ?? last.at)}${from(last.mailbox)}${said(last)}`;
    case "failed":
    case "skipped":
      return `${state === "failed" ? "has failed" : "was skipped"}: ${place.reason ?? "no reason is stored"}`;
    case "unconfirmed":
      return `was handed over${last?.handedOverAt === undefined ? "" : ` at ${time(last.handedOverAt)}`}${from(last?.mailbox)}, and whether the server took it is unknown; decide with \`goniec unconfirmed\``;
  }
}

function plannedText(row: LeadRow, last: LeadTry | undefined, time: TimeText, at: Instant): string {
  const when = row.scheduledAt <= at ? `is due since ${time(row.scheduledAt)}` : `is planned for ${time(row.scheduledAt)}`;
  const moved = row.movedFrom === undefined ? "" : `; moved from ${time(row.movedFrom)}`;
  const again = last === undefined ? "" : `; try ${last.attempt} ended with: ${last.reply ?? last.state}`;
  return `${when}${from(row.mailbox)} (${row.cause})${moved}${again}`;
}

function from(mailbox: string | undefined): string {
  return mailbox === undefined ? "" : ` from ${mailbox}`;
}

function said(last: LeadTry): string {
  return last.reply === undefined ? "" : `; the server said: ${last.reply}`;
}

function suppressionGate({ bar }: LeadPlace): LeadGate {
  if (bar === undefined || bar.why === "contacted")
    return { gate: "suppression", open: true, text: "the address may be written to" };
  return {
    gate: "suppression",
    open: false,
    text: barText(bar),
    remedy: "none: an address that asked not to be written to stays so",
  };
}

function retryGate({ row }: LeadPlace, time: TimeText, at: Instant): LeadGate {
  const until = row?.notBefore;
  if (until === undefined || until <= at) return { gate: "retry", open: true, text: "no wait after an earlier try" };
  return {
    gate: "retry",
    open: false,
    until,
    text: `the server asked to wait until ${time(until)}`,
    remedy: "none: trying earlier would be refused again",
  };
}

function leaseGate({ state, row }: LeadPlace, time: TimeText): LeadGate {
  if (state !== "sending") return { gate: "lease", open: true, text: "nobody is sending it" };
  const until = row?.leaseExpiresAt;
  return {
    gate: "lease",
    open: false,
    until,
    text: `a worker holds it${until === undefined ? "" : ` until ${time(until)} unless it renews or dies`}`,
    remedy: "wait for the server's answer",
  };
}
