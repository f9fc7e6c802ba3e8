import type { App } from "../app.ts";
import type { NextStep } from "../domain/roll-out.ts";
import type { Sender } from "../domain/ownership.ts";
import type { MovingView } from "../legacy/watch.ts";
import type { OldSource } from "../storage/ownership.ts";
import type { CommonOptions, ExitCode, Io } from "./io.ts";
import { number, type Style, styleOf } from "./style.ts";

const CAMPAIGNS_PER_PAGE = 100;

/** `goniec cutover --status`: who has each campaign, what its watch has found, and what comes next. */
export async function showStatus(io: Io, app: App, options: CommonOptions): Promise<ExitCode> {
  const [{ viewMoving, viewNextStep }, { oldSources }] = await Promise.all([
    import("../legacy/watch.ts"),
    import("../storage/ownership.ts"),
  ]);
  const now = app.clock.now();
  const sources = await oldSources(app.reader);
  const views: MovingView[] = [];
  for (;;) {
    const page = await viewMoving(app.reader, { afterId: views.at(-1)?.campaign.id, limit: CAMPAIGNS_PER_PAGE }, now);
    views.push(...page);
    if (page.length < CAMPAIGNS_PER_PAGE) break;
  }
  const next = await viewNextStep(app.reader, now);
  if (options.json === true) io.stdout(`${JSON.stringify(statusJson(sources, views, next))}\n`);
  else io.stdout(statusText(sources, views, next, styleOf(io)));
  return 0;
}

const isoOrNull = (at: number | null | undefined): string | null =>
  at === null || at === undefined ? null : new Date(at).toISOString();

function statusJson(sources: readonly OldSource[], views: readonly MovingView[], next: NextStep) {
  return {
    sources: sources.map(({ name, kind, path, readAt, problem }) => ({ name, kind, path, readAt: isoOrNull(readAt), problem })),
    campaigns: views.map(({ campaign, counts, state, findings }) => ({
      name: campaign.name,
      status: campaign.status,
      sender: campaign.sender,
      source: campaign.source.name,
      oldStatus: campaign.oldStatus,
      questions: campaign.questions,
      cutOverAt: isoOrNull(campaign.cutOverAt),
      rolledBackAt: isoOrNull(campaign.rolledBackAt),
      watchUntil: isoOrNull(campaign.watchUntil),
      watch: state,
      findings,
      counts,
    })),
    next: { ...next, until: isoOrNull(next.until) },
  };
}

function statusText(sources: readonly OldSource[], views: readonly MovingView[], next: NextStep, style: Style): string {
  const lines = sources.map((source) => sourceLine(source, style));
  const rows = views.map(rowOf);
  const widths = HEADS.map((head, index) => Math.max(head.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd();
  if (views.length > 0) lines.push("", style.dim(line(HEADS)));
  for (const [index, view] of views.entries()) lines.push(line(rows[index] ?? []), ...remarksOf(view, style));
  return [...lines, ...(lines.length === 0 ? [] : [""]), `${style.bold("Next:")} ${next.text}`, ""].join("\n");
}

function sourceLine({ name, kind, path, readAt, problem }: OldSource, style: Style): string {
  const read = readAt === null ? "not read to its end yet" : `read ${new Date(readAt).toISOString()}`;
  const trouble = problem === null ? "" : `; ${style.red(problem)}`;
  return `Older sender ${style.bold(name)} (${kind === "csv" ? "an export" : "its database"} ${path}): ${read}${trouble}`;
}

const HEADS = ["Campaign", "Who has it", "Since", "Watch", "Mailed there", "Mailed here", "Open"];

const SENDER_WORDS: Readonly<Record<Sender, string>> = {
  goniec: "Goniec",
  "old-process": "older sender",
  fallback: "fallback sender",
};

function rowOf({ campaign, counts, state }: MovingView): string[] {
  const { name, owner, sender, importedAt, cutOverAt, rolledBackAt, watchUntil } = campaign;
  const since = owner === "goniec" ? cutOverAt : (rolledBackAt ?? importedAt);
  const until = state === "running" ? ` until ${minuteText(watchUntil)}` : "";
  return [
    name,
    importedAt === null ? "half imported" : SENDER_WORDS[sender],
    minuteText(since),
    state === "none" ? "" : `${state}${until}`,
    number(counts.mailedThere),
    number(counts.mailedHere),
    number(counts.open),
  ];
}

const minuteText = (at: number | null): string =>
  at === null ? "" : `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;

function remarksOf({ campaign, findings }: MovingView, style: Style): string[] {
  const questions = campaign.owner === "legacy" ? campaign.questions.map((text) => `  ${style.yellow("question")} ${text}`) : [];
  const found = findings.map(({ severity, text, examples }) => {
    const word = severity === "alarm" ? style.red("alarm") : style.yellow("notice");
    return `  ${word} ${text}${examples.length === 0 ? "" : ` (${examples.join(", ")})`}`;
  });
  return [...questions, ...found];
}
