import { randomUUID } from "node:crypto";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { type App, createApp } from "../src/app.ts";
import { systemClock } from "../src/clock.ts";
import { loadConfig } from "../src/config.ts";
import type { Clock } from "../src/engine/ports.ts";
import { createLogger } from "../src/log.ts";
import type { Notice, SendNotice } from "../src/operation/alert-mail.ts";
import { AlertWatch } from "../src/operation/alerts.ts";
import { currentAlerts } from "../src/storage/alerts.ts";
import { recordEvent } from "../src/storage/events.ts";
import { changeInstallationSettings } from "../src/storage/settings.ts";
import { startAcceptingServer } from "./servers/accepting-server.ts";
import { createDatabase, dropDatabase } from "./servers/postgres-server.ts";

const MINUTE_MS = 60_000;
const ADMIN = "admin@acme.test";

/** An installation whose clock the test turns, and what its alerts were mailed. */
class AlertWorld {
  readonly app: App;
  readonly #time: { ms: number };
  readonly mailed: Notice[] = [];
  /** Mailboxes whose servers take nothing. */
  readonly broken = new Set<number>();

  private constructor(app: App, time: { ms: number }) {
    this.app = app;
    this.#time = time;
  }

  static async open(kind: "sqlite" | "postgres"): Promise<AlertWorld> {
    const name = `alerts_${randomUUID().slice(0, 8)}`;
    const server = inject("postgresUrl");
    const database = kind === "sqlite" ? ":memory:" : await createDatabase(server, name);
    const loaded = loadConfig({ GONIEC_KEY: "" }, { database }, "none.json");
    if (!loaded.ok) throw new Error(loaded.error.message);
    const time = { ms: Date.parse("2026-03-02T09:00:00Z") };
    const clock: Clock = { now: () => time.ms, monotonicMs: () => time.ms, setTimer: systemClock.setTimer };
    const app = await createApp(loaded.value.config, createLogger("silent", false), { clock });
    onTestFinished(async () => {
      await app.close();
      if (kind === "postgres") await dropDatabase(server, name);
    });
    const world = new AlertWorld({ ...app, clock }, time);
    await app.write((trx) => changeInstallationSettings(trx, { adminAddress: ADMIN }));
    await world.watch().look();
    return world;
  }

  readonly #sendNotice: SendNotice = async (notice) => {
    if (this.broken.has(notice.mailboxId)) return { mayHaveLeft: false, words: "535 no" };
    this.mailed.push(notice);
    return { mayHaveLeft: true, words: "250 ok" };
  };

  /** A watcher as a process has it that begins now. */
  watch(sendNotice: SendNotice = this.#sendNotice): AlertWatch {
    return new AlertWatch({ ...this.app, sendNotice });
  }

  pass(minutes: number): void {
    this.#time.ms += minutes * MINUTE_MS;
  }

  async addMailbox(lastUsedAt: number, attention: string | null = null): Promise<number> {
    const address = `${randomUUID()}@acme.test`;
    const server = { address, host: "mail.acme.test", port: 25, security: "none", zone: "UTC", minGapMs: 0 } as const;
    const counts = { sessionsMax: 1, active: 1, restCount: 0, createdAt: 0, updatedAt: 0 };
    return this.app.write(async (trx) => {
      const made = trx.insertInto("Mailbox").values({ ...server, ...counts, attention, lastUsedAt });
      return (await made.returning("id").executeTakeFirstOrThrow()).id;
    });
  }

  async setAttention(id: number, attention: string | null): Promise<void> {
    await this.app.write((trx) => trx.updateTable("Mailbox").set({ attention }).where("id", "=", id).execute());
  }

  async failMails(count: number): Promise<void> {
    await this.app.write(async (trx) => {
      const [first] = await trx.selectFrom("Campaign").select("id").execute();
      const campaignId = first?.id ?? (await addCampaign(trx));
      for (let n = 0; n < count; n += 1)
        await recordEvent(trx, { kind: "mail-failed", at: this.#time.ms, actor: "engine", campaignId });
    });
    // A line of the history is read when nothing older can come after it.
    this.pass(1);
  }

  async current(): Promise<(readonly [cause: string, count: number])[]> {
    return (await currentAlerts(this.app.reader, 10)).map(({ cause, count }) => [cause, count] as const);
  }

  async history(): Promise<(string | null)[]> {
    const events = await this.app.reader.selectFrom("Event").select("cause").where("kind", "=", "alert").orderBy("id").execute();
    return events.map(({ cause }) => cause);
  }
}

async function addCampaign(trx: Parameters<typeof recordEvent>[0]): Promise<number> {
  const rules = { zone: "UTC", windows: "[]", holidays: "{}", delayMs: 0, jitterMin: 0, jitterMax: 0, bufferSize: 20 };
  const state = { retryDelaysMs: "[]", seed: 1, paceIndex: 0, dayStartIndex: 0, createdAt: 0, updatedAt: 0 };
  const made = trx.insertInto("Campaign").values({ name: "Spring", status: "IN_PROGRESS", ...rules, ...state });
  return (await made.returning("id").executeTakeFirstOrThrow()).id;
}

describe.each(["sqlite", "postgres"] as const)("alerts on %s", (kind) => {
  it("tell of a hundred failures once, in the history and by one mail, and of the rest an hour later with their number", async () => {
    const world = await AlertWorld.open(kind);
    await world.addMailbox(0);
    await world.failMails(60);
    await world.watch().look();
    await world.failMails(40);
    // Each time as after a restart: what was told is known from the database.
    await world.watch().look();
    expect(await world.history()).toEqual(["60 mails of the campaign Spring failed for good."]);
    world.pass(60);
    await world.watch().look();
    await world.watch().look();
    expect(await world.history()).toHaveLength(2);
    expect(world.mailed).toMatchObject([
      { to: ADMIN, subject: "Goniec: mails failed" },
      { text: expect.stringContaining("100 mails of the campaign Spring failed for good.") },
    ]);
    expect(await world.current()).toEqual([["mail-failed:1", 100]]);
  });

  it("are told once, however many processes look at the same moment", async () => {
    const world = await AlertWorld.open(kind);
    await world.addMailbox(0);
    await world.addMailbox(1, "535 no");
    await world.failMails(3);
    await Promise.all(Array.from({ length: 5 }, () => world.watch().look()));
    await world.watch().look();
    expect([(await world.history()).length, world.mailed.length]).toEqual([2, 1]);
    expect(await world.current()).toEqual([
      ["mail-failed:1", 3],
      ["mailbox-attention:2", 1],
    ]);
  });

  it("never go through the mailbox that they are about, take the named one first, and another when that one does not work", async () => {
    const world = await AlertWorld.open(kind);
    const inNeed = await world.addMailbox(0, "535 no");
    const [unused, named] = [await world.addMailbox(1), await world.addMailbox(2)];
    await world.app.write((trx) => changeInstallationSettings(trx, { alertMailboxId: named }));
    await world.watch().look();
    world.broken.add(named);
    await world.failMails(1);
    await world.watch().look();
    await world.app.write((trx) => changeInstallationSettings(trx, { alertMailboxId: inNeed }));
    await world.setAttention(unused, "535 no");
    world.broken.clear();
    await world.watch().look();
    expect(world.mailed.map(({ mailboxId }) => mailboxId)).toEqual([named, unused, named]);
  });

  it("end with what they are about, and are news when it comes back", async () => {
    const world = await AlertWorld.open(kind);
    const id = await world.addMailbox(0, "535 no");
    const watch = world.watch();
    await watch.look();
    await world.setAttention(id, null);
    await watch.look();
    expect(await world.current()).toEqual([]);
    await world.setAttention(id, "535 still no");
    await watch.look();
    expect(await world.history()).toHaveLength(2);
  });
});

describe("an alert mail that cannot leave", () => {
  it("is tried again later, raises no alert about itself, and is given up when it is no news any more", async () => {
    const world = await AlertWorld.open("sqlite");
    world.broken.add(await world.addMailbox(0));
    const tries: number[] = [];
    const watch = world.watch(async ({ mailboxId }) => {
      tries.push(mailboxId);
      return { mayHaveLeft: false, words: "421 busy" };
    });
    await world.failMails(1);
    for (let minute = 0; minute < 90; minute += 1) {
      await watch.look();
      world.pass(1);
    }
    expect(tries).toHaveLength(12);
    expect(await world.history()).toHaveLength(1);
  });

  it("is not sent again when nobody knows whether it has left", async () => {
    const world = await AlertWorld.open("sqlite");
    await world.addMailbox(0);
    let sent = 0;
    const watch = world.watch(async () => {
      sent += 1;
      return { mayHaveLeft: true, words: "the connection was lost" };
    });
    await world.failMails(1);
    for (let look = 0; look < 3; look += 1) {
      await watch.look();
      world.pass(10);
    }
    expect(sent).toBe(1);
  });

  it("does not leave a frozen installation, which tells by its log and history", async () => {
    const world = await AlertWorld.open("sqlite");
    await world.addMailbox(0);
    const frozen = { since: 0, reason: "restored", text: "a backup was put in its place", known: {} };
    await world.app.write((trx) =>
      trx
        .insertInto("Setting")
        .values({ key: "frozen", value: JSON.stringify(frozen) })
        .execute(),
    );
    await world.watch().look();
    expect([await world.current(), world.mailed]).toEqual([[["frozen", 1]], []]);
  });
});

describe("an alert of the running program", () => {
  it("goes to the admin address through a real server, and stands in the ledger as a mail that is no campaign's", async () => {
    const world = await AlertWorld.open("sqlite");
    const server = await startAcceptingServer();
    onTestFinished(() => server.close());
    const id = await world.addMailbox(0);
    const address = { host: "127.0.0.1", port: server.port };
    await world.app.write((trx) => trx.updateTable("Mailbox").set(address).where("id", "=", id).execute());
    await world.addMailbox(1, "535 no");
    await (await world.app.createAlertWatch()).look();
    expect(server.mails.map(({ to, parsed }) => [to, parsed.subject])).toEqual([[[ADMIN], "Goniec: a mailbox needs attention"]]);
    const entries = await world.app.reader.selectFrom("SendLog").select(["kind", "state", "campaignId"]).execute();
    expect(entries).toEqual([{ kind: "test", state: "sent", campaignId: null }]);
  });
});
