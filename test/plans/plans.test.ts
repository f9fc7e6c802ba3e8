import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Database } from "../../src/storage/schema.ts";
import { expectVerified } from "../verified.ts";
import { CAMPAIGN_QUESTIONS } from "./campaign-questions.ts";
import { type Access, BY_ID, explainPostgres, explainSqlite, type Plan } from "./explain.ts";
import { type FilledDatabase, openFilledPostgres, openFilledSqlite } from "./filled-database.ts";
import type { Size } from "./filled-rows.ts";
import { OPERATION_QUESTIONS } from "./operation-questions.ts";
import { ENGINE_QUESTIONS, PEOPLES_QUESTIONS, type Question } from "./questions.ts";
import type { Statement } from "./recorder.ts";

const QUESTIONS = [...OPERATION_QUESTIONS, ...ENGINE_QUESTIONS, ...PEOPLES_QUESTIONS, ...CAMPAIGN_QUESTIONS];

const ORDINARY: Size = { campaigns: 600, doneEach: 40, plannedEach: 10, waitingEach: 20 };
/** Ten thousand campaigns, a million planned rows and ten million ledger entries, for whoever has half an hour. */
const FULL: Size = { campaigns: 10_000, doneEach: 1_000, plannedEach: 100, waitingEach: 20 };
const SIZE = process.env["PLANS_SIZE"] === "full" ? FULL : ORDINARY;
/** A quarter of the campaigns, with a quarter of the leads each that are done with or wait. */
const SMALL: Size = { campaigns: 150, doneEach: 10, plannedEach: 10, waitingEach: 5 };
const FILLED_WITHIN_MS = 3_600_000;

/** Indexes that hold what is on its way or waits for a person, and no more; and the one of whose order a few are taken. */
const SMALL_INDEXES = ["Queue_sending", "Queue_sendingCampaign", "Queue_unconfirmed", "SendLog_single", "Campaign_due"];

type Explain = (statement: Statement) => Promise<Plan>;

/** What is wrong with how the question's statements are carried out; empty when each of them finds its rows. */
async function faults(question: Question, statements: readonly Statement[], explain: Explain): Promise<string[]> {
  const found: string[] = [];
  const seen = new Set<string>();
  for (const statement of statements) {
    const plan = await explain(statement);
    const texts = plan.accesses.filter((access) => !isExpected(question, access)).map(accessText);
    if (plan.sortsTooMuch && question.sorts === undefined) texts.push("more is sorted than is returned");
    found.push(...texts.map((text) => `${text}: ${statement.sql}\n${plan.text}`));
    for (const { table } of plan.accesses) seen.add(table);
  }
  const unread = Object.keys(question.by).filter((table) => !seen.has(table));
  return [...found, ...unread.map((table) => `${table} is not read at all`)];
}

function isExpected({ by, byOnOne, whole }: Question, { table, index = "", isWhole }: Access): boolean {
  if (isWhole && whole?.[table] !== undefined) return true;
  if (isWhole && !SMALL_INDEXES.includes(index)) return false;
  return index === BY_ID || [...(by[table] ?? []), ...(byOnOne?.[table] ?? [])].includes(index);
}

const accessText = ({ table, index, isWhole }: Access): string =>
  `${table} is read by ${index ?? "no index"}${isWhole ? ", from end to end" : ""}`;

async function record(database: FilledDatabase, questions: readonly Question[]): Promise<Map<Question, Statement[]>> {
  const recorded = new Map<Question, Statement[]>();
  database.recorder.take();
  for (const question of questions) {
    await question.ask(database);
    recorded.set(question, database.recorder.take());
  }
  return recorded;
}

/** On one connection, which is as it was afterwards. */
async function undone<T>(database: FilledDatabase, work: (db: Kysely<Database>) => Promise<T>): Promise<T> {
  return database.plain.connection().execute(async (db) => {
    await sql`BEGIN`.execute(db);
    try {
      return await work(db);
    } finally {
      await sql`ROLLBACK`.execute(db);
    }
  });
}

const NEXT_MAILS = "the next mails of a campaign";
const nextMails = (recorded: Map<Question, Statement[]>): [Question, Statement[]] =>
  [...recorded].find(([{ name }]) => name === NEXT_MAILS) as [Question, Statement[]];

const WITHOUT_ITS_INDEX = /^CampaignEmailQueue is read by CampaignEmailQueue_campaignId_leadId_step_key/;

describe("on SQLite", () => {
  let database: FilledDatabase;
  let recorded: Map<Question, Statement[]>;

  beforeAll(async () => {
    database = await openFilledSqlite(SIZE);
    recorded = await record(database, QUESTIONS);
  }, FILLED_WITHIN_MS);

  afterAll(() => database.close());

  it("the database is in order", () => expectVerified(database.plain));

  const onSqlite: Explain = (statement) => explainSqlite(database.plain, statement);

  describe("whose rows nobody has counted", () => {
    it.each(QUESTIONS)("an index finds $name", async (question) => {
      expect(await faults(question, recorded.get(question) ?? [], onSqlite)).toEqual([]);
    });
  });

  describe("whose rows were counted", () => {
    beforeAll(() => sql`ANALYZE`.execute(database.plain));

    it.each(QUESTIONS)("an index finds $name", async (question) => {
      expect(await faults(question, recorded.get(question) ?? [], onSqlite)).toEqual([]);
    });
  });

  it("an index that is missing is missed", async () => {
    const found = await undone(database, async (db) => {
      await sql`DROP INDEX "Queue_pending"`.execute(db);
      return faults(...nextMails(recorded), (statement) => explainSqlite(db, statement));
    });
    expect(found).toContainEqual(expect.stringMatching(WITHOUT_ITS_INDEX));
  });
});

describe("on PostgreSQL", () => {
  let database: FilledDatabase;
  let recorded: Map<Question, Statement[]>;

  beforeAll(async () => {
    database = await openFilledPostgres(inject("postgresUrl"), SIZE);
    recorded = await record(database, QUESTIONS);
  }, FILLED_WITHIN_MS);

  afterAll(() => database.close());

  it("the database is in order", () => expectVerified(database.plain));

  describe.each(["force_custom_plan", "force_generic_plan"] as const)("with %s", (mode) => {
    it.each(QUESTIONS)("an index finds $name", async (question) => {
      const found = await database.plain
        .connection()
        .execute((db) => faults(question, recorded.get(question) ?? [], (statement) => explainPostgres(db, statement, mode)));
      expect(found).toEqual([]);
    });
  });

  it("an index that is missing is missed", async () => {
    const found = await undone(database, async (db) => {
      await sql`DROP INDEX "Queue_pending"`.execute(db);
      return faults(...nextMails(recorded), (statement) => explainPostgres(db, statement, "force_generic_plan"));
    });
    expect(found).toContainEqual(expect.stringMatching(WITHOUT_ITS_INDEX));
  });

  describe("what is read does not grow with the backlog", () => {
    let small: FilledDatabase;
    let recordedOnSmall: Map<Question, Statement[]>;

    beforeAll(async () => {
      small = await openFilledPostgres(inject("postgresUrl"), SMALL);
      recordedOnSmall = await record(small, QUESTIONS);
    }, FILLED_WITHIN_MS);

    afterAll(() => small.close());

    /** Of a table that is one page long the planner takes this index or that one; a backlog has thousands. */
    const WITHIN_A_PAGE = 50;

    async function rowsRead(of: FilledDatabase, statements: readonly Statement[], droppedIndex?: string): Promise<number> {
      let rows = 0;
      for (const statement of statements)
        rows += await undone(of, async (db) => {
          if (droppedIndex !== undefined) await sql`DROP INDEX ${sql.ref(droppedIndex)}`.execute(db);
          return (await explainPostgres(db, statement, "force_generic_plan", true)).rowsRead ?? 0;
        });
      return rows;
    }

    it.each(QUESTIONS.filter(({ grows }) => grows === undefined))("for $name", async (question) => {
      const before = await rowsRead(small, recordedOnSmall.get(question) ?? []);
      const after = await rowsRead(database, recorded.get(question) ?? []);
      expect(after).toBeLessThanOrEqual(Math.max(before, WITHIN_A_PAGE));
    });

    it("and would be seen to grow without an index", async () => {
      const before = await rowsRead(small, nextMails(recordedOnSmall)[1], "Queue_pending");
      const after = await rowsRead(database, nextMails(recorded)[1], "Queue_pending");
      expect(after).toBeGreaterThan(before);
    });
  });
});
