import { cityText, currentLanguage } from "../i18n/texts.ts";

/** Instants come from the API as UTC in ISO 8601, and are shown in the zone of what they belong to. */
const SHAPES = {
  time: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  minute: { hour: "2-digit", minute: "2-digit" },
  day: { weekday: "short", day: "numeric", month: "short" },
  date: { day: "numeric", month: "short", year: "numeric" },
  second: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" },
  month: { month: "long", year: "numeric" },
  dayTime: { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
  full: {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;
export type InstantShape = keyof typeof SHAPES;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(shape: InstantShape, zone: string): Intl.DateTimeFormat {
  const key = `${currentLanguage()} ${shape} ${zone}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat(currentLanguage() === "en" ? "en-GB" : "pl", {
    ...SHAPES[shape],
    timeZone: zone,
    hourCycle: "h23",
  });
  formats.set(key, format);
  return format;
}

export function instantText(at: string, zone: string, shape: InstantShape = "dayTime"): string {
  return formatOf(shape, zone).format(new Date(at));
}

/** How people call the zone at that instant: `Warsaw, GMT+1`. */
export function zoneText(zone: string, at = new Date()): string {
  const city = cityText(zone.split("/").at(-1) ?? zone);
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeZoneName: "shortOffset" }).formatToParts(at);
  return `${city}, ${parts.find(({ type }) => type === "timeZoneName")?.value ?? zone}`;
}

export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The local day of an instant as `2026-11-24`, by which lists are grouped. */
export function localDay(at: string, zone: string): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" }).format(new Date(at));
}

const STEPS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
] as const;

/** A duration in its two largest units: `1 min 30 s`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return unitText(ms, "millisecond");
  const parts: string[] = [];
  let left = ms;
  for (const [unit, size] of STEPS) {
    const count = unit === "second" ? Math.round(left / size) : Math.floor(left / size);
    if (count > 0 && parts.length < 2) parts.push(unitText(count, unit));
    left -= count * size;
  }
  return parts.join(" ");
}

function unitText(count: number, unit: string): string {
  return new Intl.NumberFormat(currentLanguage(), { style: "unit", unit, unitDisplay: "short" }).format(count);
}
