import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type App, createApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { CAMPAIGN_DEFAULTS, type CampaignSettings } from "../../src/domain/campaign.ts";
import { createLogger } from "../../src/log.ts";
import { startCampaign } from "../../src/storage/lifecycle.ts";
import { saveMailbox } from "../../src/storage/mailboxes.ts";
import { setMessage } from "../../src/storage/messages.ts";
import { addLeads, createCampaign, setCampaignMailboxes } from "../../src/storage/registry.ts";
import { campaignReports, type CampaignReport } from "../../src/storage/reports.ts";
import { addresses } from "../engine-world.ts";
import { eventually } from "../eventually.ts";
import { type RecordingServer, startRecordingServer } from "./recording-server.ts";

const CHILD = new URL("engine-process.mjs", import.meta.url).pathname;

export interface ChildOrder {
  readonly point?: string;
  readonly address?: string;
  readonly signal?: "SIGKILL" | "SIGSTOP";
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EngineProcess {
  readonly child: ChildProcess;
  /** The points that it reported so far, as "point address". */
  readonly points: readonly string[];
  readonly exited: Promise<void>;
  onPoint: (line: string) => void;
}

/** A real database file, a real server, and engines in processes of their own that can be killed. */
export class CrashWorld {
  readonly folder: string;
  readonly app: App;
  readonly server: RecordingServer;
  readonly #processes: EngineProcess[] = [];

  private constructor(folder: string, app: App, server: RecordingServer) {
    this.folder = folder;
    this.app = app;
    this.server = server;
  }

  static async open(): Promise<CrashWorld> {
    const folder = mkdtempSync(join(tmpdir(), "goniec-crash-"));
    const loaded = loadConfig({}, { database: join(folder, "goniec.db") }, "no-such-file.json");
    if (!loaded.ok) throw new Error(loaded.error.message);
    return new CrashWorld(
      folder,
      await createApp(loaded.value.config, createLogger("silent", false)),
      await startRecordingServer(),
    );
  }

  /** A started campaign, by default unpaced over three mailboxes. */
  async campaign(leads: number, settings: Partial<CampaignSettings> = {}, mailboxes = 3): Promise<number> {
    const { perDayMax: _none, ...defaults } = CAMPAIGN_DEFAULTS;
    return this.app.write(async (trx, now) => {
      const ids: number[] = [];
      for (let number = 1; number <= mailboxes; number += 1)
        ids.push(await saveMailbox(trx, this.#mailbox(number), undefined, now));
      const id = await createCampaign(trx, "spring", { ...defaults, delayMs: 0, ...settings }, 7, "test", now);
      await setMessage(trx, id, { subject: "Hello", text: "Hello {{ email }}", attachments: [] }, now);
      await setCampaignMailboxes(trx, id, ids, now);
      await addLeads(trx, id, addresses(leads), now);
      const started = await startCampaign(trx, id, "test", now);
      if (!started.ok) throw new Error(started.error.message);
      return id;
    });
  }

  #mailbox(number: number) {
    const common = { security: "none", zone: "Europe/Warsaw", minGapMs: 0, sessionsMax: 1 } as const;
    return { address: `box-${number}@acme.test`, host: "127.0.0.1", port: this.server.port, ...common };
  }

  run(order: ChildOrder = {}): EngineProcess {
    const child = spawn(process.execPath, [CHILD, JSON.stringify({ database: join(this.folder, "goniec.db"), ...order })], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const points: string[] = [];
    const engine: EngineProcess = {
      child,
      points,
      exited: new Promise((resolve) => child.once("exit", () => resolve())),
      onPoint: () => undefined,
    };
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        points.push(line);
        engine.onPoint(line);
      }
    });
    this.#processes.push(engine);
    return engine;
  }

  async report(): Promise<CampaignReport> {
    const [report] = await campaignReports(this.app.reader);
    if (report === undefined) throw new Error("no campaign");
    return report;
  }

  async completed(): Promise<void> {
    await eventually(async () => (await this.report()).status === "COMPLETED", "the campaign is completed");
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

  async close(keep = false): Promise<void> {
    for (const { child, exited } of this.#processes) {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await exited;
    }
    await this.app.close();
    await this.server.close();
    if (!keep) rmSync(this.folder, { recursive: true, force: true });
  }
}
