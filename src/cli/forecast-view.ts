import { causeText } from "../domain/explain.ts";
import type { ForecastDay } from "../domain/forecast.ts";
import { localText } from "../domain/zone.ts";
import type { Shown } from "./forecast-command.ts";
import type { Io } from "./io.ts";
import { counted, labelled, number, styleOf } from "./style.ts";

const iso = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());

export function forecastJson({ name, status, facts, forecast }: Shown): object {
  const { zone } = facts.campaign;
  return {
    campaign: name,
    status,
    zone,
    mails: forecast.mails,
    first: iso(forecast.firstAt),
    last: iso(forecast.lastAt),
    days: forecast.days.map((day) => ({
      day: day.day,
      mails: day.mails,
      mailboxes: Object.fromEntries(byMailbox(day, facts)),
      first: iso(day.firstAt),
      last: iso(day.lastAt),
      endedBy: day.endedBy === undefined ? null : causeText(day.endedBy, zone),
    })),
    unplanned: forecast.unplanned,
    stopped: forecast.stopped === undefined ? null : causeText(forecast.stopped, zone),
  };
}

export function forecastText(shown: Shown, io: Io): string {
  const { name, status, facts, forecast } = shown;
  const style = styleOf(io);
  const { zone } = facts.campaign;
  const assumption = status === "IN_PROGRESS" ? "" : style.dim(`  (it is ${status}; as if it were started now)`);
  const rows: [string, string][] = [];
  if (forecast.firstAt !== undefined && forecast.lastAt !== undefined) {
    rows.push(["first", localText(zone, forecast.firstAt)], ["last", `${localText(zone, forecast.lastAt)} (${zone})`]);
  }
  for (const day of forecast.days) rows.push([localText(zone, day.firstAt).slice(0, 14), dayText(day, shown)]);
  if (forecast.stopped !== undefined)
    rows.push(["no slot", `${counted(forecast.unplanned, "mail")}: ${causeText(forecast.stopped, zone)}`]);
  const heading = `${style.bold(name)}  ${counted(forecast.mails, "mail")} to come${assumption}\n`;
  return rows.length === 0 ? heading : `${heading}${labelled(rows, style)}`;
}

function dayText(day: ForecastDay, { facts }: Shown): string {
  const { zone } = facts.campaign;
  const boxes = byMailbox(day, facts).map(([address, mails]) => `${address} ${number(mails)}`);
  const ended = day.endedBy === undefined ? "" : `; then ${causeText(day.endedBy, zone)}`;
  return `${counted(day.mails, "mail")} until ${localText(zone, day.lastAt).slice(15)}: ${boxes.join(", ")}${ended}`;
}

function byMailbox(day: ForecastDay, facts: Shown["facts"]): [string, number][] {
  return facts.mailboxes.flatMap(({ id, address }): [string, number][] => {
    const mails = day.mailboxes.get(id);
    return mails === undefined ? [] : [[address, mails]];
  });
}
