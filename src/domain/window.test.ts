import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { beforeAll, describe, expect, it } from "vitest";
import { loadHolidays, NO_HOLIDAYS, type HolidayCalendar } from "./holidays.ts";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from "./instant.ts";
import { type Calendar, checkBlocks, nextOpenInstant, openingAt, WEEKDAYS, type Weekday, type WindowBlock } from "./window.ts";
import { parseWindows } from "./window-text.ts";
import { localText } from "./zone.ts";

const WARSAW = "Europe/Warsaw";
const blocksOf = (text: string): WindowBlock[] => {
  const result = parseWindows(text, "window");
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};
const calendarOf = (window: string, holidays = NO_HOLIDAYS, zone = WARSAW): Calendar => ({
  zone,
  blocks: blocksOf(window),
  holidays,
});
const local = (text: string, zone = WARSAW): Instant => Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds;
const shown = (at: Instant | undefined) => (at === undefined ? "never" : localText(WARSAW, at));

describe("office hours in Warsaw, Mon-Fri 09:00-15:00, with Polish holidays", () => {
  let poland: HolidayCalendar;
  let office: Calendar;
  beforeAll(async () => {
    poland = await loadHolidays(["PL"]);
    office = calendarOf("mon-fri 09:00-15:00", poland);
  });

  it("closes at 15:00:00.000 and not before", () => {
    const closesAt = local("2025-11-05T15:00");
    expect(openingAt(office, closesAt - 1)).toEqual({ open: true, from: local("2025-11-05T09:00"), until: closesAt });
    const closed = openingAt(office, closesAt);
    expect(closed).toEqual({ open: false, from: closesAt, until: local("2025-11-06T09:00"), why: "outside-hours" });
    expect(nextOpenInstant(office, closesAt - 1)).toBe(closesAt - 1);
  });

  it("opens at 09:00:00.000 and not before", () => {
    const opensAt = local("2025-11-05T09:00");
    expect(openingAt(office, opensAt).open).toBe(true);
    expect(openingAt(office, opensAt - 1)).toMatchObject({ open: false, until: opensAt });
  });

  it.each([
    ["2025-11-10T15:00", "Wed 2025-11-12 09:00:00", "over the 11th, a holiday"],
    ["2025-11-05T07:00", "Wed 2025-11-05 09:00:00", "later the same day"],
    ["2025-11-07T15:00", "Mon 2025-11-10 09:00:00", "over the weekend"],
    ["2025-12-23T15:00", "Mon 2025-12-29 09:00:00", "over Christmas and the weekend"],
  ])("goes on after %s at %s (%s)", (from, next) => {
    expect(shown(nextOpenInstant(office, local(from)))).toBe(next);
  });

  it("names the holiday on its day, and the hours on a day that has none anyway", () => {
    const holiday = openingAt(office, local("2025-11-11T12:00"));
    expect(holiday).toEqual({
      open: false,
      from: local("2025-11-10T15:00"),
      until: local("2025-11-12T09:00"),
      why: "holiday",
      holiday: "PL: Narodowe Święto Niepodległości",
    });
    expect(openingAt(office, local("2025-11-01T12:00"))).toMatchObject({ open: false, why: "outside-hours" });
  });

  it("closes an always open calendar on holidays, for exactly the local day", () => {
    const always = calendarOf("always", poland);
    const [startsAt, endsAt] = [local("2025-11-11T00:00"), local("2025-11-12T00:00")];
    expect(openingAt(always, startsAt - 1)).toMatchObject({ open: true, until: startsAt });
    expect(openingAt(always, startsAt)).toMatchObject({ open: false, from: startsAt, until: endsAt, why: "holiday" });
    expect(nextOpenInstant(always, endsAt - 1)).toBe(endsAt);
    expect(openingAt(always, endsAt)).toMatchObject({ open: true, from: endsAt });
  });
});

describe("hours at midnight", () => {
  it("works from 00:00 to 06:00", () => {
    const night = calendarOf("mon-sun 00:00-06:00");
    expect(openingAt(night, local("2025-11-05T00:00"))).toMatchObject({ open: true, until: local("2025-11-05T06:00") });
    expect(openingAt(night, local("2025-11-05T00:00") - 1).open).toBe(false);
    expect(shown(nextOpenInstant(night, local("2025-11-05T06:00")))).toBe("Thu 2025-11-06 00:00:00");
  });

  it("is open through midnight when one block ends at 24:00 and the next day's begins at 00:00", () => {
    const late = calendarOf("fri 22:00-24:00; sat 00:00-06:00");
    const midnight = local("2025-11-08T00:00");
    expect(openingAt(late, midnight - 1)).toMatchObject({ open: true, until: midnight });
    expect(openingAt(late, midnight)).toMatchObject({ open: true, until: local("2025-11-08T06:00") });
  });

  it("joins blocks that touch within a day", () => {
    const touching = calendarOf("wed 12:00-15:00; wed 09:00-12:00");
    const opening = openingAt(touching, local("2025-11-05T12:00"));
    expect(opening).toEqual({ open: true, from: local("2025-11-05T09:00"), until: local("2025-11-05T15:00") });
  });
});

describe("days on which the clock changes", () => {
  it.each([
    ["sun 02:15-04:00", "2026-03-29T00:00", "2026-03-29T03:00", "a start inside the gap moves to its end"],
    ["sun 01:00-02:30", "2026-03-29T01:59", "2026-04-05T01:00", "an end inside the gap moves to its start"],
    ["sun 02:00-03:00", "2026-03-29T00:00", "2026-04-05T02:00", "hours inside the gap do not happen"],
  ])("%s: after %s comes %s (%s)", (window, from, next) => {
    const calendar = calendarOf(window);
    const at = local(from);
    const opening = openingAt(calendar, at);
    expect(opening.open ? nextOpenInstant(calendar, opening.until) : opening.until).toBe(local(next));
  });

  it("opens twice for hours that occur twice, and never sends between them", () => {
    const calendar = calendarOf("sun 02:00-02:30");
    const first = Date.parse("2026-10-25T00:00:00Z");
    const second = first + HOUR_MS;
    expect(openingAt(calendar, first)).toEqual({ open: true, from: first, until: first + 30 * MINUTE_MS });
    expect(openingAt(calendar, first + 45 * MINUTE_MS)).toMatchObject({ open: false, until: second });
    expect(openingAt(calendar, second)).toEqual({ open: true, from: second, until: second + 30 * MINUTE_MS });
  });
});

describe("a calendar without an opening in reach", () => {
  it("has no next opening and does not search for ever", () => {
    const holidays = { nameOn: () => "every day" };
    const never = calendarOf("mon-fri 09:00-15:00", holidays);
    const at = local("2025-11-05T12:00");
    expect(nextOpenInstant(never, at)).toBeUndefined();
    expect(openingAt(never, at)).toMatchObject({ open: false, until: undefined, why: "holiday", holiday: "every day" });
    expect(at - openingAt(never, at).from).toBeGreaterThan(399 * DAY_MS);
  });

  it("finds one that is a year away", () => {
    const holidays = { nameOn: (day: string) => (day === "2026-11-04" ? undefined : "closed") };
    expect(shown(nextOpenInstant(calendarOf("wed 09:00-15:00", holidays), local("2025-11-05T12:00")))).toBe(
      "Wed 2026-11-04 09:00:00",
    );
  });
});

// Zones by what is special about them: an hour, half an hour, midnight, the southern summer, odd offsets, no change at all.
const ZONES = `
  Europe/Warsaw Europe/London Europe/Dublin Europe/Lisbon Europe/Madrid Europe/Paris Europe/Berlin Europe/Rome Europe/Athens
  Europe/Helsinki Europe/Kyiv Europe/Chisinau Europe/Istanbul Europe/Moscow Atlantic/Azores Atlantic/Reykjavik
  America/New_York America/Chicago America/Denver America/Phoenix America/Los_Angeles America/Anchorage America/Halifax
  America/St_Johns America/Nuuk America/Scoresbysund America/Mexico_City America/Havana America/Santiago America/Asuncion
  America/Sao_Paulo America/Argentina/Buenos_Aires Pacific/Easter Africa/Cairo Africa/Casablanca Africa/Johannesburg
  Asia/Beirut Asia/Jerusalem Asia/Gaza Asia/Tehran Asia/Kolkata Asia/Kathmandu Asia/Tokyo Asia/Shanghai Asia/Dubai
  Australia/Lord_Howe Australia/Sydney Australia/Adelaide Pacific/Auckland Pacific/Chatham Pacific/Apia Antarctica/Troll UTC
`.match(/\S+/g) as string[];

interface ClockChange {
  readonly zone: string;
  readonly at: Instant;
}

/** Every change of 2025 to 2027; for a zone without any, an ordinary local midnight. */
function clockChanges(zone: string): ClockChange[] {
  const changes: ClockChange[] = [];
  let time = Temporal.Instant.from("2025-01-01T00:00Z").toZonedDateTimeISO(zone).getTimeZoneTransition("next");
  while (time !== null && time.year <= 2027) {
    changes.push({ zone, at: time.epochMilliseconds });
    time = time.getTimeZoneTransition("next");
  }
  return changes.length > 0 ? changes : [{ zone, at: local("2026-03-29T00:00", zone) }];
}

const wallClocks = new Map(
  ZONES.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat("en-GB", { timeZone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
  ]),
);

/** The rule itself, asked of Intl for one instant: is the wall clock within a block? */
function isOpenByWallClock({ zone, blocks }: Calendar, at: Instant): boolean {
  const parts = Object.fromEntries(
    wallClocks
      .get(zone)
      ?.formatToParts(at)
      .map(({ type, value }) => [type, value]) ?? [],
  );
  const weekday = parts["weekday"]?.toLowerCase() as Weekday;
  const minute = Number(parts["hour"]) * 60 + Number(parts["minute"]);
  return blocks.some(({ days, fromMinute, toMinute }) => days.includes(weekday) && fromMinute <= minute && minute < toMinute);
}

const CHANGES = ZONES.flatMap(clockChanges);
// Edges at, just beside and inside the hours in which clocks change.
const NASTY = blocksOf(
  "mon-sun 00:00-00:30; mon-sun 00:45-01:00; mon-sun 01:15-02:15; mon-sun 02:30-02:45; mon-sun 03:00-22:59; mon-sun 23:30-24:00",
);

const aBlock = fc
  .tuple(fc.subarray([...WEEKDAYS], { minLength: 1 }), fc.nat(1_439), fc.nat(1_440))
  .filter(([, one, other]) => one !== other)
  .map(([days, one, other]) => ({ days, fromMinute: Math.min(one, other), toMinute: Math.max(one, other) }));
const aCase = fc.record({
  change: fc.constantFrom(...CHANGES),
  blocks: fc.array(aBlock, { minLength: 1, maxLength: 3 }),
  awayMs: fc.integer({ min: -3 * DAY_MS, max: 3 * DAY_MS }),
});

describe("an instant is open exactly when its wall clock lies in a block", () => {
  it("around every clock change of 2025 to 2027", () => {
    expect(CHANGES.length).toBeGreaterThan(180);
    const wrong: string[] = [];
    for (const { zone, at: changeAt } of CHANGES) {
      const calendar: Calendar = { zone, blocks: NASTY, holidays: NO_HOLIDAYS };
      for (let at = changeAt - 4 * HOUR_MS; at <= changeAt + 4 * HOUR_MS; at += 15 * MINUTE_MS) {
        for (const instant of [at - 1, at]) {
          if (openingAt(calendar, instant).open === isOpenByWallClock(calendar, instant)) continue;
          wrong.push(`${zone} ${new Date(instant).toISOString()}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it("for any blocks and any instant near a change", () => {
    fc.assert(
      fc.property(aCase, ({ change, blocks, awayMs }) => {
        const calendar: Calendar = { zone: change.zone, blocks, holidays: NO_HOLIDAYS };
        const at = change.at + awayMs;
        expect(openingAt(calendar, at).open).toBe(isOpenByWallClock(calendar, at));
        const next = nextOpenInstant(calendar, at);
        expect(next !== undefined && next >= at && isOpenByWallClock(calendar, next)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("and the reported stretch is uniform and reaches exactly to its ends", () => {
    fc.assert(
      fc.property(aCase, fc.double({ min: 0, max: 1, noNaN: true }), ({ change, blocks, awayMs }, share) => {
        const calendar: Calendar = { zone: change.zone, blocks, holidays: NO_HOLIDAYS };
        const at = change.at + awayMs;
        const { open, from, until = Number.NaN } = openingAt(calendar, at);
        const inside = [from, Math.floor(from + (until - 1 - from) * share), until - 1];
        expect(from <= at && at < until).toBe(true);
        expect(inside.map((instant) => isOpenByWallClock(calendar, instant))).toEqual([open, open, open]);
        // Open stretches may be cut at midnight; a closed one must be whole, or a campaign would wake up for nothing.
        if (!open) expect([from - 1, until].map((instant) => isOpenByWallClock(calendar, instant))).toEqual([true, true]);
      }),
      { numRuns: 500 },
    );
  });
});

describe("checkBlocks", () => {
  const block = (change: Partial<WindowBlock>): WindowBlock => ({ days: ["mon"], fromMinute: 540, toMinute: 900, ...change });

  it("accepts blocks that touch, and the whole day", () => {
    expect(
      checkBlocks([
        block({}),
        block({ fromMinute: 900, toMinute: 1_440 }),
        block({ days: ["sun"], fromMinute: 0, toMinute: 1_440 }),
      ]),
    ).toBeUndefined();
    expect(checkBlocks([])).toBeUndefined();
  });

  it.each<[string, Partial<WindowBlock>]>([
    ["a block without days", { days: [] }],
    ["unknown day name", { days: ["mon", "pon" as Weekday] }],
    ["starts and ends at the same minute", { fromMinute: 540, toMinute: 540 }],
    ["enter a block over midnight as two", { fromMinute: 1_320, toMinute: 360 }],
    ["ends before it starts", { fromMinute: 1_320, toMinute: 0 }],
    ["a time out of range", { fromMinute: -1 }],
    ["a time out of range", { toMinute: 1_441 }],
    ["a time out of range", { fromMinute: 1_440, toMinute: 1_440 }],
    ["a time out of range", { fromMinute: Number.NaN }],
    ["a time out of range", { toMinute: 900.5 }],
  ])("refuses %s: %j", (message, change) => {
    expect(checkBlocks([block(change)], "hours")).toMatchObject({ field: "hours", message: expect.stringContaining(message) });
  });

  it("refuses overlapping blocks of one day and names both", () => {
    const problem = checkBlocks([block({ days: ["mon", "fri"] }), block({ days: ["fri"], fromMinute: 840, toMinute: 960 })]);
    expect(problem).toMatchObject({ field: "window", value: "fri 09:00-15:00 and 14:00-16:00" });
  });
});
