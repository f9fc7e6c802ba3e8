import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import type { CampaignFacts } from "../../src/domain/campaign.ts";
import { NO_HOLIDAYS } from "../../src/domain/holidays.ts";
import type { QueuedEmail, StoreTransaction } from "../../src/engine/ports.ts";
import { judge } from "../../src/simulation/judge.ts";
import { runScenario } from "../../src/simulation/run.ts";
import type { Scenario } from "../../src/simulation/scenario.ts";
import { scenarioFrom } from "../../src/simulation/scenario-reader.ts";
import type { WorldSeams } from "../../src/simulation/world.ts";
import { changed } from "./changed-store.ts";

async function brokenInvariants(scenario: Scenario, seams: WorldSeams = {}): Promise<Set<string>> {
  const run = await runScenario(scenario, { seams });
  return new Set(judge(scenario, run).map((violation) => violation.invariant));
}

const base = {
  timezone: "Europe/Warsaw",
  start: "2026-03-25T08:55:00",
  until: "2026-03-25T18:00:00",
  mailboxes: { "anna@acme.test": {}, "jan@acme.test": {} },
  campaigns: { spring: { leads: 20 } },
};

/** Every seam must break a run that is sound without it, or the judge would be seeing things. */
async function expectGuarded(
  scenario: Scenario,
  without: WorldSeams,
  invariant: string,
  otherwise: WorldSeams = {},
): Promise<void> {
  expect([...(await brokenInvariants(scenario, otherwise))]).toEqual([]);
  expect([...(await brokenInvariants(scenario, without))]).toContain(invariant);
}

describe("the judge notices when a guard is taken away", () => {
  it("the pace gate, where neither the plan nor the hint of the next look keeps mails apart", async () => {
    const events = [{ at: "2026-03-25T08:57:00", do: "stop", worker: 1, for: "8m" }];
    const scenario = await scenarioFrom({ ...base, until: "2026-03-25T09:07:00", events });
    expect(await brokenInvariants(scenario, { store: changed(careless) })).not.toContain("pace");
    expect(await brokenInvariants(scenario, { store: changed((tx) => ({ ...careless(tx), ...unpaced(tx) })) })).toContain("pace");
  });

  it("the reservation of limits", async () => {
    const shared = { spring: { leads: 20 }, autumn: { leads: 20 } };
    const limited = {
      ...base,
      mailboxes: { "anna@acme.test": { dailyLimit: 3 } },
      until: "2026-03-27T18:00:00",
      campaigns: shared,
    };
    const forgetful: WorldSeams = {
      database: async ({ writer }) => {
        await sql`CREATE TRIGGER "Forgets" AFTER UPDATE ON "DailyUsage" BEGIN UPDATE "DailyUsage" SET "used" = 0; END`.execute(
          writer,
        );
      },
    };
    await expectGuarded(await scenarioFrom(limited), forgetful, "limits");
  });

  it("the window check at the hand-over", async () => {
    const late = {
      ...base,
      start: "2026-03-25T16:59:50",
      until: "2026-03-26T12:00:00",
      smtp: { latency: "25s" },
      campaigns: { spring: { leads: 5, windows: [{ days: ["wed", "thu"], from: "09:00", to: "17:00" }] } },
    };
    await expectGuarded(await scenarioFrom(late), { store: changed(openAtHandOver) }, "window");
  });

  it("the recovery after a restart", async () => {
    const crash = { ...base, events: [{ do: "crash", when: { point: "after-claim", lead: "lead-2@example.test" }, for: "10s" }] };
    await expectGuarded(
      await scenarioFrom({ ...crash, mailboxes: { "anna@acme.test": {} } }),
      { store: changed(() => ({ abandonedEmails: async () => [] })) },
      "standstill",
    );
  });

  it("the unique intent index, under a recovery that puts back whatever was being sent", async () => {
    const crash = { ...base, events: [{ do: "crash", when: { point: "after-body", lead: "lead-2@example.test" }, for: "10s" }] };
    const scenario = await scenarioFrom(crash);
    const store = changed(putsEverythingBack);
    await expectGuarded(scenario, { store, database: (db) => keepEntries(db).then(() => dropIntentIndex(db)) }, "once");
    expect(await brokenInvariants(scenario, { store, database: keepEntries })).not.toContain("once");
  });

  it("the lease token, when two engines take each other for dead and there is no unique index", async () => {
    const mailboxes = Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`box-${index}@acme.test`, {}]));
    const two = { ...base, workers: 2, smtp: { latency: "5m" }, mailboxes, campaigns: { spring: { leads: 100, delay: "20s" } } };
    const mistaken: WorldSeams = {
      liveness: (liveness) => ({ ...liveness, isDead: async () => true }),
      database: dropIntentIndex,
    };
    const scenario = await scenarioFrom(two);
    expect(await brokenInvariants(scenario, { ...mistaken, store: changed(forgetsContact) })).not.toContain("once");
    const trusting = changed((tx) => ({ ...forgetsContact(tx), ...trustsAnybody(tx) }));
    expect(await brokenInvariants(scenario, { ...mistaken, store: trusting })).toContain("once");
  });
});

type OpenDatabase = Parameters<NonNullable<WorldSeams["database"]>>[0];

/** Rows keep their instants when they are overdue, and the campaign is looked at all the time. */
function careless(tx: StoreTransaction): Partial<StoreTransaction> {
  return {
    changePlan: (id, change, now) => tx.changePlan(id, { ...change, move: [] }, now),
    setNextDue: (id, at, gate) => tx.setNextDue(id, at === undefined ? undefined : 0, gate),
  };
}

/** Nobody knows when the last mail left. */
function unpaced(tx: StoreTransaction): Partial<StoreTransaction> {
  const forgetful = (facts: CampaignFacts | undefined): CampaignFacts | undefined => {
    if (facts === undefined) return undefined;
    const { lastStartAt: _start, lastHandOverAt: _handOver, ...campaign } = facts.campaign;
    return { ...facts, campaign };
  };
  return {
    hold: async (...what) => forgetful(await tx.hold(...what)),
    campaignFacts: async (id, now) => forgetful(await tx.campaignFacts(id, now)),
  };
}

/** The ledger keeps its entry when the plan row is put back: only the plan forgets, as in senders without a ledger of their own. */
async function keepEntries({ writer }: OpenDatabase): Promise<void> {
  await sql`CREATE TRIGGER "Keeps" BEFORE UPDATE ON "SendLog" WHEN OLD."state" = 'transmitting' AND NEW."state" = 'rejected'
    BEGIN SELECT RAISE(IGNORE); END`.execute(writer);
}

async function dropIntentIndex({ writer }: OpenDatabase): Promise<void> {
  await sql`DROP INDEX "SendLog_intent"`.execute(writer);
}

/** At the intent the hours seem to be always open. */
function openAtHandOver(tx: StoreTransaction): Partial<StoreTransaction> {
  return {
    // The first step of every transaction; an intent asks nobody whether the campaign is due.
    hold: async (...what) => {
      const facts = await tx.hold(...what);
      return facts && { ...facts, calendar: { ...facts.calendar, holidays: NO_HOLIDAYS, blocks: [] } };
    },
  };
}

/** The classic mistake: rows that were being sent wait again after a restart, and nobody asks whether they were handed over. */
function putsEverythingBack(tx: StoreTransaction): Partial<StoreTransaction> {
  return {
    ...forgetsContact(tx),
    abandonedEmails: async (id, asker, now) =>
      (await tx.abandonedEmails(id, asker, now)).map((one) => ({ ...one, intent: false })),
  };
}

/** Nobody asks the ledger whether the lead was written to before. */
function forgetsContact(tx: StoreTransaction): Partial<StoreTransaction> {
  const unbarred = ({ leadBar: _bar, ...email }: QueuedEmail): QueuedEmail => email;
  return {
    nextEmails: async (id, now, count) => (await tx.nextEmails(id, now, count)).map(unbarred),
    emailsToHandOver: async (ids) => (await tx.emailsToHandOver(ids)).map(unbarred),
  };
}

/** The intent is written for whoever asks, whatever became of the row since. */
function trustsAnybody(tx: StoreTransaction): Partial<StoreTransaction> {
  return {
    recordIntents: async (intents) => {
      const rows = await tx.emailsToHandOver(intents.map(({ email }) => email.id));
      const trusted = rows.flatMap((row) => {
        const intent = intents.find(({ email }) => email.id === row.id);
        if (intent === undefined) return [];
        return [{ ...intent, worker: row.leaseOwner ?? intent.worker, email: { ...intent.email, fence: row.fence } }];
      });
      return tx.recordIntents(trusted);
    },
  };
}
