import { durationText } from "../domain/duration.ts";
import { SECOND_MS } from "../domain/instant.ts";
import { gapRangeMs } from "../domain/pace.ts";
import { windowsText } from "../domain/window-text.ts";
import { localText } from "../domain/zone.ts";
import type { Entry } from "./enter-campaign.ts";
import type { PlannedMail } from "../operation/forecast.ts";
import { iso } from "./progress.ts";
import { fieldsOnFallback, type SendOrder } from "./send-order.ts";
import { counted, labelled, number, type Style } from "./style.ts";

const REJECTED_SHOWN = 10;
const SKIPPED_SHOWN = 3;
const VALUE_SHOWN = 60;

/** What will happen, for a person to read before it does. */
export function summaryText(order: SendOrder, entry: Entry, database: string, style: Style): string {
  const title = entry.isNew ? "new" : entry.settingsChanged ? "goes on with changed settings" : "goes on";
  const rows: [string, string][] = [
    ["Database", database],
    ["Leads", leadsText(order, entry)],
    ["Message", messageText(order)],
    ["Mailboxes", mailboxesText(entry)],
    ["Pace", paceText(entry)],
    ["Hours", hoursText(entry)],
    [
      "Limit",
      entry.settings.perDayMax === undefined
        ? "no daily limit for the campaign"
        : `at most ${counted(entry.settings.perDayMax, "mail")} a day`,
    ],
    ...planRows(entry),
  ];
  return `\n${style.bold(`Campaign ${order.name}`)} (${title})\n\n${labelled(rows, style)}\n`;
}

function leadsText({ file, leads }: SendOrder, { imported, counts, forecast }: Entry): string {
  const { rejected } = file;
  const lines = [
    `${number(leads.length)} accepted from ${file.path} (${file.format.encoding}, separated by ${separatorName(file.format.separator)}): ` +
      `${number(imported.added)} new, ${number(imported.known)} in the campaign already`,
  ];
  const past = (["sent", "failed", "skipped", "unconfirmed"] as const).filter((state) => counts[state] > 0);
  if (past.length > 0) lines.push(`until now ${past.map((state) => `${number(counts[state])} ${state}`).join(", ")}`);
  if (rejected.length > 0) lines.push(`${counted(rejected.length, "row")} rejected:`);
  for (const { row, value, reason } of rejected.slice(0, REJECTED_SHOWN))
    lines.push(`  row ${row}  ${shortened(value)}  ${reason}`);
  if (rejected.length > REJECTED_SHOWN) lines.push(`  and ${number(rejected.length - REJECTED_SHOWN)} more; --json lists all`);
  if (forecast.skipped.length > 0) lines.push(`${number(forecast.skipped.length)} will be skipped:`);
  for (const { lead, reason } of forecast.skipped.slice(0, SKIPPED_SHOWN)) lines.push(`  ${lead}  ${reason}`);
  if (forecast.skipped.length > SKIPPED_SHOWN) lines.push(`  and ${number(forecast.skipped.length - SKIPPED_SHOWN)} more`);
  return lines.join("\n");
}

function separatorName(separator: string): string {
  return separator === "\t" ? "tabs" : separator;
}

function shortened(value: string): string {
  return JSON.stringify(value.length > VALUE_SHOWN ? `${value.slice(0, VALUE_SHOWN - 1)}…` : value);
}

function messageText({ message, template, file }: SendOrder): string {
  const form =
    message.html === undefined ? "text" : message.text === undefined ? "HTML with a text part made from it" : "text and HTML";
  const lines = [`"${message.subject}", ${form}`];
  const bytes = message.attachments.reduce((sum, attachment) => sum + attachment.content.length, 0);
  if (message.attachments.length > 0)
    lines.push(
      `${message.attachments.map((attachment) => attachment.filename).join(", ")} attached (${Math.ceil(bytes / 1_000)} kB)`,
    );
  const fallback = fieldsOnFallback(template, file);
  if (fallback.length > 0) lines.push(`no column gives ${fallback.join(", ")}: everybody gets what the message says without it`);
  return lines.join("\n");
}

function mailboxesText({ mailboxes }: Entry): string {
  return mailboxes
    .map(
      ({ address, host, port, perDayMax }) =>
        `${address} through ${host}:${port}, ${perDayMax === undefined ? "no daily limit" : `at most ${counted(perDayMax, "mail")} a day`}`,
    )
    .join("\n");
}

function paceText({ settings }: Entry): string {
  if (settings.delayMs === 0) return "unpaced: as fast as the servers take them";
  const { min, max } = gapRangeMs(settings);
  return min >= max ? `one mail every ${durationText(min)}` : `one mail every ${durationText(min)} to ${durationText(max)}`;
}

function hoursText({ settings }: Entry): string {
  const hours = settings.windows.length === 0 ? "around the clock" : windowsText(settings.windows);
  const holidays = settings.holidays.length === 0 ? "" : `, not on public holidays of ${settings.holidays.join(", ")}`;
  return `${hours}${holidays} (${settings.zone})`;
}

function planRows({ forecast, settings, at }: Entry): [string, string][] {
  const { first, last, mails, stopped } = forecast;
  const when = ({ at: plannedAt }: PlannedMail): string =>
    plannedAt <= at ? "at once" : `${localText(settings.zone, plannedAt)} (${settings.zone})`;
  const rows: [string, string][] = [];
  if (first !== undefined) rows.push(["First mail", `${when(first)}, to ${first.lead} from ${first.mailbox}`]);
  if (last !== undefined && mails > 1 && stopped === undefined) {
    const lasts =
      last.at <= at
        ? "as soon as the servers have taken the others"
        : `${when(last)}, ${durationText(wholeSeconds(last.at - at))} from now`;
    rows.push(["Last mail", lasts]);
  }
  if (stopped !== undefined) rows.push(["Stops", stopped]);
  return rows;
}

function wholeSeconds(ms: number): number {
  return Math.ceil(ms / SECOND_MS) * SECOND_MS;
}

/** The same as one JSON object, with every rejected row. */
export function summaryJson(order: SendOrder, entry: Entry, database: string): object {
  const { imported, forecast, counts, settings, mailboxes } = entry;
  const planned = (mail: PlannedMail | undefined) => (mail === undefined ? null : { ...mail, at: iso(mail.at) });
  const { min, max } = gapRangeMs(settings);
  return {
    event: "summary",
    campaign: order.name,
    new: entry.isNew,
    settingsChanged: entry.settingsChanged,
    status: entry.status,
    database,
    leads: {
      accepted: order.leads.length,
      new: imported.added,
      known: imported.known,
      rejected: order.file.rejected,
      willBeSkipped: forecast.skipped,
    },
    counts,
    settings: {
      delayMs: settings.delayMs,
      gapMs: { min, max },
      window: windowsText(settings.windows),
      timezone: settings.zone,
      holidays: settings.holidays,
      dailyLimit: settings.perDayMax ?? null,
      buffer: settings.bufferSize,
      start: settings.startAt === undefined ? null : iso(settings.startAt),
    },
    mailboxes: mailboxes.map(({ perDayMax, ...mailbox }) => ({ ...mailbox, dailyLimit: perDayMax ?? null })),
    mails: forecast.mails,
    first: planned(forecast.first),
    last: planned(forecast.last),
    stopped: forecast.stopped ?? null,
  };
}
