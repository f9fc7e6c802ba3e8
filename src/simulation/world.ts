import type { Transaction } from "kysely";
import type { CampaignSettings } from "../domain/campaign.ts";
import { loadHolidays } from "../domain/holidays.ts";
import type { Instant } from "../domain/instant.ts";
import { Engine } from "../engine/engine.ts";
import type { CrashPoint, Logger, Store } from "../engine/ports.ts";
import { createScheduledSender } from "../legacy/scheduledSender.ts";
import { startCampaign } from "../storage/lifecycle.ts";
import { type Liveness, memoryLiveness } from "../storage/liveness.ts";
import { saveMailbox } from "../storage/mailboxes.ts";
import { setMessage } from "../storage/messages.ts";
import { giveCampaign, heldSwitchFacts, takeCampaign } from "../storage/ownership.ts";
import { addLeads, createCampaign, type NewLead, setCampaignMailboxes, switchMailbox } from "../storage/registry.ts";
import { campaignStatus, hasWork, skippedLeads } from "../storage/reports.ts";
import type { Database } from "../storage/schema.ts";
import { Life } from "./life.ts";
import { Recorder } from "./recorder.ts";
import type { Scenario, ScenarioCampaign } from "./scenario.ts";
import { SimulatedServers } from "./servers.ts";
import { SimulatedTransport } from "./transport.ts";
import type { VirtualClock } from "./virtual-clock.ts";
import { openWorldDatabase, type WorldDatabase } from "./world-database.ts";

/** What an engine says when it has met a defect of its own; anything else that it logs is told better by the trace. */
const DEFECTS = new Set([
  "campaign looked at in vain",
  "campaign not processed",
  "pass failed",
  "sending broke",
  "mail could not be sent",
]);

/**
 * Signs of life and the passes that are only a safety net are kept rare, so that a simulated year is not spent on them. Timing never
 * comes from them. A death is noticed by the lock, as in the product; by workers that share a database at their next sign of life.
 */
const LIMITS = { engineLeaseMs: 3_600_000, sharedRenewMs: 600_000, passEveryMs: 600_000, standbyEveryMs: 3_600_000 };

/** How soon an engine that stands by notices that the one in charge is gone: the product's own interval, without its many questions. */
const TAKEOVER_MS = 250;

/** What a test may exchange to show that the judge would notice; the program itself never does. */
export interface WorldSeams {
  readonly store?: (store: Store) => Store;
  readonly liveness?: (liveness: Liveness) => Liveness;
  /** Called once with the open database, before anything is in it but the schema. */
  readonly database?: (database: Pick<WorldDatabase, "writer">) => Promise<void>;
}

export interface WorldOptions {
  readonly seams?: WorldSeams;
  /** The address of a PostgreSQL database, in a schema of which the world lives; left out: SQLite in memory. */
  readonly database?: string;
}

interface Worker {
  readonly number: number;
  boots: number;
  life: Life;
  engine: Engine;
  bootId: string;
}

export interface KnownCampaign {
  readonly id: number;
  settings: CampaignSettings;
}

/** The real engine and the real store in a world whose clock, servers and accidents are simulated. */
export class World {
  readonly clock: VirtualClock;
  readonly database: WorldDatabase;
  readonly recorder: Recorder;
  readonly servers: SimulatedServers;
  readonly campaigns = new Map<string, KnownCampaign>();
  readonly mailboxes = new Map<string, number>();
  /** Defects that the engines reported of themselves. */
  readonly defects: string[] = [];
  readonly #scenario: Scenario;
  readonly #liveness: Liveness;
  readonly #changedStore: (store: Store) => Store;
  readonly #workers: Worker[] = [];
  readonly #crashes: { readonly point: CrashPoint; readonly lead: string; readonly forMs: number }[] = [];
  readonly #names = new Map<string, string>();

  private constructor(scenario: Scenario, database: WorldDatabase, liveness: Liveness, seams: WorldSeams) {
    this.#scenario = scenario;
    this.clock = database.clock;
    this.database = database;
    this.#liveness = liveness;
    this.#changedStore = seams.store ?? ((same) => same);
    const names = {
      campaign: (id: number) => this.#nameOf("campaign", id),
      mailbox: (id: number) => this.#nameOf("mailbox", id),
    };
    this.recorder = new Recorder(this.clock, names, () => database.ask(skippedLeads));
    this.servers = new SimulatedServers(this.clock, scenario.smtp.latencyMs, names.mailbox);
  }

  /** Sets the scene at the scenario's start: database, mailboxes, campaigns, workers running. */
  static async open(scenario: Scenario, { seams = {}, database: url }: WorldOptions = {}): Promise<World> {
    // Loaded beforehand: once the clock moves, nothing may wait for a file.
    await loadHolidays([...new Set(scenario.campaigns.flatMap((campaign) => campaign.settings.holidays))]);
    const liveness = (seams.liveness ?? ((same) => same))(memoryLiveness());
    const database = await openWorldDatabase(url, scenario.startAt, liveness);
    const world = new World(scenario, database, liveness, seams);
    try {
      await seams.database?.(database);
      await world.#populate();
    } catch (error) {
      await world.close();
      throw error;
    }
    for (let number = 1; number <= scenario.workers; number += 1) world.#boot(number);
    return world;
  }

  #nameOf(kind: "campaign" | "mailbox", id: number): string {
    return this.#names.get(`${kind} ${id}`) ?? String(id);
  }

  /** A person's doing: one transaction, after which every engine looks again. */
  async order<T>(work: (trx: Transaction<Database>, now: Instant) => Promise<T>): Promise<T> {
    const result = await this.database.order((trx) => work(trx, this.clock.now()));
    await this.recorder.addSkipped();
    this.#wakeAll();
    return result;
  }

  async #populate(): Promise<void> {
    await this.order(async (trx, now) => {
      for (const mailbox of this.#scenario.mailboxes) {
        const account = {
          address: mailbox.address,
          host: "simulated.invalid",
          port: 25,
          security: "none",
          sessionsMax: 1,
        } as const;
        const id = await saveMailbox(
          trx,
          { ...account, zone: mailbox.zone, perDayMax: mailbox.perDayMax, minGapMs: mailbox.minGapMs },
          undefined,
          now,
        );
        if (!mailbox.active) await switchMailbox(trx, id, false, "scenario", now);
        this.mailboxes.set(mailbox.address, id);
        this.#names.set(`mailbox ${id}`, mailbox.address);
      }
      for (const [index, campaign] of this.#scenario.campaigns.entries()) await this.#addCampaign(trx, campaign, index, now);
    });
    for (const campaign of this.#scenario.campaigns) if (campaign.startAt !== "never") await this.start(campaign.name);
  }

  async #addCampaign(trx: Transaction<Database>, campaign: ScenarioCampaign, index: number, now: Instant): Promise<void> {
    const isAhead = campaign.startAt !== "never" && campaign.startAt > this.#scenario.startAt;
    const settings = { ...campaign.settings, ...(isAhead && { startAt: campaign.startAt }) };
    const id = await createCampaign(trx, campaign.name, settings, this.#scenario.seed * 1_000 + index, "scenario", now);
    await setMessage(trx, id, { subject: "Hello", text: "Hello {{ email }}", attachments: [] }, now);
    await setCampaignMailboxes(
      trx,
      id,
      campaign.mailboxes.map((address) => this.mailboxes.get(address) ?? 0),
      now,
    );
    await addLeads(trx, id, campaign.leads, now);
    this.campaigns.set(campaign.name, { id, settings });
    this.#names.set(`campaign ${id}`, campaign.name);
  }

  campaign(name: string): KnownCampaign {
    const known = this.campaigns.get(name);
    if (known === undefined) throw new Error(`the scenario was read, so it has no unknown campaign ${name}`);
    return known;
  }

  /** Starts a campaign as its owner would; the status line says what became of it. */
  async start(name: string): Promise<void> {
    await this.changeStatus(name, startCampaign);
  }

  /** A person's order about a campaign's status; one that is refused changes nothing. */
  async changeStatus(name: string, order: typeof startCampaign): Promise<void> {
    const { id } = this.campaign(name);
    await this.order(async (trx, now) => {
      const from = await campaignStatus(trx, id);
      const result = await order(trx, id, "scenario", now);
      if (result.ok && result.value !== from)
        this.recorder.add({ type: "status", at: now, campaign: name, from, to: result.value, by: "scenario" });
    });
  }

  /** A person's order that a campaign changes hands, which is refused while a mail of it is on its way; one that ran goes on there. */
  async changeSender(name: string, to: "goniec" | "fallback"): Promise<void> {
    const { id } = this.campaign(name);
    await this.order(async (trx, now) => {
      const facts = await heldSwitchFacts(trx, id);
      if (facts === undefined || facts.sendingHere > 0) return;
      const from = await campaignStatus(trx, id);
      const order = { actor: "scenario", now };
      if (to === "goniec") await takeCampaign(trx, id, order);
      else await giveCampaign(trx, id, to, order);
      if (from === "IN_PROGRESS" || from === "SCHEDULED") await startCampaign(trx, id, "scenario", now);
      const after = await campaignStatus(trx, id);
      if (after !== from) this.recorder.add({ type: "status", at: now, campaign: name, from, to: after, by: "scenario" });
    });
  }

  async addLeads(name: string, leads: readonly NewLead[]): Promise<void> {
    const { id } = this.campaign(name);
    await this.order((trx, now) => addLeads(trx, id, leads, now));
    // A completed campaign that gets leads goes on, as `goniec send` does with one.
    if ((await this.database.ask((reader) => campaignStatus(reader, id))) === "COMPLETED") await this.start(name);
  }

  /** The dead report nothing: what they stumble over is their own death. */
  #logOf(life: Life): Logger {
    const quiet = (): void => undefined;
    return {
      debug: quiet,
      info: quiet,
      warn: quiet,
      error: (event, fields) => {
        if (life.alive && DEFECTS.has(event))
          this.defects.push(`${new Date(this.clock.now()).toISOString()} ${event} ${JSON.stringify(fields ?? {})}`);
      },
    };
  }

  #boot(number: number): void {
    const before = this.#workers[number - 1];
    const boots = (before?.boots ?? 0) + 1;
    const bootId = `worker-${number}.${boots}`;
    const life = new Life();
    const clock = life.clock(this.clock);
    const engine = new Engine({
      store: life.store(this.#changedStore(this.recorder.listen(this.database.createStore()))),
      mailer: life.mailer(this.#transport(number, life)),
      clock,
      log: this.#logOf(life),
      worker: { bootId, host: "simulated", pid: number, version: "simulation" },
      observer: life.observer((point, address) => this.#diesAt(number, point, address)),
      limits: LIMITS,
      // oxlint-disable-next-line typescript/no-deprecated -- it is there until its campaigns have been cut over
      alsoSends: createScheduledSender(),
    });
    this.#workers[number - 1] = { number, boots, life, engine, bootId };
    this.recorder.add({ type: "worker", at: this.clock.now(), worker: number, change: "up" });
    engine.start();
  }

  #transport(worker: number, life: Life): SimulatedTransport {
    return new SimulatedTransport(this.servers, life.clock(this.clock), {
      accepted: ({ campaignId, to, step, mailboxId, rfcMessageId }) =>
        this.recorder.add({
          type: "accepted",
          at: this.clock.now(),
          campaign: this.#nameOf("campaign", campaignId),
          lead: to,
          step,
          mailbox: this.#nameOf("mailbox", mailboxId),
          messageId: rfcMessageId,
          worker,
        }),
      session: (mailboxId, change) => {
        if (!life.alive) return;
        const mailbox = this.#nameOf("mailbox", mailboxId);
        this.recorder.add({ type: "session", at: this.clock.now(), mailbox, worker, change });
      },
    });
  }

  /** From now on the worker that reaches `point` with the lead's mail dies there, once. */
  dieAt(point: CrashPoint, lead: string, forMs: number): void {
    this.#crashes.push({ point, lead, forMs });
  }

  #diesAt(number: number, point: CrashPoint, address: string): boolean {
    const index = this.#crashes.findIndex((crash) => crash.point === point && crash.lead === address);
    const [crash] = index < 0 ? [] : this.#crashes.splice(index, 1);
    if (crash === undefined) return false;
    this.crash(number, crash.forMs);
    return true;
  }

  /** Kills a worker; a new one takes its place after `forMs`. A dead worker does not die again. */
  crash(number: number, forMs: number): void {
    const worker = this.#worker(number);
    if (!worker.life.alive) return;
    worker.life.end();
    void this.#liveness.letGo(worker.bootId);
    this.#tellGone(number);
    this.clock.setTimer(forMs, () => this.#boot(number));
  }

  #tellGone(number: number): void {
    this.recorder.add({ type: "worker", at: this.clock.now(), worker: number, change: "down" });
    this.clock.setTimer(TAKEOVER_MS, () => this.#wakeAll());
  }

  /** Workers that share a database hear through it what others have done, as in the product. */
  #wakeAll(): void {
    if (this.database.isShared) return;
    for (const worker of this.#workers) if (worker.life.alive) worker.engine.wake();
  }

  /** Stops a worker in order; a new one takes its place after `forMs`, or when the stop is done, which a death on the way spares it. */
  async stop(number: number, forMs: number): Promise<void> {
    const worker = this.#worker(number);
    if (!worker.life.alive) return;
    const backMs = this.clock.monotonicMs() + forMs;
    await worker.engine.stop();
    if (!worker.life.alive) return;
    worker.life.end();
    this.#tellGone(number);
    this.clock.setTimer(backMs - this.clock.monotonicMs(), () => this.#boot(number));
  }

  get workerNumbers(): number[] {
    return this.#workers.map((worker) => worker.number);
  }

  #worker(number: number): Worker {
    const worker = this.#workers[number - 1];
    if (worker === undefined) throw new Error(`the scenario was read, so it has no unknown worker ${number}`);
    return worker;
  }

  /** Whether no running or scheduled campaign has a lead that a mail may still go to. */
  async isIdle(): Promise<boolean> {
    return !(await hasWork(this.database.reader));
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) worker.life.end();
    await this.database.close();
  }
}
