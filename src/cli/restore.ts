import { type Command, Option } from "commander";
import { type Config, keyFileOf } from "../config.ts";
import type { KnownSince } from "../domain/frozen.ts";
import { action, CommandError, type CommonOptions, type ExitCode, type Io, refuse, withConfig } from "./io.ts";
import { addCommonOptions, addExample } from "./options.ts";
import { styleOf } from "./style.ts";

interface RestoreOptions extends CommonOptions {
  readonly keepSent: boolean;
  readonly yes?: boolean;
}

/** `goniec restore`: a backup in the place of the database, frozen until a person has looked. */
export function registerRestore(program: Command, io: Io): void {
  const command = program
    .command("restore")
    .summary("Put a backup in the place of the database; it stays frozen until `goniec release`")
    .description(
      "Put a backup in the place of the database. What the database knows of mails that have left since is carried over, so that nobody " +
        "gets one twice; it is kept beside the new one. Nothing is sent until `goniec release`.",
    )
    .argument("<file>", "a file that `goniec backup` has made")
    .addOption(new Option("--no-keep-sent", "do not carry over what has left since: those leads may be written to again"))
    .option("--yes", "do not ask");
  addExample(addCommonOptions(command), "goniec restore backups/goniec-monday.db").action(
    action(io, (file: string, options: RestoreOptions) =>
      withConfig(io, options, (config) => restore(io, config, file, options)),
    ),
  );
}

async function restore(io: Io, config: Config, file: string, options: RestoreOptions): Promise<ExitCode> {
  if (options.yes !== true && (options.json === true || !io.canAsk))
    return refuse(io, "nobody can be asked here, and the database is replaced: add --yes to restore without a question");
  await assertRestorable(config, file);
  const [{ prepareRestore }, { systemClock }, { knownText, frozenJson }] = await Promise.all([
    import("../storage/sqlite-restore.ts"),
    import("../clock.ts"),
    import("./since-backup-view.ts"),
  ]);
  const prepared = await prepareRestore({ backup: file, database: config.database, clock: systemClock });
  if (!prepared.ok) return refuse(io, prepared.error);
  const known = await remembered(config);
  if (options.yes !== true) {
    const { record, missed } = prepared.value;
    io.stdout(knownText({ ...known, backupMadeAt: record?.madeAt, missed }, false, styleOf(io)));
  }
  if (options.yes !== true && !(await io.confirm(questionOf(config, options)))) {
    await prepared.value.abandon();
    io.stdout("Nothing was changed.\n");
    return 1;
  }
  const frozen = await prepared.value.complete({ keepSent: options.keepSent, actor: "command line", known });
  io.stdout(
    options.json === true
      ? `${JSON.stringify({ restored: true, frozen: frozenJson(frozen) })}\n`
      : `Restored, and frozen: nothing is sent until \`goniec release\`.\n${knownText(frozen.known, true, styleOf(io))}`,
  );
  return 0;
}

function questionOf({ database }: Config, { keepSent }: RestoreOptions): string {
  return keepSent
    ? `Put the backup in the place of ${database}, and keep those leads as written to?`
    : `Put the backup in the place of ${database}, and forget that those leads were written to?`;
}

async function assertRestorable({ database }: Config, file: string): Promise<void> {
  const [{ existsSync }, { isPostgresUrl }, { IN_MEMORY }] = await Promise.all([
    import("node:fs"),
    import("../domain/database-address.ts"),
    import("../storage/sqlite-file.ts"),
  ]);
  if (isPostgresUrl(database)) {
    const { restoreCommands } = await import("../operation/postgres-dump.ts");
    throw new CommandError(
      2,
      "on PostgreSQL pg_restore does it, into a new database beside the present one:\n" +
        restoreCommands(database, file)
          .map((line) => `  ${line}\n`)
          .join("") +
        "Then start goniec with the address of the new database: it finds that it was restored, and stays frozen until `goniec release`",
    );
  }
  if (database === IN_MEMORY) throw new CommandError(2, "a database in memory ends with its process; nothing can take its place");
  if (!existsSync(file)) throw new CommandError(2, `there is no file ${file}`);
}

async function remembered(config: Config): Promise<KnownSince> {
  const { memoryFileOf, readMemory } = await import("../operation/instance-memory.ts");
  const memory = readMemory(memoryFileOf(config.database, keyFileOf(config)));
  return memory === undefined ? {} : { memory };
}
