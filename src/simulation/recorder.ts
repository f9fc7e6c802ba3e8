import type { Clock, PlanChange, Settlement, Store, StoreTransaction } from "../engine/ports.ts";
import type { skippedLeads } from "../storage/reports.ts";
import type { OutputLine, SummaryLine, TraceEntry, WorldFact } from "./trace.ts";

type Line = Exclude<OutputLine, SummaryLine>;

/** The names that stand for the database's numbers. */
export interface Names {
  campaign(id: number): string;
  mailbox(id: number): string;
}

/** The output's words for outcomes: whether the recipient's side says not now, never, or the mailbox is the matter. */
const OUTCOME_WORDS: Readonly<Record<string, string>> = {
  "recipient-temporary": "temporary",
  greylisted: "temporary",
  "recipient-permanent": "permanent",
  "unknown-user": "permanent",
  "mailbox-trouble": "mailbox",
};

/** Asks for all the leads that are skipped so far. */
type AskSkipped = () => ReturnType<typeof skippedLeads>;

/** What a transaction did, to be told when it has committed. */
interface Told {
  lines: Line[];
  skips: boolean;
}

/** Writes down what happens in a simulated world, in order. What a transaction did is written when it has committed, and not otherwise. */
export class Recorder {
  readonly trace: TraceEntry[] = [];
  readonly #clock: Clock;
  readonly #names: Names;
  readonly #askSkipped: AskSkipped;
  readonly #skipped = new Set<number>();

  constructor(clock: Clock, names: Names, askSkipped: AskSkipped) {
    this.#askSkipped = askSkipped;
    this.#clock = clock;
    this.#names = names;
  }

  /** Messages that the servers took so far. */
  acceptedCount = 0;

  add(entry: Line | WorldFact): void {
    if (entry.type === "accepted") this.acceptedCount += 1;
    this.trace.push({ ...entry, elapsedMs: this.#clock.monotonicMs() });
  }

  /** The same store, of which everything that a reader of the output wants to know is written down. */
  listen(store: Store): Store {
    return {
      ...store,
      transaction: async (work, ...how) => {
        const told: Told = { lines: [], skips: false };
        const result = await store.transaction(
          (tx) => {
            // Work that is done again tells only of the time that counted.
            Object.assign(told, { lines: [], skips: false });
            return work(this.#listening(tx, told));
          },
          ...how,
        );
        for (const line of told.lines) this.add(line);
        if (told.skips) await this.addSkipped();
        return result;
      },
    };
  }

  #listening(tx: StoreTransaction, told: Told): StoreTransaction {
    return {
      ...tx,
      changePlan: async (campaignId, change, now) => {
        await tx.changePlan(campaignId, change, now);
        told.lines.push(...this.#plannedLines(campaignId, change));
      },
      settle: async (settlements) => {
        const settled = await tx.settle(settlements);
        told.skips ||= settlements.some(({ lead }) => lead.state === "skipped");
        told.lines.push(...settlements.flatMap((one, index) => (settled[index] === true ? this.#settledLines(one) : [])));
        return settled;
      },
      skipLead: async (campaignLeadId, reason, now) => {
        await tx.skipLead(campaignLeadId, reason, now);
        told.skips = true;
      },
      suppress: async (address, reason, source, now) => {
        await tx.suppress(address, reason, source, now);
        told.skips = true;
      },
      setCampaignStatus: async (campaignId, from, to, now) => {
        const changed = await tx.setCampaignStatus(campaignId, from, to, now);
        const [before] = from;
        if (changed && before !== undefined)
          told.lines.push({
            type: "status",
            at: this.#clock.now(),
            campaign: this.#names.campaign(campaignId),
            from: before,
            to,
            by: "engine",
          });
        return changed;
      },
    };
  }

  #plannedLines(campaignId: number, change: PlanChange): Line[] {
    const common = { type: "planned", at: this.#clock.now(), campaign: this.#names.campaign(campaignId), step: 1 } as const;
    return [
      ...change.move.map(({ address, at, cause }) => ({ ...common, lead: address, scheduledAt: at, cause })),
      ...change.add.map(({ lead, at, cause }) => ({ ...common, lead: lead.address, scheduledAt: at, cause })),
    ];
  }

  #settledLines({ email, ledger, queue }: Settlement): Line[] {
    if (ledger === undefined) return [];
    const at = this.#clock.now();
    const mail = {
      at,
      campaign: this.#names.campaign(email.campaignId),
      lead: email.address,
      step: email.step,
      mailbox: this.#names.mailbox(email.mailboxId),
    };
    const lines: Line[] = [];
    const { conversation } = ledger;
    if (conversation !== undefined) {
      const reply = conversation.reply?.text ?? conversation.fault?.message;
      lines.push({
        type: "attempt",
        ...mail,
        attempt: email.attempt + 1,
        outcome: OUTCOME_WORDS[ledger.outcome] ?? ledger.outcome,
        reply,
        nextAt: queue.notBefore,
      });
    }
    if (ledger.state === "unconfirmed") lines.push({ type: "unconfirmed", ...mail, messageId: email.rfcMessageId });
    return lines;
  }

  /** Writes down the leads that were skipped since it was last asked: many statements can skip one, the state tells of all. */
  async addSkipped(): Promise<void> {
    const rows = await this.#askSkipped();
    for (const row of rows) {
      if (this.#skipped.has(row.id)) continue;
      this.#skipped.add(row.id);
      this.add({
        type: "skipped",
        at: this.#clock.now(),
        campaign: this.#names.campaign(row.campaignId),
        lead: row.lead,
        step: 1,
        reason: row.reason,
      });
    }
  }
}
