import { chmodSync, chownSync, copyFileSync, existsSync, linkSync, renameSync, statSync } from "node:fs";
import type { Frozen, KnownSince, MissedHandOvers } from "../domain/frozen.ts";
import type { Instant } from "../domain/instant.ts";
import { say } from "../domain/phrase.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import type { Clock } from "../engine/ports.ts";
import { carryOverBars, carryOverHandOvers, carryOverRevocations, missedHandOvers } from "./carry-over.ts";
import { freeze } from "./frozen.ts";
import { readSetting } from "./instance.ts";
import type { Actor } from "./lifecycle.ts";
import { countLivingEngines } from "./liveness.ts";
import { migrate, SQLITE_WORDS } from "./migrate.ts";
import { openSqlite, type SqliteDatabase } from "./sqlite.ts";
import { type BackupRecord, databaseFiles, flushFile, flushFolder, holdAlone, removeDatabase } from "./sqlite-backup.ts";
import { copyPages, loadDriver, type OpenFile, type SqliteFile } from "./sqlite-file.ts";
import { StorageError } from "./storage-error.ts";

export interface RestoreOrder {
  /** The backup; it is read only. */
  readonly backup: string;
  /** The database's file, which is replaced. */
  readonly database: string;
  readonly clock: Clock;
}

export interface RestoreChoice {
  /** Whether what only the present database knows of sent mails is carried over. */
  readonly keepSent: boolean;
  readonly actor: Actor;
  /** From elsewhere than the two databases. */
  readonly known: KnownSince;
}

/**
 * A backup that is ready to take the database's place. Until `complete` or `abandon` has ended nobody else can open the database. A death
 * on the way leaves the database as it is, and files beside it that the next restore removes.
 */
export interface PreparedRestore {
  /** What the backup says of itself; undefined for a file that was copied by other means. */
  readonly record: BackupRecord | undefined;
  /** What only the present database knows; undefined when there is none, or none that can be read. */
  readonly missed: readonly MissedHandOvers[] | undefined;
  /** Puts the backup in place, frozen, and keeps the database that it replaces. Returns what is known. */
  complete(choice: RestoreChoice): Promise<Frozen>;
  /** Leaves everything as it was. */
  abandon(): Promise<void>;
}

/**
 * Checks a copy of the backup beside the database, brings it to this program's schema, and compares the two. Refused while anybody has the
 * database open, and when the backup is damaged or none of ours. Throws a StorageError when the files cannot be worked with.
 */
export async function prepareRestore(order: RestoreOrder): Promise<Result<PreparedRestore>> {
  const open = await loadDriver();
  const { database } = order;
  const engines = countLivingEngines(database, open);
  if (engines > 0) return inUse(database, engines === 1 ? "an engine runs on it" : `${engines} engines run on it`);
  const held = hold(open, database);
  if (held === undefined) return inUse(database, "another process has it open");
  try {
    const restored = await openCopy(open, order);
    if (!restored.ok) return release(held, restored);
    return ok(await Restore.prepare({ order, held, restored: restored.value, replaced: await openSnapshot(held, order) }));
  } catch (error) {
    release(held, undefined);
    removeDatabase(restoringPath(database));
    removeDatabase(snapshotPath(database));
    throw StorageError.of(error, database);
  }
}

function inUse(database: string, message: string): Result<never> {
  return fail({ field: "database", value: database, message: `${message}: stop goniec first, and give this command again` });
}

/** What stands in the place that the backup takes. */
type Held = SqliteFile | "unreadable" | "absent";

function hold(open: OpenFile, database: string): Held | undefined {
  if (!existsSync(database)) return "absent";
  try {
    return holdAlone(open, database);
  } catch {
    // That it cannot be read may be why it is replaced.
    return "unreadable";
  }
}

function release<T>(held: Held, answer: T): T {
  if (typeof held !== "string") held.close();
  return answer;
}

const restoringPath = (database: string): string => `${database}.restoring`;
const snapshotPath = (database: string): string => `${database}.compared`;

async function openCopy(open: OpenFile, { backup, database, clock }: RestoreOrder): Promise<Result<SqliteDatabase>> {
  const path = restoringPath(database);
  removeDatabase(path);
  copyFileSync(backup, path);
  likeReplaced(path, database);
  const fault = faultOf(open, path);
  if (fault !== undefined) {
    removeDatabase(path);
    return fail({ field: "backup", value: backup, message: fault, allowed: "a file that `goniec backup` has made" });
  }
  const restored = await openSqlite(path, clock);
  await migrate(restored.writer, SQLITE_WORDS, clock.now());
  return ok(restored);
}

/** The restored database belongs to whom the one before did: the person who restores may be another one than the engine's. */
function likeReplaced(path: string, database: string): void {
  const before = statSync(database, { throwIfNoEntry: false });
  if (before === undefined) return;
  chmodSync(path, before.mode & 0o777);
  const isOthers = before.uid !== statSync(path).uid || before.gid !== statSync(path).gid;
  if (isOthers && process.getuid?.() === 0) chownSync(path, before.uid, before.gid);
}

function faultOf(open: OpenFile, path: string): string | undefined {
  let file: SqliteFile | undefined;
  try {
    file = open(path, { timeout: 1_000 });
    const [row] = file.prepare("PRAGMA integrity_check(1)").all() as { integrity_check: string }[];
    if (row?.integrity_check !== "ok") return `is damaged: ${row?.integrity_check ?? "no answer"}`;
    const tables = file.prepare(`SELECT "name" FROM sqlite_schema WHERE "name" = 'Migration'`).all();
    return tables.length === 1 ? undefined : "holds no tables of goniec";
  } catch (error) {
    return `cannot be read: ${StorageError.of(error).message}`;
  } finally {
    file?.close();
  }
}

/** A copy to read from: the database itself stays closed to every connection but the one that holds it. */
async function openSnapshot(held: Held, { database, clock }: RestoreOrder): Promise<SqliteDatabase | undefined> {
  if (typeof held === "string") return undefined;
  const path = snapshotPath(database);
  removeDatabase(path);
  try {
    await copyPages(held, path, () => undefined);
    const snapshot = await openSqlite(path, clock);
    await migrate(snapshot.writer, SQLITE_WORDS, clock.now());
    return snapshot;
  } catch {
    // Damaged, or a newer program's: what it knows is not to be had, which must not keep anybody from restoring.
    return undefined;
  }
}

interface Parts {
  readonly order: RestoreOrder;
  readonly held: Held;
  readonly restored: SqliteDatabase;
  readonly replaced: SqliteDatabase | undefined;
}

class Restore implements PreparedRestore {
  readonly record: BackupRecord | undefined;
  readonly missed: readonly MissedHandOvers[] | undefined;
  readonly #parts: Parts;

  private constructor(parts: Parts, record: BackupRecord | undefined, missed: readonly MissedHandOvers[] | undefined) {
    this.#parts = parts;
    this.record = record;
    this.missed = missed;
  }

  static async prepare(parts: Parts): Promise<Restore> {
    const { restored, replaced } = parts;
    const record = await readSetting<BackupRecord>(restored.reader, "backup");
    const missed = replaced === undefined ? undefined : await missedHandOvers(replaced.reader, restored.reader);
    return new Restore(parts, record, missed);
  }

  async complete(choice: RestoreChoice): Promise<Frozen> {
    const { order, held } = this.#parts;
    const now = order.clock.now();
    const keptAside = held === "absent" ? undefined : freeName(order.database, now);
    try {
      const frozen = await this.#freezeRestored(choice, keptAside, now);
      await this.#closeCopies();
      assertWhole(restoringPath(order.database));
      if (typeof held !== "string") markReplaced(held, now);
      if (keptAside !== undefined) putAside(order.database, keptAside);
      renameSync(restoringPath(order.database), order.database);
      flushFolder(order.database);
      return frozen;
    } finally {
      release(held, undefined);
      removeDatabase(restoringPath(order.database));
    }
  }

  async abandon(): Promise<void> {
    await this.#closeCopies();
    release(this.#parts.held, undefined);
    removeDatabase(restoringPath(this.#parts.order.database));
  }

  async #closeCopies(): Promise<void> {
    const { restored, replaced, order } = this.#parts;
    await restored.close();
    await replaced?.close();
    removeDatabase(snapshotPath(order.database));
  }

  async #freezeRestored(choice: RestoreChoice, keptAside: string | undefined, now: Instant): Promise<Frozen> {
    const { keepSent, actor, known } = choice;
    const source = this.#parts.replaced?.reader;
    return this.#parts.restored.transaction(async (trx) => {
      const missed = source !== undefined && keepSent ? await carryOverHandOvers(source, trx, { actor, now }) : this.missed;
      const suppressed = source === undefined ? undefined : await carryOverBars(source, trx);
      if (source !== undefined) await carryOverRevocations(source, trx, now);
      // Whoever signed out since is not signed in again.
      await trx.deleteFrom("Session").execute();
      // What the backup itself was frozen for is past: this is the newer reason.
      await trx.deleteFrom("Setting").where("key", "=", "frozen").execute();
      const frozen: Frozen = {
        since: now,
        reason: "restored",
        text: say("frozen-restored"),
        known: { ...known, backupMadeAt: this.record?.madeAt, missed, suppressed, keptAside },
      };
      await freeze(trx, frozen, actor);
      return frozen;
    }, "durable");
  }
}

/** All that was written is in the file itself, and on the disk. */
function assertWhole(path: string): void {
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
  if (log !== undefined && log.size > 0) throw new StorageError("failed", `${path}: its write-ahead log could not be merged`);
  flushFile(path);
}

/** Whoever starts an engine on the replaced database by mistake must not send from it. */
function markReplaced(held: SqliteFile, now: Instant): void {
  const frozen: Frozen = { since: now, reason: "replaced", text: say("frozen-replaced"), known: {} };
  const value = JSON.stringify(frozen).replaceAll("'", "''");
  try {
    held.exec(`INSERT INTO "Setting" ("key", "value") VALUES ('frozen', '${value}') ON CONFLICT ("key") DO NOTHING`);
    // Held by a transaction that writes nothing from here on, because the other way keeps a journal beside the file.
    held.exec("PRAGMA locking_mode = NORMAL; SELECT 1 FROM sqlite_schema; BEGIN EXCLUSIVE");
  } catch {
    // A damaged one takes no note, and no engine will start on it.
  }
}

/** With the time in UTC, as file names bear it. */
function freeName(database: string, now: Instant): string {
  const time = new Date(now).toISOString().slice(0, 19).replaceAll(":", "");
  const name = (count: number): string => `${database}.before-restore-${time}${count === 0 ? "" : `-${count}`}`;
  for (let count = 0; ; count += 1) if (!existsSync(name(count))) return name(count);
}

/**
 * Keeps the database under another name, with all that lies beside it. By a link, so that until the restored one takes its name there is
 * one at any moment; a file system without links has none for as long as two renames take.
 */
function putAside(database: string, keptAside: string): void {
  const [file = database, ...besides] = databaseFiles(database);
  for (const path of besides) if (existsSync(path)) renameSync(path, `${keptAside}${path.slice(database.length)}`);
  try {
    linkSync(file, keptAside);
  } catch {
    renameSync(file, keptAside);
  }
}
