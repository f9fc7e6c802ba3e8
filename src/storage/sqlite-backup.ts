import { closeSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { Instant } from "../domain/instant.ts";
import { type BackupProgress, copyPages, type OpenFile, type SqliteFile } from "./sqlite-file.ts";
import { StorageError } from "./storage-error.ts";

/** What a backup says of itself. */
export interface BackupRecord {
  readonly madeAt: Instant;
  /** Of the database; absent when no engine had come to it yet. */
  readonly instance?: string | undefined;
  /** Of the program that made it. */
  readonly version: string;
}

export interface BackupOrder {
  /** The database's file. */
  readonly from: string;
  /** The backup's; replaced when it exists. */
  readonly to: string;
  readonly record: Omit<BackupRecord, "instance">;
  /** Leaves nothing behind when it is aborted. */
  readonly signal: AbortSignal;
  onProgress(progress: BackupProgress): void;
}

/**
 * Copies a database that others work on as it is at one moment, whole or not at all: into a file beside `to`, which gets its name when it is
 * on the disk. Throws a StorageError when that cannot be done; false when it was aborted.
 */
export async function backUpSqlite(open: OpenFile, order: BackupOrder): Promise<boolean> {
  const unfinished = `${order.to}.${process.pid}.tmp`;
  try {
    if (!(await copySnapshot(open, order, unfinished))) return false;
    signRecord(open, unfinished, order.record);
    flushFile(unfinished);
    renameSync(unfinished, order.to);
    flushFolder(order.to);
    return true;
  } catch (error) {
    throw StorageError.of(error, order.to);
  } finally {
    removeDatabase(unfinished);
  }
}

/** A read transaction keeps the moment: without it every commit of an engine would make the copy begin anew, and it might never end. */
async function copySnapshot(open: OpenFile, { from, signal, onProgress }: BackupOrder, unfinished: string): Promise<boolean> {
  const source = open(from, { readOnly: true, timeout: 10_000 });
  try {
    source.exec("BEGIN");
    source.prepare("SELECT COUNT(*) FROM sqlite_schema").all();
    // Leads and their addresses are in it: nobody else's business.
    closeSync(openSync(unfinished, "wx", 0o600));
    await copyPages(source, unfinished, (progress) => {
      onProgress(progress);
      if (signal.aborted) throw new Aborted();
    });
    return !signal.aborted;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  } finally {
    source.close();
  }
}

/** Thrown out of the copy; never leaves this file. */
class Aborted extends Error {}

/** One file without a log beside it, that says of itself what it is. */
function signRecord(open: OpenFile, path: string, record: Omit<BackupRecord, "instance">): void {
  const file = open(path, { timeout: 1_000 });
  try {
    file.exec("PRAGMA journal_mode = DELETE");
    const [row] = file.prepare(`SELECT "value" FROM "Setting" WHERE "key" = 'instance'`).all() as { value: string }[];
    const instance = row === undefined ? undefined : (JSON.parse(row.value) as { id: string }).id;
    const value = JSON.stringify({ ...record, instance } satisfies BackupRecord);
    file
      .prepare(
        `INSERT INTO "Setting" ("key", "value") VALUES ('backup', ?) ON CONFLICT ("key") DO UPDATE SET "value" = excluded."value"`,
      )
      .run(value);
  } finally {
    file.close();
  }
}

export function flushFile(path: string): void {
  const fd = openSync(path, "r+");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** A new name is on the disk when its folder is. Windows knows no such thing. */
export function flushFolder(path: string): void {
  if (process.platform === "win32") return;
  const fd = openSync(dirname(path), "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** A database's file with all that SQLite keeps beside it. */
export const databaseFiles = (path: string): string[] => [path, `${path}-wal`, `${path}-shm`, `${path}-journal`];

export function removeDatabase(path: string): void {
  for (const file of databaseFiles(path)) rmSync(file, { force: true });
}

/**
 * The file in our hands alone until it is closed: its log is merged into it, and whoever opens it meanwhile waits. Undefined while anybody
 * else has it open, in whatever program; throws a StorageError when it is no database. SQLite deletes a log by its name when the last one
 * closes a database, so a file that others have open must never change its name.
 */
export function holdAlone(open: OpenFile, path: string): SqliteFile | undefined {
  const file = open(path, { timeout: 0 });
  try {
    // Not prepared: on Node 20 a statement keeps its connection beyond `close`.
    file.exec("PRAGMA journal_mode = DELETE; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT");
    return file;
  } catch (error) {
    file.close();
    const storage = StorageError.of(error, path);
    if (storage.kind === "busy") return undefined;
    throw storage;
  }
}
