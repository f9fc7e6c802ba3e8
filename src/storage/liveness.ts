import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { OpenFile, SqliteFile } from "./sqlite-file.ts";

/** Whether the process that bears a boot id still lives, known from the operating system and not from a clock. */
export interface Liveness {
  /** Declares this process alive under `bootId`, until `letGo` or its death. */
  hold(bootId: string): Promise<void>;
  letGo(bootId: string): Promise<void>;
  isDead(bootId: string): Promise<boolean>;
}

/**
 * Liveness by a lock on a file per boot id, beside the database: the system drops the lock with the process, also after kill -9.
 * Node has no flock, but SQLite's own exclusive lock is one: `BEGIN EXCLUSIVE` on an empty database file that nobody else opens.
 */
export function fileLiveness(databasePath: string, open: OpenFile): Liveness {
  const folder = folderOf(databasePath);
  const held = new Map<string, SqliteFile>();
  const pathOf = (bootId: string): string => join(folder, `${bootId}${LOCK_ENDING}`);
  return {
    async hold(bootId) {
      if (held.has(bootId)) return;
      mkdirSync(folder, { recursive: true });
      const file = open(pathOf(bootId), { timeout: 1_000 });
      file.exec("BEGIN EXCLUSIVE");
      held.set(bootId, file);
    },
    async letGo(bootId) {
      held.get(bootId)?.close();
      held.delete(bootId);
      removeLock(pathOf(bootId));
    },
    async isDead(bootId) {
      if (held.has(bootId)) return false;
      if (!existsSync(pathOf(bootId))) return true;
      if (!canLock(open, pathOf(bootId))) return false;
      removeLock(pathOf(bootId));
      return true;
    },
  };
}

const folderOf = (databasePath: string): string => `${databasePath}-engines`;
const LOCK_ENDING = ".lock";

/** How many engines live on the database's file, known without reading it: also one that is damaged may have some. */
export function countLivingEngines(databasePath: string, open: OpenFile): number {
  const folder = folderOf(databasePath);
  if (!existsSync(folder)) return 0;
  const locks = readdirSync(folder).filter((name) => name.endsWith(LOCK_ENDING));
  return locks.filter((name) => !canLock(open, join(folder, name))).length;
}

function canLock(open: OpenFile, path: string): boolean {
  const file = open(path, { timeout: 0 });
  try {
    file.exec("BEGIN EXCLUSIVE");
    return true;
  } catch {
    return false;
  } finally {
    file.close();
  }
}

function removeLock(path: string): void {
  rmSync(path, { force: true });
  rmSync(`${path}-journal`, { force: true });
}

/** Liveness for a database in memory, whose engines all live in this process. */
export function memoryLiveness(): Liveness {
  const alive = new Set<string>();
  return {
    hold: async (bootId) => void alive.add(bootId),
    letGo: async (bootId) => void alive.delete(bootId),
    isDead: async (bootId) => !alive.has(bootId),
  };
}
