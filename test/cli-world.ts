import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type App, createApp } from "../src/app.ts";
import { run } from "../src/cli/run.ts";
import { loadConfig } from "../src/config.ts";
import { isPostgresUrl } from "../src/domain/database-address.ts";
import { createLogger } from "../src/log.ts";
import { type TestIo, type TestIoOptions, testIo } from "./cli-io.ts";

/** A folder with files as a person has them, and commands run in this process on a database there. */
export class CliWorld {
  readonly folder = mkdtempSync(join(tmpdir(), "goniec-cli-"));
  /** A SQLite file in the folder, unless another database is given. */
  readonly database: string;
  /** Where the key of a database on a server lies. */
  readonly keyFile = join(this.folder, "goniec.key");

  constructor(database?: string) {
    this.database = database ?? join(this.folder, "data", "goniec.db");
  }

  /** Writes a file into the folder and returns its path. */
  file(name: string, content: string | Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** A CSV file of `count` leads: lead-1@example.test and so on. */
  leads(count: number, name = "leads.csv"): string {
    const rows = Array.from({ length: count }, (_, index) => `lead-${index + 1}@example.test;Łucja ${index + 1}`);
    return this.file(name, `E-mail;Imię\n${rows.join("\n")}\n`);
  }

  async run(argv: readonly string[], options: TestIoOptions = {}, io: TestIo = testIo(options)): Promise<TestIo> {
    const code = await run(argv, io);
    io.setExitCode(code === 0 ? 0 : code === 1 ? 1 : 2);
    return io;
  }

  /** The database as another program sees it; the caller closes it. */
  async open(): Promise<App> {
    const onServer = isPostgresUrl(this.database) ? { GONIEC_KEY_FILE: this.keyFile } : {};
    const loaded = loadConfig(onServer, { database: this.database }, "no-such-file.json");
    if (!loaded.ok) throw new Error(loaded.error.message);
    return createApp(loaded.value.config, createLogger("silent", false));
  }

  /** A question to the database. */
  async ask<T>(question: (app: App) => Promise<T>): Promise<T> {
    const app = await this.open();
    try {
      return await question(app);
    } finally {
      await app.close();
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The lines of a command's --json output. */
export function jsonLines(io: TestIo): Record<string, unknown>[] {
  return io.out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
