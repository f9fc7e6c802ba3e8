import { parseCampaignName } from "../domain/setting-text.ts";
import { localText } from "../domain/zone.ts";
import type { Judging } from "./judging.ts";
import { messageOf } from "./old-message.ts";
import type { OldCampaign } from "./old-picture.ts";
import { type CampaignRow, textOf } from "./old-rows.ts";
import { campaignStatus, holidaysOf, rateOf, windowsOf } from "./old-vocabulary.ts";
import type { JudgedMailbox } from "./judge-old-mailboxes.ts";

/** What campaigns are judged with. */
export interface CampaignParts extends Judging {
  readonly mailboxes: readonly JudgedMailbox[];
  /** Country codes for which there are holidays. */
  readonly countries: ReadonlySet<string>;
  /** Of a campaign that names none. */
  readonly usualCountries: readonly string[];
  readonly hasGreetings: boolean;
  readonly zone: string;
  readonly now: number;
}

export function judgeCampaigns(rows: readonly CampaignRow[], parts: CampaignParts): OldCampaign[] {
  const names = namesOf(rows);
  return rows.flatMap((row, index) => (row.id === null ? [] : [judgeCampaign(row, row.id, names[index] ?? "", parts)]));
}

function judgeCampaign(row: CampaignRow, key: string, name: string, parts: CampaignParts): OldCampaign {
  const { instants, remarks } = parts;
  const status = campaignStatus(row.status);
  const windows = windowsOf(row);
  const rate = rateOf(row, windows.value);
  const holidays = holidaysOf(row, parts.usualCountries, parts.countries);
  const message = messageOf(row, parts.hasGreetings);
  const mailboxKeys = mailboxesOf(row, parts.mailboxes);
  const createdAt = instants.read("Campaign.createdAt", row.createdAt, `campaign ${key}`);
  const start = startOf(row, key, parts);
  if (textOf(row.maxEmailsPerHour) !== undefined) {
    const text = "Campaigns with an hourly limit get a delay and a daily limit that keep it.";
    remarks.add("unclear", text, `${name}: ${rate.value.delayMs / 1_000} s between mails, ${rate.value.perDayMax} a day`);
  }
  return {
    key,
    name,
    oldStatus: textOf(row.status) ?? "",
    status: status.status,
    ...(message.message !== undefined && { message: message.message }),
    settings: {
      ...rate.value,
      windows: windows.value,
      holidays: holidays.value,
      ...(start.at !== undefined && { startAt: start.at }),
    },
    mailboxKeys,
    ...(createdAt !== undefined && { createdAt }),
    questions: [
      ...(status.question === undefined ? [] : [status.question]),
      ...start.questions,
      ...windows.questions,
      ...rate.questions,
      ...holidays.questions,
      ...message.questions,
      ...(mailboxKeys.length === 0 ? ["It has no mailbox that can be taken over; give it one before it is resumed."] : []),
    ],
  };
}

/** A campaign's mailboxes are those of its salesperson. */
function mailboxesOf({ virtualSalespersonId }: CampaignRow, mailboxes: readonly JudgedMailbox[]): string[] {
  if (virtualSalespersonId === null) return [];
  return mailboxes.filter(({ salespersonKey }) => salespersonKey === virtualSalespersonId).map(({ mailbox }) => mailbox.key);
}

interface Start {
  readonly at?: number;
  readonly questions: readonly string[];
}

/** A start that is still to come; such senders often stored a local time under the letter of UTC. */
function startOf(row: CampaignRow, key: string, { instants, zone, now }: CampaignParts): Start {
  const at = instants.read("Campaign.scheduledAt", row.scheduledAt, `campaign ${key}`, true);
  const isScheduled = textOf(row.status)?.toUpperCase() === "SCHEDULED";
  if (!isScheduled) return { ...(at !== undefined && at > now && { at }), questions: [] };
  if (at === undefined)
    return { questions: ["It was scheduled in the older sender, without a start that can be read; it comes in as a draft."] };
  const asItStands = `${localText(zone, at)} in ${zone}`;
  const asLabelled = new Date(at).toISOString().slice(0, 16).replace("T", " ");
  const question = `It was scheduled; it comes in as a draft. Was its start meant as ${asItStands}, which is taken, or as ${asLabelled} on the clock there?`;
  return { ...(at > now && { at }), questions: [question] };
}

/** One line each, never empty, each once. */
function namesOf(rows: readonly CampaignRow[]): string[] {
  const plain = rows.map((row) => cleaned(textOf(row.name) ?? "", row.id ?? ""));
  const times = new Map<string, number>();
  for (const name of plain) times.set(name.toLowerCase(), (times.get(name.toLowerCase()) ?? 0) + 1);
  return plain.map((name, index) => (times.get(name.toLowerCase()) === 1 ? name : suffixed(name, ` (${rows[index]?.id ?? ""})`)));
}

const NAME_LENGTH_MAX = 120;

function cleaned(text: string, id: string): string {
  const name = text
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, NAME_LENGTH_MAX)
    .trim();
  return parseCampaignName(name, "name").ok ? name : `campaign ${id}`;
}

const suffixed = (name: string, suffix: string): string => name.slice(0, NAME_LENGTH_MAX - suffix.length) + suffix;
