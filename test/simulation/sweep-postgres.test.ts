import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { CampaignFacts, MailboxFacts } from "../../src/domain/campaign.ts";
import type { StoreTransaction } from "../../src/engine/ports.ts";
import { judge } from "../../src/simulation/judge.ts";
import { runScenario } from "../../src/simulation/run.ts";
import { scenarioFrom } from "../../src/simulation/scenario-reader.ts";
import { sweep } from "../../src/simulation/sweep.ts";
import type { WorldSeams } from "../../src/simulation/world.ts";
import { createDatabase, dropDatabase, query } from "../servers/postgres-server.ts";
import { changed } from "./changed-store.ts";

const name = `worlds_${process.pid}`;
let database: string;

beforeAll(async () => {
  database = await createDatabase(inject("postgresUrl"), name);
});

afterAll(() => dropDatabase(inject("postgresUrl"), name));

describe("random worlds on PostgreSQL", () => {
  it.each([
    { workers: 2, seed: 2 },
    { workers: 3, seed: 60 },
    { workers: 4, seed: 80 },
  ])("$workers workers break no invariant, from seed $seed", async ({ workers, seed }) => {
    const { failures, accepted } = await sweep(seed, 1, { database, workers, days: 1 });
    expect(failures.map(({ command, violations }) => [command, ...violations.map(({ text }) => text)])).toEqual([]);
    expect(accepted).toBeGreaterThan(0);
  });

  it("leave nothing behind, and do not see what else is in the database", async () => {
    await query(database, `CREATE TABLE "Migration" ("id" INTEGER)`);
    const { failures } = await sweep(1, 1, { database, workers: 2, days: 1 });
    expect(failures).toEqual([]);
    const schemas = await query(
      database,
      "SELECT nspname AS name FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'",
    );
    expect(schemas).toEqual([{ name: "public" }]);
    await query(database, `DROP TABLE "Migration"`);
  });
});

/** Two mailboxes that four workers want for five campaigns, in a hurry, while workers die and others hold the database. */
const rush = (until: string) =>
  scenarioFrom({
    timezone: "Europe/Warsaw",
    start: "2026-03-25T09:00:00",
    until,
    workers: 4,
    smtp: { latency: "900ms" },
    mailboxes: { "anna@acme.test": {}, "jan@acme.test": {} },
    campaigns: {
      spring: { leads: 14, delay: 0 },
      summer: { leads: 14, delay: 0 },
      autumn: { leads: 14, delay: "2s" },
      winter: { leads: 14, delay: "5s" },
      advent: { leads: 5, delay: "90s" },
    },
    events: [
      { do: "crash", when: { point: "after-body", lead: "lead-4@example.test" }, for: "20s" },
      { do: "crash", when: { point: "before-claim", lead: "lead-9@example.test" }, for: "20s" },
      { do: "crash", when: { point: "after-intent", lead: "lead-12@example.test" }, for: "5m" },
      { at: "2026-03-25T09:01:00", do: "crash", worker: 1, for: "30s" },
      { at: "2026-03-25T09:01:30", do: "stop", worker: 2, for: "1m" },
      { at: "2026-03-25T09:02:00", do: "database", fail: "busy", for: "20s" },
      { at: "2026-03-25T09:02:05", do: "pause", campaign: "summer" },
      { at: "2026-03-25T09:05:00", do: "resume", campaign: "summer" },
    ],
  });

const SOON = "2026-03-25T09:25:00";

async function brokenIn(seams: WorldSeams, until = SOON): Promise<Set<string>> {
  const scenario = await rush(until);
  const run = await runScenario(scenario, { database, seams });
  return new Set(judge(scenario, run).map(({ invariant }) => invariant));
}

describe("four workers in a rush on PostgreSQL", () => {
  it("share the work and break no invariant", async () => {
    const scenario = await rush(SOON);
    const run = await runScenario(scenario, { database });
    expect(judge(scenario, run).map(({ text }) => text)).toEqual([]);
    expect(run.defects).toEqual([]);
    const workers = new Set(run.trace.flatMap((entry) => (entry.type === "accepted" ? [entry.worker] : [])));
    expect(workers).toEqual(new Set([1, 2, 3, 4]));
    expect(run.summaries.map(({ unconfirmed }) => unconfirmed).some((count) => count > 0)).toBe(true);
  });

  it("are caught when nobody holds what he decides by", async () => {
    const store = changed((tx) => ({ hold: (id) => tx.campaignFacts(id, Date.parse(SOON)), holdIfDue: async () => true }));
    expect([...(await brokenIn({ store }))]).not.toEqual([]);
  });

  it("are caught with two sessions when they do not see each other's conversations", async () => {
    const store = changed((tx) => withMailboxes(tx, (mailbox) => ({ ...mailbox, sessionsBusy: 0 })));
    expect([...(await brokenIn({ store }))]).toContain("one-session");
  });

  it("are caught with two sessions when they do not see which connections others keep", async () => {
    const store = changed((tx) => withMailboxes(tx, ({ keptElsewhere: _kept, ...mailbox }) => mailbox));
    expect([...(await brokenIn({ store }))]).toContain("one-session");
  });

  it("are caught standing still when they do not find what the dead have left", async () => {
    const store = changed(() => ({ abandonedEmails: async () => [] }));
    expect([...(await brokenIn({ store }, "2026-03-25T09:40:00"))]).toContain("standstill");
  });
});

function withMailboxes(tx: StoreTransaction, change: (mailbox: MailboxFacts) => MailboxFacts): Partial<StoreTransaction> {
  const changedFacts = (facts: CampaignFacts | undefined): CampaignFacts | undefined =>
    facts && { ...facts, mailboxes: facts.mailboxes.map(change) };
  return {
    hold: async (...what) => changedFacts(await tx.hold(...what)),
    campaignFacts: async (id, now) => changedFacts(await tx.campaignFacts(id, now)),
  };
}
