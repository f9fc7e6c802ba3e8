import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where big databases lie between runs; deleting it costs only time. */
export const CACHE = join(tmpdir(), "goniec-bench");

/** A key that changes with the shape, the schema and the rows that fill it. */
export function databaseKey(shape) {
  const migrations = fileURLToPath(new URL("../dist/storage/migrations/", import.meta.url));
  const hash = createHash("sha256").update(JSON.stringify(shape));
  for (const file of readdirSync(migrations).filter((name) => name.endsWith(".js")))
    hash.update(readFileSync(join(migrations, file)));
  hash.update(readFileSync(new URL("database-rows.mjs", import.meta.url)));
  return hash.digest("hex").slice(0, 12);
}

/**
 * Runs `work` with a folder of its own, which is gone afterwards.
 *
 * @template T
 * @param {(folder: string) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function inFolder(work) {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, "run-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
