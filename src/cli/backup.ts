import { type Command, Option } from "commander";
import { type Config, keyFileOf } from "../config.ts";
import { action, CommandError, type CommonOptions, type ExitCode, giveUp, type Io, lackOf, refuse, withConfig } from "./io.ts";
import { addCommonOptions, addExample } from "./options.ts";

interface BackupOptions extends CommonOptions {
  readonly force?: boolean;
}

/** `goniec backup`: the database as it is now, in one file, while engines go on. */
export function registerBackup(program: Command, io: Io): void {
  const command = program
    .command("backup")
    .summary("Copy the database into one file, while mails go on leaving")
    .description(
      "Copy the database as it is at this moment into one file; engines go on meanwhile. The key file is not in it and must be kept " +
        "elsewhere. On PostgreSQL pg_dump does it, where it is installed.",
    )
    .argument("<file>", "where the backup is to lie")
    .addOption(new Option("--force", "replace the file when it exists"));
  addExample(addCommonOptions(command), "goniec backup backups/goniec-monday.db").action(
    action(io, (file: string, options: BackupOptions) =>
      withConfig(io, options, async (config, sources) => {
        const lack = await lackOf(config, sources);
        return lack === undefined ? backUp(io, config, file, options) : giveUp(io, lack);
      }),
    ),
  );
}

async function backUp(io: Io, config: Config, file: string, options: BackupOptions): Promise<ExitCode> {
  const [{ existsSync }, { isPostgresUrl }] = await Promise.all([import("node:fs"), import("../domain/database-address.ts")]);
  if (options.force !== true && existsSync(file))
    return refuse(io, { field: "file", value: file, message: "exists already", allowed: "a new file, or --force to replace it" });
  const interruption = new AbortController();
  const quiet = io.onInterrupt(() => interruption.abort());
  try {
    const order = { io, config, file, signal: interruption.signal };
    if (!(await (isPostgresUrl(config.database) ? dump(order) : copy(order))))
      return giveUp(io, "interrupted; no backup was made");
  } finally {
    quiet();
  }
  return tellDone(io, config, file, options);
}

interface Order {
  readonly io: Io;
  readonly config: Config;
  readonly file: string;
  readonly signal: AbortSignal;
}

async function copy({ io, config, file, signal }: Order): Promise<boolean> {
  const [{ backUpSqlite }, { IN_MEMORY, loadDriver }, { systemClock }, { VERSION }] = await Promise.all([
    import("../storage/sqlite-backup.ts"),
    import("../storage/sqlite-file.ts"),
    import("../clock.ts"),
    import("../version.ts"),
  ]);
  if (config.database === IN_MEMORY)
    throw new CommandError(2, "a database in memory ends with its process; there is nothing to copy");
  const record = { madeAt: systemClock.now(), version: VERSION };
  const onProgress = progressOn(io);
  return backUpSqlite(await loadDriver(), { from: config.database, to: file, record, signal, onProgress });
}

/** A line that is written over, where a person looks; a small database has no time for one. */
function progressOn(io: Io): (progress: { readonly totalPages: number; readonly remainingPages: number }) => void {
  let shown = -1;
  return ({ totalPages, remainingPages }) => {
    const percent = totalPages === 0 ? 100 : Math.floor((100 * (totalPages - remainingPages)) / totalPages);
    if (!io.isLogTerminal || percent === shown) return;
    shown = percent;
    io.stderr(`\r${percent} % copied${percent === 100 ? "\n" : ""}`);
  };
}

async function dump({ io, config, file, signal }: Order): Promise<boolean> {
  const { dumpCommand, dumpPostgres } = await import("../operation/postgres-dump.ts");
  await noteBackup(config);
  const dumped = await dumpPostgres({ url: config.database, to: file, environment: io.environment, signal });
  const byHand = `on a machine that has a pg_dump of the server's version: ${dumpCommand(config.database, file)}`;
  if (!dumped.ok) throw new CommandError(1, `pg_dump could not do it: ${dumped.error}\nThe same ${byHand}`);
  if (dumped.value === "no-program") throw new CommandError(1, `pg_dump is not installed here; give this command ${byHand}`);
  return dumped.value === "made";
}

/** Before the dump, so that it is in it. */
async function noteBackup(config: Config): Promise<void> {
  const [{ openDatabase }, { systemClock }, { readSetting, writeSetting }, { VERSION }] = await Promise.all([
    import("../storage/database.ts"),
    import("../clock.ts"),
    import("../storage/instance.ts"),
    import("../version.ts"),
  ]);
  const database = await openDatabase(config.database, systemClock);
  try {
    await database.write(async (trx) => {
      const instance = await readSetting<{ readonly id: string }>(trx, "instance");
      await writeSetting(trx, "backup", { madeAt: database.clock.now(), instance: instance?.id, version: VERSION });
    });
  } finally {
    await database.close();
  }
}

async function tellDone(io: Io, config: Config, file: string, options: BackupOptions): Promise<ExitCode> {
  const { statSync } = await import("node:fs");
  const { size } = statSync(file);
  const keyFile = keyFileOf(config);
  if (options.json === true) {
    io.stdout(`${JSON.stringify({ file, bytes: size, keyFile })}\n`);
    return 0;
  }
  io.stdout(`The backup is ${file} (${(size / 1_000_000).toFixed(1)} MB).\n`);
  io.stdout(`The key of the mailboxes' passwords is not in it: keep a copy of ${keyFile}, in another place than the backup.\n`);
  return 0;
}
