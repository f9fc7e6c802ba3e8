import type { Transaction } from "kysely";
import { CAMPAIGN_DEFAULTS, type CampaignSettings } from "../src/domain/campaign.ts";
import type { EngineLimits } from "../src/engine/context.ts";
import { Engine } from "../src/engine/engine.ts";
import type { Logger, Store } from "../src/engine/ports.ts";
import { createScheduledSender } from "../src/legacy/scheduledSender.ts";
import { startCampaign } from "../src/storage/lifecycle.ts";
import { type Liveness, memoryLiveness } from "../src/storage/liveness.ts";
import { type MailboxSettings, saveMailbox } from "../src/storage/mailboxes.ts";
import { setMessage } from "../src/storage/messages.ts";
import { migrate, SQLITE_WORDS } from "../src/storage/migrate.ts";
import { addLeads, createCampaign, setCampaignMailboxes } from "../src/storage/registry.ts";
import { campaignReports, type StateCounts } from "../src/storage/reports.ts";
import type { Database } from "../src/storage/schema.ts";
import { openSqlite, type SqliteDatabase } from "../src/storage/sqlite.ts";
import { IN_MEMORY } from "../src/storage/sqlite-file.ts";
import { createSqliteStore } from "../src/storage/sqlite-store.ts";
import { at } from "./builders.ts";
import { SimulatedPeer } from "./simulated-peer.ts";
import { VirtualClock } from "../src/simulation/virtual-clock.ts";

/** Long, so that a simulated week is not spent on signs of life. */
const LEASE_MS = 1_800_000;

const QUIET: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** The real engine on the real store, with only the clock and the SMTP peer replaced. */
export class EngineWorld {
  readonly clock: VirtualClock;
  readonly peer: SimulatedPeer;
  readonly database: SqliteDatabase;
  readonly liveness: Liveness;
  readonly store: Store;
  #boots = 0;

  private constructor(clock: VirtualClock, database: SqliteDatabase) {
    this.clock = clock;
    this.peer = new SimulatedPeer(clock);
    this.database = database;
    this.liveness = memoryLiveness();
    this.store = createSqliteStore(database, this.liveness, clock);
  }

  static async open(start = "2025-11-05T09:00"): Promise<EngineWorld> {
    const clock = new VirtualClock(at(start));
    const database = await openSqlite(IN_MEMORY, clock);
    await migrate(database.writer, SQLITE_WORDS, clock.now());
    return new EngineWorld(clock, database);
  }

  write<T>(work: (trx: Transaction<Database>, now: number) => Promise<T>): Promise<T> {
    return this.database.writer.transaction().execute((trx) => work(trx, this.clock.now()));
  }

  engine(limits: Partial<EngineLimits> = {}, log: Logger = QUIET, store: Store = this.store): Engine {
    this.#boots += 1;
    const worker = { bootId: `boot-${this.#boots}`, host: "test", pid: this.#boots, version: "0" };
    return new Engine({
      store,
      mailer: this.peer,
      clock: this.clock,
      log,
      worker,
      limits: { engineLeaseMs: LEASE_MS, ...limits },
      // oxlint-disable-next-line typescript/no-deprecated -- it is there until its campaigns have been cut over
      alsoSends: createScheduledSender(),
    });
  }

  mailbox(address: string, changes: Partial<MailboxSettings> = {}): Promise<number> {
    const settings = {
      address,
      host: "localhost",
      port: 25,
      security: "none",
      zone: "Europe/Warsaw",
      minGapMs: 0,
      sessionsMax: 1,
      ...changes,
    } as const;
    return this.write((trx, now) => saveMailbox(trx, settings, undefined, now));
  }

  /** A started campaign with `leads` leads `lead-1@example.test` ... over the given mailboxes. */
  async campaign(
    name: string,
    leads: number,
    mailboxIds: readonly number[],
    settings: Partial<CampaignSettings> = {},
    text = "Hello {{ email }}",
  ): Promise<number> {
    const { perDayMax: _none, ...defaults } = CAMPAIGN_DEFAULTS;
    return this.write(async (trx, now) => {
      const id = await createCampaign(trx, name, { ...defaults, ...settings }, 42, "test", now);
      await setMessage(trx, id, { subject: "Hello", text, attachments: [] }, now);
      await setCampaignMailboxes(trx, id, mailboxIds, now);
      await addLeads(trx, id, addresses(leads), now);
      const started = await startCampaign(trx, id, "test", now);
      if (!started.ok) throw new Error(started.error.message);
      return id;
    });
  }

  async counts(campaignId: number): Promise<StateCounts> {
    return (await this.#report(campaignId)).counts;
  }

  async status(campaignId: number): Promise<string> {
    return (await this.#report(campaignId)).status;
  }

  async #report(campaignId: number) {
    const report = (await campaignReports(this.database.reader)).find((one) => one.id === campaignId);
    if (report === undefined) throw new Error(`no campaign ${campaignId}`);
    return report;
  }

  /** Distances between consecutive accepts, in ms. */
  gaps(): number[] {
    return this.peer.accepted.slice(1).map((accept, index) => accept.at - (this.peer.accepted[index]?.at ?? 0));
  }
}

export const addresses = (count: number, from = 1): { address: string; fields: Record<string, string> }[] =>
  Array.from({ length: count }, (_, index) => ({ address: `lead-${from + index}@example.test`, fields: {} }));
