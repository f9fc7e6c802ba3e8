import { causeText } from "../domain/explain.ts";
import type { ForecastDay } from "../domain/forecast.ts";
import type { ClosedGate } from "../domain/gates.ts";
import { localText } from "../domain/zone.ts";
import type { Shown } from "./forecast-command.ts";
import type { Io } from "./io.ts";
import { counted, labelled, number, type Style, styleOf } from "./style.ts";

const iso = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());

export function forecastJson({ name, status, facts, forecast }: Shown): object {
  const { zone } = facts.campaign;
  const reason = (gate: ClosedGate | undefined) => (gate === undefined ? null : { gate: gate.gate, text: causeText(gate, zone) });
  return {
    campaign: name,
    status,
    zone,
    leads: forecast.mails + forecast.unplanned,
    first: iso(forecast.firstAt),
    last: iso(forecast.lastAt),
    days: forecast.days.map((day) => ({
      day: day.day,
      mails: day.mails,
      mailboxes: Object.fromEntries(byMailbox(day, facts)),
      first: iso(day.firstAt),
      last: iso(day.lastAt),
      endedBy: reason(day.endedBy),
    })),
    unplanned: forecast.unplanned,
    stopped: reason(forecast.stopped),
  };
}

export function forecastText(shown: Shown, io: Io): string {
  const { name, status, facts, forecast } = shown;
  const style = styleOf(io);
  const { zone } = facts.campaign;
  const goesOnByItself = status === "IN_PROGRESS" || status === "SCHEDULED";
  const assumption = goesOnByItself ? "" : style.dim(`  (it is ${status}; as if it were started now)`);
  const rows: [string, string][] = [];
  if (forecast.firstAt !== undefined && forecast.lastAt !== undefined) {
    rows.push(["first", localText(zone, forecast.firstAt)], ["last", `${localText(zone, forecast.lastAt)} (${zone})`]);
  }
  if (forecast.stopped !== undefined)
    rows.push(["no slot", `${counted(forecast.unplanned, "mail")}: ${causeText(forecast.stopped, zone)}`]);
  const heading = `${style.bold(name)}  ${counted(forecast.mails, "mail")} to come${assumption}\n`;
  return heading + (rows.length === 0 ? "" : labelled(rows, style)) + (forecast.days.length === 0 ? "" : daysTable(shown, style));
}

const HEADER = ["day", "mails", "from", "until", "then", "mailboxes"] as const;

function daysTable({ facts, forecast }: Shown, style: Style): string {
  const { zone } = facts.campaign;
  const clock = (at: number): string => localText(zone, at).slice(DAY_LENGTH + 1);
  const cells = forecast.days.map((day) => [
    localText(zone, day.firstAt).slice(0, DAY_LENGTH),
    number(day.mails),
    clock(day.firstAt),
    clock(day.lastAt),
    day.endedBy === undefined ? "" : endText(day.endedBy),
    byMailbox(day, facts)
      .map(([address, mails]) => `${address} ${number(mails)}`)
      .join(", "),
  ]);
  const widths = HEADER.map((title, column) =>
    cells.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), title.length),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 1 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  return `\n${style.dim(line(HEADER))}\n${cells.map((row) => `${line(row)}\n`).join("")}`;
}

/** Of a local time such as `Wed 2025-11-05 09:00:00`, the day. */
const DAY_LENGTH = 14;

/** What ends a day, in the fewest words; until when can be read off the next line. */
function endText(gate: ClosedGate): string {
  switch (gate.gate) {
    case "hours":
      return "hours over";
    case "holiday":
      return gate.holiday;
    case "campaign-limit":
      return `campaign's limit of ${number(gate.max)}`;
    case "mailboxes":
      return gate.bars.every(({ why }) => why === "limit") ? "mailboxes' limits" : "no mailbox free";
    case "long-pause":
      return "long pause";
    case "pace":
    case "start-time":
    case "owner":
    case "status":
    case "frozen":
      return gate.gate;
  }
}

function byMailbox(day: ForecastDay, facts: Shown["facts"]): [string, number][] {
  return facts.mailboxes.flatMap(({ id, address }): [string, number][] => {
    const mails = day.mailboxes.get(id);
    return mails === undefined ? [] : [[address, mails]];
  });
}
