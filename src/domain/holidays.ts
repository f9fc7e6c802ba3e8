import type DateHolidays from "date-holidays";
import { DAY_MS } from "./instant.ts";
import { fail, ok, type Result } from "./result.ts";

/** Answers by the date of the local calendar, never by an instant, so no process's or country's zone can shift a holiday. */
export interface HolidayCalendar {
  /** What is celebrated on an ISO date, each with its country (`PL: Narodowe Święto Niepodległości`), or undefined. */
  nameOn(day: string): string | undefined;
}

export const NO_HOLIDAYS: HolidayCalendar = { nameOn: () => undefined };

const CACHED_YEARS_MAX = 20;

/** Shared by all calendars, one entry per country at most: its rules take about 7 ms to read, and each year 10 ms to compute. */
const countries = new Map<string, CountryHolidays>();

/**
 * The public holidays of countries (ISO codes as `parseCountries` returns them), with the days off that replace them; a day
 * is a holiday when it is one in any of the countries. Bank, school and optional holidays are left out: most people work
 * on them. A holiday that begins at noon counts as a whole day. Names are in the country's own language.
 * Throws for a country that the data does not have.
 */
export async function loadHolidays(codes: readonly string[]): Promise<HolidayCalendar> {
  if (codes.length === 0) return NO_HOLIDAYS;
  const chosen = await Promise.all(codes.map(async (code) => ({ code, country: await countryHolidays(code) })));
  return {
    nameOn(day) {
      const names = chosen.flatMap(({ code, country }) => {
        const name = country.nameOn(day);
        return name === undefined ? [] : [`${code}: ${name}`];
      });
      return names.length === 0 ? undefined : names.join(", ");
    },
  };
}

/** Reads country codes separated by commas or spaces (`PL, de`); returns them upper-case, each once. Empty text means none. */
export async function parseCountries(text: string, field: string): Promise<Result<string[]>> {
  const codes = new Set(
    text
      .toUpperCase()
      .split(/[\s,;]+/)
      .filter(Boolean),
  );
  if (codes.size === 0) return ok([]);
  const known = await knownCountries();
  for (const code of codes) {
    if (Object.hasOwn(known, code)) continue;
    const allowed = `two-letter ISO codes of countries such as PL, DE or US${code === "UK" ? "; the United Kingdom is GB" : ""}`;
    return fail({ field, value: text, message: `unknown country ${JSON.stringify(code)}`, allowed });
  }
  return ok([...codes]);
}

async function knownCountries(): Promise<Readonly<Record<string, string>>> {
  const Holidays = await holidayData();
  return new Holidays().getCountries();
}

async function countryHolidays(code: string): Promise<CountryHolidays> {
  const known = countries.get(code);
  if (known !== undefined) return known;
  if (!Object.hasOwn(await knownCountries(), code)) throw new Error(`no holiday data for country ${JSON.stringify(code)}`);
  const Holidays = await holidayData();
  // In UTC a holiday's start and end are dates, whatever the zone of the country and of this process.
  const country = new CountryHolidays(new Holidays(code, { timezone: "UTC" }));
  countries.set(code, country);
  return country;
}

/** Imported at the first use: 37 MB on disk and 130 ms, which campaigns without holidays should not pay. */
async function holidayData(): Promise<typeof DateHolidays> {
  return (await import("date-holidays")).default;
}

class CountryHolidays implements HolidayCalendar {
  readonly #source: DateHolidays;
  readonly #nameByDay = new Map<string, string>();
  readonly #years = new Set<number>();

  constructor(source: DateHolidays) {
    this.#source = source;
  }

  nameOn(day: string): string | undefined {
    const year = Number(day.slice(0, 4));
    if (this.#years.size > CACHED_YEARS_MAX) this.#forget();
    this.#computeYear(year);
    // Feasts of several days may reach from the end of December into January.
    if (day.slice(5, 7) === "01") this.#computeYear(year - 1);
    return this.#nameByDay.get(day);
  }

  #forget(): void {
    this.#years.clear();
    this.#nameByDay.clear();
  }

  #computeYear(year: number): void {
    if (this.#years.has(year)) return;
    this.#years.add(year);
    for (const { type, date, start, end, name } of this.#source.getHolidays(year)) {
      if (type !== "public") continue;
      for (const day of daysFrom(date.slice(0, 10), end.getTime() - start.getTime())) this.#addName(day, name);
    }
  }

  #addName(day: string, name: string): void {
    const others = this.#nameByDay.get(day);
    this.#nameByDay.set(day, others === undefined ? name : `${others}, ${name}`);
  }
}

/** Whole days only, but at least one: the data counts the eve of some feasts as three quarters of a day at the end. */
function daysFrom(firstDay: string, lengthMs: number): string[] {
  const dayCount = Math.max(1, Math.floor(lengthMs / DAY_MS));
  const firstMs = Date.parse(`${firstDay}T00:00:00Z`);
  return Array.from({ length: dayCount }, (_, index) => new Date(firstMs + index * DAY_MS).toISOString().slice(0, 10));
}
