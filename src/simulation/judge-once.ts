import type { Entry, Evidence } from "./judge-evidence.ts";
import { bothTimesText, timeText, type Violation, violation } from "./judge-violation.ts";

type HandOver = Entry<"accepted" | "unconfirmed">;

/** Of one lead in one campaign's step. */
const mailKey = ({ campaign, lead, step }: HandOver): string => `${campaign}\n${lead}\n${step}`;

/**
 * Once: a server takes each mail at most once, and never one that may have been taken before; a mail has one Message-ID, which no other
 * mail carries.
 */
export function judgeOnce({ scenario, run }: Evidence): Violation[] {
  const court = new OnceCourt(scenario.zone);
  for (const entry of run.trace) if (entry.type === "accepted" || entry.type === "unconfirmed") court.hear(entry);
  return court.violations;
}

class OnceCourt {
  readonly violations: Violation[] = [];
  readonly #zone: string;
  readonly #before = new Map<string, HandOver>();
  readonly #messageIdOf = new Map<string, string>();
  readonly #ownerOf = new Map<string, HandOver>();

  constructor(zone: string) {
    this.#zone = zone;
  }

  hear(entry: HandOver): void {
    const key = mailKey(entry);
    const before = this.#before.get(key);
    if (before === undefined) this.#before.set(key, entry);
    else if (entry.type === "accepted") this.#accuse(entry, repeated(entry, before, this.#zone));
    this.#checkMessageId(entry, key);
  }

  #checkMessageId(entry: HandOver, key: string): void {
    const { messageId } = entry;
    const before = this.#messageIdOf.get(key) ?? messageId;
    this.#messageIdOf.set(key, before);
    if (before !== messageId) this.#accuse(entry, `${this.#carrying(entry)}, and carried ${before} before`);
    const owner = this.#ownerOf.get(messageId);
    if (owner === undefined) this.#ownerOf.set(messageId, entry);
    else if (mailKey(owner) !== key)
      this.#accuse(entry, `${this.#carrying(entry)}, the Message-ID of ${owner.lead} of ${owner.campaign}`);
  }

  #carrying({ lead, campaign, messageId, at }: HandOver): string {
    return `${lead} of ${campaign} carried ${messageId} at ${timeText(this.#zone, at)}`;
  }

  #accuse(entry: HandOver, sentence: string): void {
    this.violations.push(violation("once", entry, sentence));
  }
}

function repeated({ lead, campaign, at }: HandOver, before: HandOver, zone: string): string {
  if (before.type === "accepted") return `${lead} of ${campaign} was accepted twice, at ${bothTimesText(zone, before.at, at)}`;
  return `${lead} of ${campaign} was accepted at ${timeText(zone, at)} although it was unconfirmed since ${timeText(zone, before.at)}`;
}
