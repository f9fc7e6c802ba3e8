import type { Kysely, Transaction } from "kysely";
import { CAMPAIGN_DEFAULTS, type CampaignSettings } from "../../src/domain/campaign.ts";
import { localDay } from "../../src/domain/days.ts";
import type { Claim, ClaimedEmail, QueuedEmail, Settlement, Store, StoreTransaction } from "../../src/engine/ports.ts";
import { startCampaign } from "../../src/storage/lifecycle.ts";
import type { Liveness } from "../../src/storage/liveness.ts";
import { saveMailbox } from "../../src/storage/mailboxes.ts";
import { setMessage } from "../../src/storage/messages.ts";
import { addLeads, createCampaign, setCampaignMailboxes } from "../../src/storage/registry.ts";
import { campaignReports, type StateCounts } from "../../src/storage/reports.ts";
import type { Database } from "../../src/storage/schema.ts";
import { addresses } from "../engine-world.ts";
import type { TurningClock } from "./turning-clock.ts";

/** One process's connection to the database under test. */
export interface Connection {
  readonly store: Store;
  readonly reader: Kysely<Database>;
  readonly writer: Kysely<Database>;
  /** One transaction for what a person orders. */
  write<T>(work: (trx: Transaction<Database>) => Promise<T>): Promise<T>;
}

/** An empty, migrated database of the kind under test. */
export interface StoreUnderTest {
  /** Where the data of a failed test lie. */
  readonly place: string;
  readonly clock: TurningClock;
  /** Who lives, for all connections. */
  readonly liveness: Liveness;
  /** Resolves when a transaction waits for another one to end. */
  someoneWaits(): Promise<void>;
  /** Another connection, as another process would open it. */
  connect(): Promise<Connection>;
  close(keep: boolean): Promise<void>;
}

export type OpenStore = () => Promise<StoreUnderTest>;

const ZONE = "Europe/Warsaw";
export const LEASE_MS = 60_000;

/** Thrown to roll back as the engine does when a claim or an intent is refused. */
class Refused extends Error {}

/** What a conversation can end with, as the engine would write it. */
export const ENDINGS = {
  sent: {
    ledger: { state: "sent", outcome: "sent" },
    queue: { state: "sent", attempt: 0 },
    lead: { state: "sent" },
    giveBack: false,
  },
  refused: {
    ledger: { state: "rejected", outcome: "recipient-permanent" },
    queue: { state: "failed", attempt: 1 },
    lead: { state: "failed" },
    giveBack: true,
  },
  unknown: {
    ledger: { state: "unconfirmed", outcome: "unknown" },
    queue: { state: "unconfirmed", attempt: 0 },
    lead: { state: "unconfirmed" },
    giveBack: false,
  },
  "handed back": {
    ledger: { state: "rejected", outcome: "mailbox-trouble" },
    queue: { state: "pending", attempt: 0 },
    lead: { state: "planned" },
    giveBack: true,
  },
  "never asked": { queue: { state: "pending", attempt: 0 }, lead: { state: "planned" }, giveBack: true },
} as const satisfies Record<string, Pick<Settlement, "ledger" | "queue" | "lead" | "giveBack">>;
export type Ending = keyof typeof ENDINGS;

/** The store under test with a first connection and short words for what the engine does on it. */
export class StoreWorld {
  readonly under: StoreUnderTest;
  readonly one: Connection;

  private constructor(under: StoreUnderTest, one: Connection) {
    this.under = under;
    this.one = one;
  }

  static async open(open: OpenStore): Promise<StoreWorld> {
    const under = await open();
    return new StoreWorld(under, await under.connect());
  }

  get now(): number {
    return this.under.clock.now();
  }

  write<T>(work: (trx: Transaction<Database>, now: number) => Promise<T>): Promise<T> {
    return this.one.write((trx) => work(trx, this.now));
  }

  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.one.store.transaction(work);
  }

  mailbox(address: string, perDayMax?: number): Promise<number> {
    const settings = {
      address,
      host: "localhost",
      port: 25,
      security: "none",
      zone: ZONE,
      minGapMs: 0,
      sessionsMax: 9,
      perDayMax,
    } as const;
    return this.write((trx, now) => saveMailbox(trx, settings, undefined, now));
  }

  /** A started, unpaced campaign whose leads `lead-1@example.test` ... are all planned for now. */
  async campaign(name: string, leads: number, mailboxId: number, settings: Partial<CampaignSettings> = {}): Promise<number> {
    const id = await this.draft(name, leads, mailboxId, settings);
    await this.write(async (trx, now) => {
      const started = await startCampaign(trx, id, "test", now);
      if (!started.ok) throw new Error(started.error.message);
    });
    await this.transaction(async (tx) => {
      const waiting = await tx.waitingLeads(id, leads);
      const add = waiting.map((lead) => ({ lead, at: this.now, mailboxId, cause: "start" }));
      await tx.changePlan(id, { anew: true, add, move: [], withdraw: [] }, this.now);
    });
    return id;
  }

  draft(name: string, leads: number, mailboxId: number, settings: Partial<CampaignSettings> = {}): Promise<number> {
    const { perDayMax: _none, ...defaults } = CAMPAIGN_DEFAULTS;
    return this.write(async (trx, now) => {
      const id = await createCampaign(trx, name, { ...defaults, delayMs: 0, ...settings }, 42, "test", now);
      await setMessage(trx, id, { subject: "Hello", text: "Hello", attachments: [] }, now);
      await setCampaignMailboxes(trx, id, [mailboxId], now);
      await addLeads(trx, id, addresses(leads), now);
      return id;
    });
  }

  /** The campaign's next mail as the engine reads it before it claims. */
  async next(campaignId: number): Promise<QueuedEmail> {
    const [email] = await this.transaction((tx) => tx.nextEmails(campaignId, this.now, 1));
    if (email === undefined) throw new Error("no mail is due");
    return email;
  }

  /** Commit 1; undefined, with everything rolled back, when the store refuses it. */
  async claim(email: QueuedEmail, worker: string, by: Connection = this.one): Promise<ClaimedEmail | undefined> {
    const claim = this.claimOf(email, worker);
    const isTaken = await orRefused(() => by.store.transaction(async (tx) => throwUnless(await tx.claim([claim]))));
    if (!isTaken) return undefined;
    const { worker: leaseOwner, at: claimedAt, leaseExpiresAt: _lease, position: _position, ...rest } = claim;
    return { ...email, ...rest, state: "sending", fence: email.fence + 1, leaseOwner, claimedAt };
  }

  async mustClaim(campaignId: number, worker: string): Promise<ClaimedEmail> {
    const claimed = await this.claim(await this.next(campaignId), worker);
    if (claimed === undefined) throw new Error("the claim was refused");
    return claimed;
  }

  /** Commit 2; false, with everything rolled back, when the store refuses it. */
  intent(email: ClaimedEmail, worker: string, by: Connection = this.one): Promise<boolean> {
    const { day } = localDay(ZONE, this.now);
    const intent = { email, worker, at: this.now, campaignDay: day, mailboxDay: day };
    return orRefused(() => by.store.transaction(async (tx) => throwUnless(await tx.recordIntents([intent]))));
  }

  /** Commit 3. */
  async settle(email: ClaimedEmail, worker: string, ending: Ending): Promise<boolean> {
    const settled = await this.transaction((tx) => tx.settle([{ email, worker, at: this.now, ...ENDINGS[ending] }]));
    return settled[0] === true;
  }

  async counts(campaignId: number): Promise<StateCounts> {
    const report = (await campaignReports(this.one.reader)).find((one) => one.id === campaignId);
    if (report === undefined) throw new Error(`no campaign ${campaignId}`);
    return report.counts;
  }

  /** What is taken of the daily limits, as `campaign 2025-11-05: 3`; days of which nothing is taken are left out. */
  async usage(): Promise<string[]> {
    const rows = await this.one.reader
      .selectFrom("DailyUsage")
      .selectAll()
      .where("used", ">", 0)
      .orderBy("scope")
      .orderBy("scopeId")
      .orderBy("day")
      .execute();
    return rows.map((row) => `${row.scope} ${row.day}: ${row.used}`);
  }

  claimOf(email: QueuedEmail, worker: string): Claim {
    const at = this.now;
    const { day } = localDay(ZONE, at);
    return {
      email,
      worker,
      mailboxId: email.mailboxId ?? 1,
      at,
      leaseExpiresAt: at + LEASE_MS,
      gapBeforeMs: 0,
      position: { seed: 42, paceIndex: 1, dayStartIndex: 0 },
      campaignDay: day,
      mailboxDay: day,
      messageId: email.messageId ?? email.campaignId,
      rfcMessageId: email.rfcMessageId ?? `<${email.campaignId}.${email.leadId}@acme.test>`,
      composedAt: at,
    };
  }
}

function throwUnless(isGranted: boolean): true {
  if (!isGranted) throw new Refused();
  return true;
}

async function orRefused(work: () => Promise<true>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}
