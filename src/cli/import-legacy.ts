import { resolve } from "node:path";
import { type Command, Option } from "commander";
import type { App } from "../app.ts";
import type { Result } from "../domain/result.ts";
import type { ImportOrder, ImportPlan } from "../legacy/import-plan.ts";
import type { OldPicture } from "../legacy/old-picture.ts";
import { action, type CommonOptions, type ExitCode, giveUp, type Io, lackOf, refuse, withApp, withConfig } from "./io.ts";
import { addCommonOptions, addExample } from "./options.ts";

interface ImportOptions extends CommonOptions {
  readonly dryRun?: boolean;
  readonly from: "prisma" | "csv";
  readonly source: string;
  readonly zone?: string;
  readonly campaign?: string;
  /** Commander's word for --no-old-process. */
  readonly oldProcess: boolean;
}

const ACTOR = "command line";
const SOURCE_NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,49}$/u;

/** `goniec import-legacy`: an older sender's campaigns, leads and mailboxes, and whom it has mailed. */
export function registerImportLegacy(program: Command, io: Io): void {
  const command = program
    .command("import-legacy")
    .summary("Bring in an older sender's campaigns, and whom it has mailed")
    .description(
      "Bring in an older sender's campaigns, leads and mailboxes, and whom it has mailed. Its database is only read, also while that sender " +
        "works; nothing is sent from here before `goniec cutover`. Given again, it brings what has happened there since.",
    )
    .argument("<file>", "its database, a SQLite file made with Prisma; or an export as CSV")
    .option("--dry-run", "say what would come in, and write nothing")
    .addOption(new Option("--from <kind>", "what the file is").choices(["prisma", "csv"]).default("prisma"))
    .option("--source <name>", "the older sender's name, by which it is known wherever its file lies", "legacy")
    .option("--zone <zone>", "zone of its campaigns, mailboxes and local times (default: Europe/Warsaw)")
    .option("--campaign <name>", "only this campaign; of an export, the campaign of rows that name none")
    .option("--no-old-process", "that sender's process is gone for good: the fallback sender may send its campaigns");
  addExample(
    addCommonOptions(command),
    "goniec import-legacy old-sender.db --dry-run",
    "$ goniec import-legacy sent.csv --from csv --source newsletter",
  ).action(action(io, (file: string, options: ImportOptions) => importLegacy(io, file, options)));
}

async function importLegacy(io: Io, file: string, options: ImportOptions): Promise<ExitCode> {
  if (!SOURCE_NAME.test(options.source)) {
    const allowed = "a letter or digit, then letters, digits, blanks and . _ -, at most 50 characters";
    return refuse(io, { field: "--source", value: options.source.slice(0, 60), message: "is no name of a source", allowed });
  }
  const { parseZone } = await import("../domain/zone.ts");
  const zone = options.zone === undefined ? undefined : parseZone(options.zone, "--zone");
  if (zone?.ok === false) return refuse(io, zone.error);
  const given = await databaseFor(io, options);
  return withApp(io, given, (app) => bring(io, app, file, { ...given, ...(zone !== undefined && { zone: zone.value }) }), {
    create: true,
  });
}

/** A dry run makes no database; where there is none yet, it compares with an empty one. */
async function databaseFor(io: Io, options: ImportOptions): Promise<ImportOptions> {
  if (options.dryRun !== true) return options;
  let isThere = true;
  await withConfig(io, options, async (config, sources) => {
    isThere = (await lackOf(config, sources)) === undefined;
    return 0;
  });
  return isThere ? options : { ...options, database: ":memory:" };
}

async function bring(io: Io, app: App, file: string, options: ImportOptions): Promise<ExitCode> {
  const [{ planImport }, views, { styleOf }] = await Promise.all([
    import("../legacy/import-plan.ts"),
    import("./import-legacy-view.ts"),
    import("./style.ts"),
  ]);
  const zone = options.zone ?? (await zoneOf(app, options.source));
  const picture = await readOld(app, file, options, zone);
  if (!picture.ok) return refuse(io, picture.error);
  const plan = await planImport(app, orderOf(picture.value, file, options, zone));
  if (!plan.ok) return refuse(io, plan.error);
  if (options.dryRun === true) {
    io.stdout(
      options.json === true
        ? `${JSON.stringify(views.planJson(plan.value, { dryRun: true }))}\n`
        : views.planText(plan.value, styleOf(io)) + views.dryRunText(file),
    );
    return 0;
  }
  return carryOut(io, app, plan.value, options);
}

/** A known source keeps its zone. */
async function zoneOf(app: App, source: string): Promise<string> {
  const [{ sourceByName }, { CAMPAIGN_DEFAULTS }] = await Promise.all([
    import("../storage/legacy-sources.ts"),
    import("../domain/campaign.ts"),
  ]);
  return (await sourceByName(app.reader, source))?.zone ?? CAMPAIGN_DEFAULTS.zone;
}

async function readOld(app: App, file: string, options: ImportOptions, zone: string): Promise<Result<OldPicture>> {
  const reading = { now: app.clock.now(), zone };
  if (options.from === "prisma") return (await import("../legacy/old-database.ts")).readOldDatabase(file, reading);
  const { readOldExport } = await import("../legacy/old-export.ts");
  return readOldExport(file, { ...reading, ...(options.campaign !== undefined && { campaignName: options.campaign }) });
}

function orderOf(picture: OldPicture, file: string, options: ImportOptions, zone: string): ImportOrder {
  return {
    // A running `goniec serve` reads it again, wherever it was started.
    source: { name: options.source, kind: options.from, path: resolve(file), zone },
    picture,
    ...(options.campaign !== undefined && { campaign: options.campaign }),
    hasOldProcess: options.oldProcess,
    actor: ACTOR,
  };
}

async function carryOut(io: Io, app: App, plan: ImportPlan, options: ImportOptions): Promise<ExitCode> {
  const [{ carryOutImport }, { systemRandom }, views, { styleOf }] = await Promise.all([
    import("../legacy/import-legacy.ts"),
    import("../clock.ts"),
    import("./import-legacy-view.ts"),
    import("./style.ts"),
  ]);
  await app.secrets.check();
  const stop = new AbortController();
  const release = io.onInterrupt(() => stop.abort());
  const progress = views.progressOf(io, options.json === true);
  try {
    const { clock, secrets, write } = app;
    const parts = { clock, secrets, write, seed: () => systemRandom.seed() };
    const imported = await carryOutImport(parts, plan, { signal: stop.signal, progress: progress.show });
    progress.close();
    if (imported.ending === "whole") await planBeside(app, [...imported.campaignIds.values()]);
    const names = await views.namesHere(app, imported);
    if (options.json === true) io.stdout(`${JSON.stringify(views.planJson(plan, { dryRun: false, imported, names }))}\n`);
    else io.stdout(views.planText(plan, styleOf(io)) + views.doneText(plan, imported, names));
    return imported.ending === "whole"
      ? 0
      : giveUp(io, "interrupted; the same command goes on, and no campaign can be cut over before");
  } finally {
    progress.close();
    release();
  }
}

/** From the first moment on, what the older sender does has a plan to be compared with. */
async function planBeside(app: App, campaignIds: readonly number[]): Promise<void> {
  const { layShadow } = await import("../legacy/shadow-plan.ts");
  for (const id of campaignIds) await layShadow(app, id);
}
