import { type Kysely, sql, type Transaction } from "kysely";
import { migrate, POSTGRES_WORDS } from "../../src/storage/migrate.ts";
import { openPostgres } from "../../src/storage/postgres.ts";
import type { Database } from "../../src/storage/schema.ts";
import { EngineWorld } from "../engine-world.ts";
import { createDatabase, dropDatabase } from "../servers/postgres-server.ts";

const HOUR = 3_600_000;
const OFFICE_HOURS = [{ days: ["mon", "tue", "wed", "thu", "fri"] as const, fromMinute: 540, toMinute: 1_020 }];

/** A database with one campaign of ten leads, whose rules can be broken: nothing guards its references and its CHECKs. */
export interface DamagedWorld {
  readonly campaignId: number;
  readonly now: number;
  readonly reader: Kysely<Database>;
  /** What `work` finds in the transaction in which it is done; afterwards everything is as it was. */
  undone<T>(work: (trx: Transaction<Database>) => Promise<T>): Promise<T>;
  /** A transaction that stays. */
  write(work: (trx: Transaction<Database>) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Leads 1, 4, 5 and 6 are sent, 2 has failed, 3 is unconfirmed, 7 is on its way, 8 and 9 are planned, 10 waits. */
async function engineWorld(): Promise<{ world: EngineWorld; campaignId: number }> {
  const world = await EngineWorld.open();
  const anna = await world.mailbox("anna@acme.test", { perDayMax: 50 });
  const settings = { bufferSize: 2, perDayMax: 40, windows: OFFICE_HOURS, holidays: ["PL"] };
  const campaignId = await world.campaign("spring", 10, [anna], settings);
  world.peer.when((mail) => mail.to === "lead-2@example.test", { reply: "550 5.7.1 no" });
  world.peer.when((mail) => mail.to === "lead-3@example.test", { fault: "lost", stage: "dot", accepts: false });
  world.engine().start();
  const seventhIsOnItsWay = (): boolean => world.peer.accepted.length === 4 && world.peer.sessions.get(anna) === 1;
  if (!(await world.clock.runUntil(seventhIsOnItsWay, HOUR))) throw new Error("the campaign did not come that far");
  return { world, campaignId };
}

export async function damagedSqlite(): Promise<DamagedWorld> {
  const { world, campaignId } = await engineWorld();
  const { writer, reader } = world.database;
  for (const pragma of ["foreign_keys = OFF", "ignore_check_constraints = ON"]) await sql.raw(`PRAGMA ${pragma}`).execute(writer);
  return {
    campaignId,
    now: world.clock.now(),
    reader,
    async undone(work) {
      const result = await undone(writer, work);
      await sql`PRAGMA ignore_check_constraints = ON`.execute(writer);
      return result;
    },
    write: (work) => writer.transaction().execute(work),
    close: () => world.database.close(),
  };
}

let made = 0;

/** The rows of the same world: the engine's virtual clock does not wait for another process's database. */
export async function damagedPostgres(serverUrl: string): Promise<DamagedWorld> {
  const { world, campaignId } = await engineWorld();
  made += 1;
  const name = `verify_${process.pid}_${made}`;
  const database = await openPostgres(await createDatabase(serverUrl, name));
  const { writer, reader } = database;
  await migrate(writer, POSTGRES_WORDS, world.clock.now());
  await dropGuards(writer);
  await copyRows(world.database.reader, writer);
  await world.database.close();
  return {
    campaignId,
    now: world.clock.now(),
    reader,
    undone: (work) => undone(writer, work),
    write: (work) => writer.transaction().execute(work),
    async close() {
      await database.close();
      await dropDatabase(serverUrl, name);
    },
  };
}

class Undone extends Error {}

async function undone<T>(writer: Kysely<Database>, work: (trx: Transaction<Database>) => Promise<T>): Promise<T> {
  let result: T | undefined;
  const ended = writer.transaction().execute(async (trx) => {
    result = await work(trx);
    throw new Undone();
  });
  await ended.catch((error: unknown) => {
    if (!(error instanceof Undone)) throw error;
  });
  return result as T;
}

async function dropGuards(writer: Kysely<Database>): Promise<void> {
  const { rows } = await sql<{ statement: string }>`
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS statement FROM pg_constraint
    WHERE contype IN ('c', 'f') AND connamespace = current_schema()::regnamespace`.execute(writer);
  for (const { statement } of rows) await sql.raw(statement).execute(writer);
}

async function copyRows(from: Kysely<Database>, to: Kysely<Database>): Promise<void> {
  const tables = (await from.introspection.getTables()).filter(({ name }) => name !== "Migration");
  for (const { name, columns } of tables) {
    const table = name as keyof Database;
    const rows = await from.selectFrom(table).selectAll().execute();
    if (rows.length > 0) await to.insertInto(table).values(rows).execute();
    if (columns.some((column) => column.name === "id"))
      await sql`SELECT setval(pg_get_serial_sequence(${`"${name}"`}, 'id'), (SELECT MAX("id") + 1 FROM ${sql.table(name)}))`.execute(
        to,
      );
  }
}
