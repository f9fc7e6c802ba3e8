import type { CampaignFacts } from "./campaign.ts";
import { durationText } from "./duration.ts";
import { frozenText, RELEASE_REMEDY } from "./frozen.ts";
import { settingText } from "./gate-setting.ts";
import { type ClosedGate, closedGates, GATES, type GateName, type MailboxBar } from "./gates.ts";
import type { Instant } from "./instant.ts";
import { say, whenText } from "./phrase.ts";
import { nextSendInstant } from "./plan.ts";
import { localText } from "./zone.ts";

/** One gate as `explain` shows it: open, or closed with the reason, the time it opens, and what would open it now. */
export interface ExplainedGate {
  readonly gate: GateName;
  readonly open: boolean;
  readonly since?: Instant | undefined;
  readonly until?: Instant | undefined;
  readonly text: string;
  /** By which setting, with its value. */
  readonly setting: string;
  /** The smallest change that would let the mail go now; absent for an open gate. */
  readonly remedy?: string | undefined;
  /** What closes it, with its numbers; absent for an open gate. */
  readonly closed?: ClosedGate | undefined;
}

export interface Explanation {
  /** The first closed gate in one sentence, or what happens next. */
  readonly headline: string;
  readonly gates: readonly ExplainedGate[];
  /** When the next mail can leave by the clock alone; undefined when a person or an event has to act first. */
  readonly nextAt?: Instant | undefined;
}

/** Every gate in the order in which the engine asks them, by the same functions, at the instant `at`. */
export function explainCampaign(facts: CampaignFacts, at: Instant): Explanation {
  const closed = new Map(closedGates(facts, at).map((gate) => [gate.gate, gate]));
  const { zone } = facts.campaign;
  const gates = GATES.map((name): ExplainedGate => {
    const gate = closed.get(name);
    const setting = settingText(name, facts, at);
    if (gate === undefined) return { gate: name, open: true, text: OPEN_TEXTS[name], setting };
    const since = "since" in gate ? gate.since : undefined;
    const words = { text: causeText(gate, zone), setting, remedy: remedyText(gate) };
    return { gate: name, open: false, since, until: gate.until, ...words, closed: gate };
  });
  const first = gates.find((gate) => !gate.open);
  const nextAt = nextSendInstant(facts, at);
  return {
    headline: first === undefined ? "may send now" : first.text,
    gates,
    nextAt: hasEnded(facts) || facts.frozen !== undefined ? undefined : nextAt,
  };
}

/**
 * Why nothing leaves, where it is more than what belongs to sending: the gap between two mails, and a mailbox in its conversation, need no
 * words. Undefined when nothing is in the way.
 */
export function hindrance(facts: CampaignFacts, at: Instant): ClosedGate | undefined {
  return closedGates(facts, at).find((gate) => gate.gate !== "pace" && !isAtWork(gate));
}

function isAtWork(gate: ClosedGate): boolean {
  return gate.gate === "mailboxes" && gate.bars.some((bar) => bar.why === "busy" || bar.why === "min-gap");
}

function hasEnded(facts: CampaignFacts): boolean {
  return facts.campaign.status !== "IN_PROGRESS" && facts.campaign.status !== "SCHEDULED";
}

const OPEN_TEXTS: Readonly<Record<GateName, string>> = {
  owner: "Goniec sends the campaign",
  status: "the campaign is running",
  frozen: "the installation is not frozen",
  "start-time": "the start time has come",
  hours: "inside the allowed days and hours",
  holiday: "no holiday",
  pace: "the gap since the last mail is over",
  "long-pause": "no long pause",
  "campaign-limit": "below the campaign's daily limit",
  mailboxes: "a mailbox may send",
};

/** A closed gate in one sentence; it also stands in the history as the cause of a move. Times are local, with their zone. */
export function causeText(gate: ClosedGate, zone: string): string {
  const until = gate.until === undefined ? undefined : whenText(zone, gate.until);
  switch (gate.gate) {
    case "owner":
      return say("gate-owner");
    case "status":
      return `the campaign is ${STATUS_TEXTS[gate.status]}`;
    case "frozen":
      return frozenText(gate.frozen);
    case "start-time":
      return say("gate-start-time", { until: whenText(zone, gate.until) });
    case "hours":
      return until === undefined ? say("gate-hours-never") : say("gate-hours", { until });
    case "holiday":
      return holidayText(gate.holiday, until);
    case "pace":
      return say("gate-pace", { duration: durationText(gate.gapMs), until: whenText(zone, gate.until) });
    case "long-pause":
      return say("gate-long-pause", { duration: durationText(gate.gapMs), until: whenText(zone, gate.until) });
    case "campaign-limit":
      return say("gate-campaign-limit", { used: gate.used, max: gate.max, until: whenText(zone, gate.until) });
    case "mailboxes":
      return mailboxesText(gate.bars, until, zone);
  }
}

const holidayText = (holiday: string, until: string | undefined): string =>
  until === undefined ? say("gate-holiday-never", { holiday }) : say("gate-holiday", { holiday, until });

function mailboxesText(bars: readonly MailboxBar[], until: string | undefined, zone: string): string {
  if (bars.length === 0) return say("gate-no-mailbox");
  const parts = bars.map((bar) => barSentence(bar, zone)).join("; ");
  return until === undefined ? say("gate-mailboxes-open-end", { parts }) : say("gate-mailboxes", { until, parts });
}

const STATUS_TEXTS = {
  DRAFT: "a draft, not started",
  SCHEDULED: "scheduled, not started yet",
  IN_PROGRESS: "running",
  PAUSED: "paused",
  COMPLETED: "completed",
  CANCELLED: "cancelled",
} as const;

function barSentence({ why, address, until: at, detail, used = 0, max = 0 }: MailboxBar, zone: string): string {
  const until = at === undefined ? "" : localText(zone, at);
  switch (why) {
    case "off":
      return say("bar-off", { address });
    case "attention":
      return say("bar-attention", { address, part: detail ?? "" });
    case "limit":
      return say("bar-limit", { address, used, max, until });
    case "resting":
      return detail === undefined
        ? say("bar-resting-plainly", { address, until })
        : say("bar-resting", { address, until, part: detail });
    case "min-gap":
      return say("bar-min-gap", { address, until });
    case "busy":
      return say("bar-busy", { address });
  }
}

function remedyText(gate: ClosedGate): string {
  switch (gate.gate) {
    case "owner":
      return "hand it over with `goniec cutover`";
    case "status":
      return gate.status === "PAUSED" ? "resume the campaign" : "start the campaign";
    case "frozen":
      return RELEASE_REMEDY;
    case "start-time":
      return "set an earlier start time";
    case "hours":
      return "widen the window";
    case "holiday":
      return "remove the country from the holidays";
    case "pace":
      return "shorten the delay";
    case "long-pause":
      return "shorten or remove the long pause";
    case "campaign-limit":
      return "raise the campaign's daily limit";
    case "mailboxes":
      return gate.bars.length === 0 ? "add a mailbox" : "raise a mailbox's limit, repair it, or add another";
  }
}
