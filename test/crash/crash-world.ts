import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { type App, createApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { CAMPAIGN_DEFAULTS, type CampaignSettings } from "../../src/domain/campaign.ts";
import type { CrashPoint } from "../../src/engine/ports.ts";
import { createLogger, type LogLevel } from "../../src/log.ts";
import { startCampaign } from "../../src/storage/lifecycle.ts";
import { type MailboxSettings, saveMailbox } from "../../src/storage/mailboxes.ts";
import { setMessage } from "../../src/storage/messages.ts";
import { addLeads, createCampaign, setCampaignMailboxes } from "../../src/storage/registry.ts";
import { campaignReports, type CampaignReport } from "../../src/storage/reports.ts";
import { addresses } from "../engine-world.ts";
import { eventually } from "../eventually.ts";
import { createDatabase, dropDatabase } from "../servers/postgres-server.ts";
import { type RecordingServer, startRecordingServer } from "./recording-server.ts";

const CHILD = new URL("engine-process.mjs", import.meta.url).pathname;

export interface ChildOrder {
  /** Where it sends itself `signal`, at the mail to `address`; it goes on when nothing is said. */
  readonly point?: CrashPoint;
  readonly address?: string;
  readonly signal?: "SIGKILL" | "SIGSTOP";
  readonly settings?: Readonly<Record<string, string>>;
  /** Its way to the database, when it is not the world's own. */
  readonly database?: string;
  /** How far its own clock is ahead of this machine's; negative when it is behind. */
  readonly clockAheadMs?: number;
  /** What it writes to `EngineProcess.log`; nothing when left out. */
  readonly log?: LogLevel;
}

export interface EngineProcess {
  readonly child: ChildProcess;
  /** The points that it reported so far, as "point address". */
  readonly points: readonly string[];
  readonly log: readonly string[];
  readonly exited: Promise<void>;
  onPoint: (line: string) => void;
}

export interface NewCampaign {
  readonly name: string;
  readonly leads: readonly { readonly address: string; readonly fields: Readonly<Record<string, string>> }[];
  readonly mailboxIds: readonly number[];
  /** Unpaced and without a daily limit where nothing is said. */
  readonly settings?: Partial<CampaignSettings>;
}

/** A real database, a real server, and engines in processes of their own that can be killed. */
export class CrashWorld {
  /** The file of SQLite or the address of PostgreSQL. */
  readonly database: string;
  readonly app: App;
  readonly server: RecordingServer;
  readonly #folder: string;
  readonly #dropDatabase: () => Promise<void>;
  readonly #processes: EngineProcess[] = [];

  private constructor(database: string, app: App, server: RecordingServer, folder: string, drop: () => Promise<void>) {
    this.database = database;
    this.app = app;
    this.server = server;
    this.#folder = folder;
    this.#dropDatabase = drop;
  }

  /** On a new SQLite file, or on a new database of the PostgreSQL server at `serverUrl`. */
  static async open(serverUrl?: string): Promise<CrashWorld> {
    const folder = mkdtempSync(join(tmpdir(), "goniec-crash-"));
    const name = `crash_${folder.slice(-6).toLowerCase()}_${process.pid}`;
    const database = serverUrl === undefined ? join(folder, "goniec.db") : await createDatabase(serverUrl, name);
    const loaded = loadConfig({}, { database, keyFile: join(folder, "goniec.key") }, "no-such-file.json");
    if (!loaded.ok) throw new Error(loaded.error.message);
    const app = await createApp(loaded.value.config, createLogger("silent", false));
    const drop = async (): Promise<void> => (serverUrl === undefined ? undefined : dropDatabase(serverUrl, name));
    return new CrashWorld(database, app, await startRecordingServer(), folder, drop);
  }

  /** A started campaign over mailboxes of its own. */
  async campaign(leads: number, settings: Partial<CampaignSettings> = {}, mailboxes = 3): Promise<number> {
    const mailboxIds: number[] = [];
    for (let number = 1; number <= mailboxes; number += 1) mailboxIds.push(await this.mailbox(`box-${number}@acme.test`));
    return this.start({ name: "spring", leads: addresses(leads), mailboxIds, settings });
  }

  mailbox(address: string, changes: Partial<MailboxSettings> = {}): Promise<number> {
    const common = { security: "none", zone: "Europe/Warsaw", minGapMs: 0, sessionsMax: 1 } as const;
    const mailbox = { address, host: "127.0.0.1", port: this.server.port, ...common, ...changes };
    return this.app.write((trx, now) => saveMailbox(trx, mailbox, undefined, now));
  }

  /** Enters the campaign and starts it; returns its id. */
  start({ name, leads, mailboxIds, settings }: NewCampaign): Promise<number> {
    const { perDayMax: _none, ...defaults } = CAMPAIGN_DEFAULTS;
    return this.app.write(async (trx, now) => {
      const id = await createCampaign(trx, name, { ...defaults, delayMs: 0, ...settings }, 7, "test", now);
      await setMessage(trx, id, { subject: "Hello", text: "Hello {{ email }}", attachments: [] }, now);
      await setCampaignMailboxes(trx, id, mailboxIds, now);
      await addLeads(trx, id, leads, now);
      const started = await startCampaign(trx, id, "test", now);
      if (!started.ok) throw new Error(started.error.message);
      return id;
    });
  }

  run(order: ChildOrder = {}): EngineProcess {
    const child = spawn(process.execPath, [CHILD, JSON.stringify({ database: this.database, ...order })], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const points: string[] = [];
    const log: string[] = [];
    const engine: EngineProcess = {
      child,
      points,
      log,
      exited: new Promise((resolve) => child.once("exit", () => resolve())),
      onPoint: () => undefined,
    };
    readLines(child.stdout, (line) => {
      points.push(line);
      engine.onPoint(line);
    });
    readLines(child.stderr, (line) => {
      log.push(line);
      // What is no line of the log is the last word of a process that broke.
      if (!line.startsWith("{")) console.error(line);
    });
    this.#processes.push(engine);
    return engine;
  }

  /** Of the campaign, or of the only one. */
  async report(campaignId?: number): Promise<CampaignReport> {
    const report = (await campaignReports(this.app.reader)).find(({ id }) => campaignId === undefined || id === campaignId);
    if (report === undefined) throw new Error("no campaign");
    return report;
  }

  async completed(campaignId?: number): Promise<void> {
    await eventually(async () => (await this.report(campaignId)).status === "COMPLETED", "the campaign is completed");
  }

  deliveriesTo(address: string): number {
    return this.server.deliveries.filter((delivery) => delivery.to === address).length;
  }

  /** Leads that the server was given more than once. */
  duplicates(): string[] {
    const seen = new Map<string, number>();
    for (const { to } of this.server.deliveries) seen.set(to, (seen.get(to) ?? 0) + 1);
    return [...seen].filter(([, count]) => count > 1).map(([to]) => to);
  }

  /** What the address's place is in, in whichever campaign it has one. */
  async stateOf(address: string): Promise<string | undefined> {
    const row = await this.app.reader
      .selectFrom("CampaignLead as cl")
      .innerJoin("Lead as l", "l.id", "cl.leadId")
      .select("cl.state")
      .where("l.address", "=", address)
      .executeTakeFirst();
    return row?.state;
  }

  /** Ends every process. With `keep`, as after a failure, the database stays, and the log says where. */
  async close(keep = false): Promise<void> {
    if (keep) console.error(`the database of this failure is kept: ${this.database}`);
    for (const { child, exited } of this.#processes) {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await exited;
    }
    await this.app.close();
    await this.server.close();
    if (keep) return;
    await this.#dropDatabase();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function readLines(stream: Readable, read: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) read(line);
  });
}
