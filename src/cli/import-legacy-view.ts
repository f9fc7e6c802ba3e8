import type { App } from "../app.ts";
import { LEAD_STATES, OPEN_LEAD_STATES } from "../domain/states.ts";
import type { Imported, ImportProgress } from "../legacy/import-legacy.ts";
import type { CampaignPlan, ImportPlan } from "../legacy/import-plan.ts";
import type { Remark } from "../legacy/old-picture.ts";
import { addBrought, type Brought, NOTHING_BROUGHT } from "../storage/legacy-hand-overs.ts";
import { campaignReports, type StateCounts } from "../storage/reports.ts";
import type { Io } from "./io.ts";
import { counted, labelled, number, type Style } from "./style.ts";

const ERASE_LINE = "\r\x1b[2K";
const DOING: Readonly<Record<ImportProgress["doing"], string>> = {
  mailboxes: "mailboxes",
  leads: "leads",
  places: "leads of",
  mails: "mails of",
};

/** A line that is drawn anew where a person sees it; nothing elsewhere. */
export function progressOf(io: Io, isJson: boolean): { show(progress: ImportProgress): void; close(): void } {
  if (isJson || !io.isTerminal) return { show: () => undefined, close: () => undefined };
  let isOpen = false;
  return {
    show({ doing, campaign, done, total }) {
      isOpen = true;
      const text = `${number(done)} of ${number(total)} ${DOING[doing]}${campaign === undefined ? "" : ` ${campaign}`}`;
      io.stdout(`${ERASE_LINE}${text.slice(0, io.columns - 1)}`);
    },
    close() {
      if (isOpen) io.stdout(ERASE_LINE);
      isOpen = false;
    },
  };
}

/** The names that the campaigns have here, by their keys there: another one may have had the name already. */
export async function namesHere(app: App, { campaignIds }: Imported): Promise<ReadonlyMap<string, string>> {
  const names = new Map((await campaignReports(app.reader)).map(({ id, name }) => [id, name]));
  return new Map([...campaignIds].map(([key, id]) => [key, names.get(id) ?? ""]));
}

export interface PlanEnd {
  readonly dryRun: boolean;
  readonly imported?: Imported;
  readonly names?: ReadonlyMap<string, string>;
}

export function planJson({ order, mailboxes, knownMailboxes, leads, campaigns, remarks }: ImportPlan, end: PlanEnd): object {
  const { name, kind, path, zone } = order.source;
  return {
    dryRun: end.dryRun,
    ...(end.imported !== undefined && { ending: end.imported.ending, brought: end.imported.brought }),
    source: { name, kind, path, zone },
    leads: { total: leads.total, new: leads.added, changed: leads.news.length, standings: leads.standings },
    mailboxes: mailboxes.map(({ address, active }) => ({ address, active, isNew: !knownMailboxes.has(address) })),
    campaigns: campaigns.map((campaign) => campaignJson(campaign, end.names)),
    remarks,
  };
}

function campaignJson({ old, here, status, before, after, brought }: CampaignPlan, names: PlanEnd["names"]): object {
  return {
    key: old.key,
    name: names?.get(old.key) ?? here?.name ?? old.name,
    isNew: here === undefined,
    oldStatus: old.oldStatus,
    status,
    before,
    after,
    mails: brought,
    questions: old.questions,
  };
}

/** What comes in, for people: sums, a line for each campaign, and what somebody should look at. */
export function planText(plan: ImportPlan, style: Style): string {
  const { order, mailboxes, knownMailboxes, leads, campaigns, remarks } = plan;
  const { BLOCKED, ON_HOLD, TEST } = leads.standings;
  const barred = `${number(BLOCKED)} blocked, ${number(ON_HOLD)} on hold, ${number(TEST)} for tests`;
  const newMailboxes = mailboxes.filter(({ address }) => !knownMailboxes.has(address)).length;
  const rows: [string, string][] = [
    ["from", `${order.source.path} (${order.source.name}; times in ${order.source.zone})`],
    ["leads", `${number(leads.total)}, ${number(leads.added)} of them new; ${barred}`],
    ["mailboxes", `${number(mailboxes.length)}, ${number(newMailboxes)} of them new`],
    ["mails", broughtText(campaigns.map(({ brought }) => brought).reduce(addBrought, NOTHING_BROUGHT))],
  ];
  return [labelled(rows, style), campaignTable(campaigns, style), questionsText(campaigns, style), remarksText(remarks, style)]
    .filter((part) => part !== "")
    .join("\n");
}

function broughtText({ entered, repeated, answered }: Brought): string {
  if (entered + repeated + answered === 0) return "none that is not known here";
  const beyond = repeated === 0 ? "" : `; ${number(repeated)} beyond one to a lead`;
  const anew = answered === 0 ? "" : `; of ${number(answered)} known ones more is known now`;
  return `${counted(entered, "lead")} mailed there and not known as mailed here yet${beyond}${anew}`;
}

const HEADER = ["campaign", "there", "here", "leads", "sent", "unconfirmed", "open", "skipped", "failed"] as const;

function campaignTable(campaigns: readonly CampaignPlan[], style: Style): string {
  if (campaigns.length === 0) return "No campaign is there.\n";
  const rows = campaigns.map(({ old, here, status, before, after }) => {
    const cell = (of: (counts: StateCounts) => number): string =>
      here === undefined || of(before) === of(after) ? number(of(after)) : `${number(of(before))} → ${number(of(after))}`;
    const sum = (states: readonly (keyof StateCounts)[]) => cell((counts) => states.reduce((n, state) => n + counts[state], 0));
    return [
      ...[here?.name ?? old.name, old.oldStatus, status, sum(LEAD_STATES), sum(["sent"]), sum(["unconfirmed"])],
      ...[sum(OPEN_LEAD_STATES), sum(["skipped"]), sum(["failed"])],
    ];
  });
  const widths = HEADER.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column < 3 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  return `${style.dim(line(HEADER))}\n${rows.map((row) => `${line(row)}\n`).join("")}`;
}

function questionsText(campaigns: readonly CampaignPlan[], style: Style): string {
  const asked = campaigns.filter(({ old }) => old.questions.length > 0);
  if (asked.length === 0) return "";
  const lines = asked.flatMap(({ old }) => old.questions.map((question) => `  ${style.bold(old.name)}: ${question}\n`));
  return `${style.yellow("To look at before the cut-over:")}\n${lines.join("")}`;
}

function remarksText(remarks: readonly Remark[], style: Style): string {
  if (remarks.length === 0) return "";
  const lines = remarks.map(({ text, count, examples }) => {
    const more = count > examples.length ? ` and ${number(count - examples.length)} more` : "";
    return `  ${text} (${number(count)})\n${examples.length === 0 ? "" : `    ${style.dim(`${examples.join("; ")}${more}`)}\n`}`;
  });
  return `${style.yellow("Worth knowing:")}\n${lines.join("")}`;
}

export function dryRunText(file: string): string {
  return `\nNothing was written. The same without --dry-run brings it in: goniec import-legacy ${quoted(file)}\n`;
}

export function doneText({ order }: ImportPlan, { ending }: Imported, names: ReadonlyMap<string, string>): string {
  if (ending === "interrupted") return "";
  const first = [...names.values()][0];
  const cutOver = first === undefined ? "" : `; \`goniec cutover ${quoted(first)}\` hands a campaign over`;
  const follows =
    order.source.kind === "csv" || !order.hasOldProcess
      ? ""
      : " A running `goniec serve` reads it again every minute, and `goniec shadow` compares what it does with the plan.";
  return `\nBrought in. Nothing is sent from here before a campaign is handed over.${follows}\nNext: \`goniec verify\` proves what is in${cutOver}.\n`;
}

const quoted = (text: string): string => (/^[\w./@-]+$/.test(text) ? text : JSON.stringify(text));
