import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { App } from "../../src/app.ts";
import { systemClock, systemRandom } from "../../src/clock.ts";
import { carryOutImport } from "../../src/legacy/import-legacy.ts";
import { planImport } from "../../src/legacy/import-plan.ts";
import { readOldDatabase } from "../../src/legacy/old-database.ts";
import { eventually } from "../eventually.ts";
import { type KINDS, openWorld } from "../http/both-databases.ts";
import type { Answer, ApiWorld } from "../http/api-world.ts";
import { acceptingServer } from "../http/sending.ts";
import type { AcceptingServer } from "../servers/accepting-server.ts";
import { expectVerified } from "../verified.ts";
import { type BuiltDatabase, buildOldDatabase, type OldContents } from "./old-database-builder.ts";
import { OldSender } from "./old-sender.ts";

const ZONE = "Europe/Warsaw";
/** Longer than any gap between two mails, so that whoever sends next may do so at once. */
const PAUSE_MS = 600_000;
const SENDS_WITHIN_MS = 20_000;

/** A campaign on its way to Goniec, as the API shows it. */
export interface Moving {
  readonly sender: string;
  readonly status: string;
  readonly watch: string;
  readonly oldStatus: string;
  readonly findings: readonly { readonly kind: string; readonly count: number; readonly examples: readonly string[] }[];
  readonly counts: Readonly<Record<"mailedThere" | "mailedHere" | "duplicatesThere" | "open", number>>;
}

/** An older sender at work on its database, Goniec with its API and engine beside it, and one mail server for both. */
export class MovingWorld {
  readonly api: ApiWorld;
  readonly server: AcceptingServer;
  readonly built: BuiltDatabase;
  readonly old: OldSender;
  readonly #wait: (ms: number) => void;

  private constructor(api: ApiWorld, server: AcceptingServer, built: BuiltDatabase, old: OldSender, wait: (ms: number) => void) {
    this.api = api;
    this.server = server;
    this.built = built;
    this.old = old;
    this.#wait = wait;
  }

  /** Everything is imported, and the campaigns run in the older sender. */
  static async open(contents: OldContents = {}, kind: (typeof KINDS)[number] = "sqlite"): Promise<MovingWorld> {
    const folder = mkdtempSync(join(tmpdir(), "goniec-moving-"));
    let aheadMs = 0;
    const isOnServer = kind === "postgres";
    const now = (): number => systemClock.now() + aheadMs;
    const server = await acceptingServer();
    const smtp = { host: "127.0.0.1", port: server.port };
    const built = await buildOldDatabase(join(folder, "old.db"), {
      lastSentAt: now() - PAUSE_MS,
      smtp,
      // A database on a server has a clock of its own, which nobody sets: there everybody really waits.
      ...(isOnServer && { delayS: 1 }),
      ...contents,
    });
    const old = await OldSender.open(built.path, { smtpPort: server.port, now });
    onTestFinished(() => {
      old.close();
      rmSync(folder, { recursive: true });
    });
    const api = await openWorld(kind, { clock: { ...systemClock, now } });
    const world = new MovingWorld(api, server, built, old, (ms) => {
      if (!isOnServer) aheadMs += ms;
    });
    await importOld(api.app, built.path);
    await world.openHours();
    return world;
  }

  get app(): App {
    return this.api.app;
  }

  /** Of the first campaign. */
  get oldId() {
    return this.built.campaigns[0]?.id ?? 0;
  }

  /** The tests run at any hour, and their server asks for no login. */
  private async openHours(): Promise<void> {
    await this.app.write(async (trx) => {
      await trx.updateTable("Campaign").set({ windows: "[]", holidays: "[]" }).execute();
      await trx.updateTable("Mailbox").set({ security: "none", userName: null, secret: null }).execute();
    });
  }

  async id(name = "Older 1"): Promise<number> {
    const row = this.app.reader.selectFrom("Campaign").select("id").where("name", "=", name);
    return (await row.executeTakeFirstOrThrow()).id;
  }

  async cutOver<T = Record<string, unknown>>(choices: object = {}, name?: string): Promise<Answer<T>> {
    return this.api.ask<T>("POST", `/campaigns/${await this.id(name)}/cut-over`, choices);
  }

  async rollBack<T = Record<string, unknown>>(choices: object = {}): Promise<Answer<T>> {
    return this.api.ask<T>("POST", `/campaigns/${await this.id()}/roll-back`, choices);
  }

  async moving(name = "Older 1"): Promise<Moving> {
    type Page = { readonly campaigns: { readonly items: readonly (Moving & { readonly name: string })[] } };
    const { body } = await this.api.ask<Page>("GET", "/migration");
    const one = body.campaigns.items.find((campaign) => campaign.name === name);
    if (one === undefined) throw new Error(`there is no ${name}`);
    return one;
  }

  /** Time goes by. */
  wait(ms: number): void {
    this.#wait(ms);
  }

  /** The older sender mails its next lead, after a while. */
  async oldSends(): Promise<string> {
    this.wait(PAUSE_MS);
    const mail = await this.old.sendNext(this.oldId);
    if (mail === undefined) throw new Error("the older sender has nobody to mail");
    return mail.address;
  }

  /** Goniec's engine runs for a while, in which it sends `mails` mails of the campaign, and the campaign is paused again. */
  async goniecSends(mails: number): Promise<void> {
    const id = await this.id();
    const upTo = this.server.mails.length + mails;
    while (this.server.mails.length < upTo) {
      this.wait(PAUSE_MS);
      const before = this.server.mails.length;
      await this.api.ask("POST", `/campaigns/${id}/resume`);
      const engine = await this.app.createEngine();
      engine.start();
      await eventually(() => this.server.mails.length > before, "Goniec sends a mail", SENDS_WITHIN_MS);
      await this.api.ask("POST", `/campaigns/${id}/pause`);
      await engine.stop();
    }
  }

  /** How many mails each address was given. */
  mailsByLead(): Record<string, number> {
    const mails: Record<string, number> = {};
    for (const { to } of this.server.mails) for (const address of to) mails[address] = (mails[address] ?? 0) + 1;
    return mails;
  }

  follower() {
    return this.app.createFollower();
  }

  verified(): Promise<void> {
    return expectVerified(this.app.reader);
  }
}

/** Imports all that the older sender has, as `goniec import-legacy` does. */
export async function importOld(app: Pick<App, "reader" | "write" | "clock" | "secrets">, path: string): Promise<void> {
  const picture = await readOldDatabase(path, { now: app.clock.now(), zone: ZONE });
  if (!picture.ok) throw new Error(picture.error.message);
  const source = { name: "legacy", kind: "prisma", path, zone: ZONE } as const;
  const plan = await planImport(app, { source, picture: picture.value, hasOldProcess: true, actor: "test" });
  if (!plan.ok) throw new Error(plan.error.message);
  const watch = { signal: new AbortController().signal, progress: () => undefined };
  await carryOutImport({ ...app, seed: () => systemRandom.seed() }, plan.value, watch);
}
