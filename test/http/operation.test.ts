import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { describe, expect, inject, it } from "vitest";
import { systemClock } from "../../src/clock.ts";
import type { LogFields, Logger } from "../../src/engine/ports.ts";
import { createMetrics } from "../../src/operation/metrics.ts";
import { unreadyReason } from "../../src/operation/readiness.ts";
import { createDatabase } from "../servers/postgres-server.ts";
import { ApiWorld } from "./api-world.ts";

/** A log that a test can read, of every level. */
function readableLog(): { readonly log: Logger; readonly lines: { level: string; event: string; fields: LogFields }[] } {
  const lines: { level: string; event: string; fields: LogFields }[] = [];
  const write =
    (level: string) =>
    (event: string, fields: LogFields = {}): void =>
      void lines.push({ level, event, fields });
  return { log: { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") }, lines };
}

const at = (world: ApiWorld, url: string, as?: "viewer") =>
  world.server.inject({ url, headers: as === undefined ? {} : { authorization: `Bearer ${world.tokens[as]}` } });

/** The value of a line of the text format, by its name and labels. */
function valueOf(text: string, series: string): number | undefined {
  const line = text.split("\n").find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

async function addRunningCampaign(world: ApiWorld, nextDueAt: number): Promise<void> {
  const { body } = await world.ask<{ id: number }>("POST", "/campaigns", { name: "Spring" });
  await world.app.write(async (trx) => {
    await trx.updateTable("Campaign").set({ status: "IN_PROGRESS", nextDueAt }).where("id", "=", body.id).execute();
  });
}

async function addMailbox(world: ApiWorld, address: string, change: object = {}): Promise<number> {
  const now = world.app.clock.now();
  return world.app.write(async (trx) => {
    const { id } = await trx
      .insertInto("Mailbox")
      .values({
        address,
        host: "mail.acme.test",
        port: 25,
        security: "none",
        zone: "Pacific/Kiritimati",
        perDayMax: 50,
        minGapMs: 0,
        sessionsMax: 1,
        active: 1,
        restCount: 0,
        createdAt: now,
        updatedAt: now,
        ...change,
      })
      .returning("id")
      .executeTakeFirstOrThrow();
    return id;
  });
}

const KINDS = ["sqlite", "postgres"] as const;
const open = async (kind: (typeof KINDS)[number]): Promise<ApiWorld> =>
  kind === "sqlite"
    ? ApiWorld.open()
    : ApiWorld.open({}, await createDatabase(inject("postgresUrl"), `operation_${randomUUID().slice(0, 8)}`));

describe.each(KINDS)("metrics on %s", (kind) => {
  it("tell of campaigns, mailboxes, the queue and the scheduler", async () => {
    const world = await open(kind);
    const now = world.app.clock.now();
    await addRunningCampaign(world, now - 90_000);
    const resting = await addMailbox(world, "anna@acme.test", { restingUntil: now + 60_000 });
    await addMailbox(world, "ewa@acme.test", { attention: "535 no" });
    const today = new Intl.DateTimeFormat("sv", { timeZone: "Pacific/Kiritimati" }).format(now);
    await world.app.write(async (trx) => {
      const usage = { scope: "mailbox", scopeId: resting } as const;
      const days = [
        { ...usage, day: "2001-01-01", used: 40 },
        { ...usage, day: today, used: 7 },
      ];
      await trx.insertInto("DailyUsage").values(days).execute();
    });
    const { payload } = await at(world, "/metrics", "viewer");
    expect({
      up: valueOf(payload, "goniec_database_up"),
      running: valueOf(payload, 'goniec_campaigns{status="running"}'),
      rests: valueOf(payload, 'goniec_mailboxes{state="rests"}'),
      attention: valueOf(payload, 'goniec_mailbox_needs_attention{mailbox="2"}'),
      today: valueOf(payload, "goniec_today_mails"),
      max: valueOf(payload, "goniec_today_mails_max"),
      pending: valueOf(payload, "goniec_queue_pending"),
      inCharge: valueOf(payload, "goniec_engine_in_charge"),
    }).toEqual({ up: 1, running: 1, rests: 1, attention: 1, today: 7, max: 100, pending: 0, inCharge: 0 });
    expect(valueOf(payload, "goniec_scheduler_late_seconds")).toBeGreaterThanOrEqual(90);
    expect(payload).not.toContain("acme.test");
  });
});

describe("metrics", () => {
  it("count what the engine and the server do, and each outcome from the start", async () => {
    const world = await ApiWorld.open();
    const metrics = createMetrics(world.app, readableLog().log);
    metrics.meter.mailStarted(-3);
    metrics.meter.mailSettled("sent", 1_500);
    metrics.meter.passed(2);
    metrics.answered("GET /api/v1/campaigns/:id", 404, 12);
    const text = await metrics.text();
    expect(valueOf(text, 'goniec_mails_total{outcome="sent"}')).toBe(1);
    expect(valueOf(text, 'goniec_mails_total{outcome="unknown"}')).toBe(0);
    expect(valueOf(text, "goniec_send_duration_seconds_sum")).toBe(1.5);
    expect(valueOf(text, "goniec_send_slip_seconds_sum")).toBe(0);
    expect(valueOf(text, "goniec_pass_duration_seconds_count")).toBe(1);
    expect(valueOf(text, 'goniec_http_request_duration_seconds_count{route="GET /api/v1/campaigns/:id",status="4xx"}')).toBe(1);
  });

  it("name routes by their patterns, so that asking for many addresses makes no new label", async () => {
    const world = await ApiWorld.open();
    for (const path of ["/campaigns/1", "/campaigns/2"]) await world.ask("GET", path);
    for (const path of ["/nowhere/a", "/nowhere/b"]) await world.ask("POST", path);
    const { payload } = await at(world, "/metrics", "viewer");
    expect(valueOf(payload, 'goniec_http_request_duration_seconds_count{route="GET /api/v1/campaigns/:id",status="4xx"}')).toBe(
      2,
    );
    expect(valueOf(payload, 'goniec_http_request_duration_seconds_count{route="POST (none)",status="4xx"}')).toBe(2);
  });

  it("show no old numbers when the database fails, and what the process knows all the same", async () => {
    const world = await ApiWorld.open();
    const { log, lines } = readableLog();
    const metrics = createMetrics(world.app, log);
    metrics.meter.passed(1);
    await breakDatabase(world);
    const text = await metrics.text();
    expect(valueOf(text, "goniec_database_up")).toBe(0);
    expect(valueOf(text, "goniec_queue_pending")).toBeUndefined();
    expect(valueOf(text, "goniec_pass_duration_seconds_count")).toBe(1);
    expect(lines).toMatchObject([{ level: "warn", event: "metrics without the database" }]);
  });

  it("are for those who are signed in, also on this machine", async () => {
    const world = await ApiWorld.open();
    expect((await at(world, "/metrics")).statusCode).toBe(401);
    expect((await at(world, "/metrics", "viewer")).headers["content-type"]).toContain("text/plain");
  });
});

describe("health", () => {
  it("is told to anybody while the process lives, whatever the database does", async () => {
    const world = await ApiWorld.open();
    await breakDatabase(world);
    const health = await at(world, "/healthz");
    expect([health.statusCode, health.json()]).toEqual([200, { status: "ok" }]);
  });
});

describe("readiness", () => {
  it("needs an engine in charge where this process sends, and none where it only serves the page", async () => {
    const world = await ApiWorld.open();
    const before = await at(world, "/readyz");
    expect([before.statusCode, before.json()]).toEqual([503, { status: "not-ready", reason: "nobody-in-charge" }]);
    expect(await unreadyReason(world.app, false)).toBeUndefined();
    await inCharge(world);
    expect(await unreadyReason(world.app, true)).toBeUndefined();
  });

  it("ends when a campaign should have been looked at a minute ago", async () => {
    const world = await ApiWorld.open();
    await inCharge(world);
    await addRunningCampaign(world, world.app.clock.now() - 61_000);
    expect(await unreadyReason(world.app, true)).toBe("late");
  });

  it("does not end while the installation is frozen, because a person must reach it to release it", async () => {
    const world = await ApiWorld.open();
    await world.app.write(async (trx) => {
      await trx.insertInto("Setting").values({ key: "frozen", value: "{}" }).execute();
    });
    expect(await unreadyReason(world.app, true)).toBeUndefined();
  });

  it("ends when a newer program has changed the database", async () => {
    const world = await ApiWorld.open();
    await world.app.write(async (trx) => {
      const migrations = trx as unknown as {
        insertInto(table: string): { values(row: object): { execute(): Promise<unknown> } };
      };
      await migrations.insertInto("Migration").values({ number: 999, name: "later", appliedAt: 0 }).execute();
    });
    expect(await unreadyReason(world.app, true)).toBe("unusable");
  });

  it("ends when the database does not answer in time", async () => {
    const world = await open("postgres");
    const impatient = { ...systemClock, setTimer: (_ms: number, fire: () => void) => systemClock.setTimer(100, fire) };
    await world.app.write(async (trx) => {
      await sql`LOCK TABLE "Migration" IN ACCESS EXCLUSIVE MODE`.execute(trx);
      expect(await unreadyReason({ ...world.app, clock: impatient }, true)).toBe("database");
    });
  });
});

/** Every later question about workers or campaigns fails. */
async function breakDatabase(world: ApiWorld): Promise<void> {
  await world.app.write(async (trx) => {
    await sql`ALTER TABLE "EngineLease" RENAME TO "Gone"`.execute(trx);
  });
}

async function inCharge(world: ApiWorld): Promise<void> {
  const worker = { bootId: "here", host: "test", pid: process.pid, version: "0" };
  await world.app.store.takeCharge(worker, { engine: 60_000, email: 60_000 });
}

describe("the log of requests", () => {
  const SECRETS = ["anna@lead.test", "goniec_topsecrettoken", "correct horse battery", "session-cookie-value"];

  it("holds no address, token, password or cookie, whatever was asked", async () => {
    const { log, lines } = readableLog();
    const world = await ApiWorld.open({}, undefined, log);
    const [address = "", token = "", password = "", cookie = ""] = SECRETS;
    const headers = { cookie: `goniec_session=${cookie}`, "idempotency-key": token, "if-match": address };
    const body = { name: address, email: address, password, token, settings: { zone: address } };
    const routes = world.server.printRoutes({ commonPrefix: false });
    expect(routes).toContain("campaigns");
    const paths = ["/campaigns", `/campaigns/${address}`, `/leads/${address}`, `/nowhere/${token}?password=${password}`];
    for (const path of paths)
      for (const method of ["GET", "POST", "PATCH", "DELETE"])
        for (const as of ["owner", "viewer", "nobody"] as const)
          await world.ask(
            method,
            `${path}${path.includes("?") ? "&" : "?"}search=${address}`,
            method === "GET" ? undefined : body,
            {
              as,
              headers,
            },
          );
    await world.ask("GET", "/campaigns", undefined, { as: "nobody", headers: { authorization: `Bearer ${token}` } });
    expect((await world.ask("POST", "/campaigns", { name: address }, { headers: { cookie: headers.cookie } })).status).toBe(201);
    await breakDatabase(world);
    await world.ask("POST", "/campaigns", { name: address }, { headers });
    expect(lines.length).toBeGreaterThan(40);
    const text = JSON.stringify(lines);
    expect(
      [...SECRETS, ...Object.values(world.tokens)].filter(
        (secret) => text.includes(secret) || text.includes(encodeURIComponent(secret)),
      ),
    ).toEqual([]);
  });

  it("has a line for what changes something, by the id that the answer bears, and reading only for who looks closely", async () => {
    const { log, lines } = readableLog();
    const world = await ApiWorld.open({}, undefined, log);
    const made = await world.ask("POST", "/campaigns", { name: "Spring" });
    await world.ask("GET", "/campaigns");
    expect(lines.filter(({ event }) => event === "request")).toMatchObject([
      {
        level: "info",
        fields: {
          request: made.headers["x-request-id"],
          route: "POST /api/v1/campaigns",
          status: 201,
          by: "token owner of owner@example.test",
        },
      },
      { level: "debug", fields: { route: "GET /api/v1/campaigns", status: 200 } },
    ]);
  });
});

describe("alerts over HTTP", () => {
  it("are those that last, the newest first, page by page, with what they are about", async () => {
    const world = await ApiWorld.open();
    const alert = { text: "a sentence", count: 1, lastAt: 3, toldAt: 3, mailedAt: null };
    await world.app.write(async (trx) => {
      const over = { ...alert, cause: "scheduler-late", firstAt: 1, endedAt: 2 };
      const current = ["mail-failed:3", "mailbox-attention:12", "mailbox-attention:2"].map((cause) => ({
        ...alert,
        cause,
        firstAt: 1,
        endedAt: null,
      }));
      await trx
        .insertInto("Alert")
        .values([over, ...current])
        .execute();
    });
    const asked = async (query: string) =>
      (await world.ask<{ items: object[]; nextCursor?: string }>("GET", `/alerts?limit=2${query}`, undefined, { as: "viewer" }))
        .body;
    const first = await asked("");
    const second = await asked(`&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items]).toMatchObject([
      { cause: "mail-failed:3", kind: "mail-failed", campaignId: 3, mailboxId: null, firstAt: "1970-01-01T00:00:00.001Z" },
      { cause: "mailbox-attention:12", mailboxId: 12, campaignId: null, mailedAt: null },
      { cause: "mailbox-attention:2" },
    ]);
    expect(second.nextCursor).toBeUndefined();
  });
});
