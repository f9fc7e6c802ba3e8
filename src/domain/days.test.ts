import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { localDay, offsetStretches } from "./days.ts";
import { HOUR_MS } from "./instant.ts";

const ZONES = [
  "Europe/Warsaw",
  "America/Santiago",
  "Africa/Cairo",
  "Africa/Casablanca",
  "Asia/Beirut",
  "Australia/Lord_Howe",
  "Asia/Kolkata",
  "America/Nuuk",
];

const isoDay = new Map(ZONES.map((timeZone) => [timeZone, new Intl.DateTimeFormat("sv-SE", { timeZone })]));

describe("localDay", () => {
  it("puts 23:59:59.999 into the day and 00:00:00 into the next", () => {
    const startsAt = Date.parse("2025-11-04T23:00:00Z");
    const day = { day: "2025-11-05", startsAt, endsAt: startsAt + 24 * HOUR_MS };
    expect(localDay("Europe/Warsaw", day.startsAt)).toEqual(day);
    expect(localDay("Europe/Warsaw", day.endsAt - 1)).toEqual(day);
    expect(localDay("Europe/Warsaw", day.endsAt).day).toBe("2025-11-06");
    expect(localDay("Europe/Warsaw", day.startsAt - 1).day).toBe("2025-11-04");
  });

  it.each([
    ["Europe/Warsaw", "2026-03-29", 23, "00:00:00"],
    ["Europe/Warsaw", "2026-10-25", 25, "00:00:00"],
    ["America/Santiago", "2026-09-06", 23, "01:00:00"],
    ["America/Santiago", "2026-04-04", 25, "00:00:00"],
    ["Africa/Cairo", "2026-04-24", 23, "01:00:00"],
    ["Asia/Beirut", "2026-03-29", 23, "01:00:00"],
    ["Australia/Lord_Howe", "2026-04-05", 24.5, "00:00:00"],
  ])("%s %s lasts %d h and begins at %s", (zone, day, hours, begins) => {
    const found = localDay(zone, Date.parse(`${day}T12:00:00Z`));
    expect(found.day).toBe(day);
    expect((found.endsAt - found.startsAt) / HOUR_MS).toBe(hours);
    expect(new Date(found.startsAt).toLocaleTimeString("sv-SE", { timeZone: zone })).toBe(begins);
  });

  it("is the day that the wall clock shows, at its edges and between, whatever was asked before", () => {
    const instants = fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2028, 0, 1) });
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), instants, (zone, at) => {
        const { day, startsAt, endsAt } = localDay(zone, at);
        const shown = [at, startsAt, endsAt - 1].map((instant) => isoDay.get(zone)?.format(instant));
        expect(shown).toEqual([day, day, day]);
        expect(isoDay.get(zone)?.format(startsAt - 1)).not.toBe(day);
        expect(isoDay.get(zone)?.format(endsAt)).not.toBe(day);
        expect(startsAt <= at && at < endsAt).toBe(true);
        expect(localDay(zone, at)).toEqual({ day, startsAt, endsAt });
      }),
    );
  });

  it("stays right when more days and zones are asked for than it remembers", () => {
    const noon = Date.parse("2025-11-05T12:00:00Z");
    for (let days = 0; days < 1_200; days++) localDay("Asia/Kolkata", noon + days * 24 * HOUR_MS);
    for (const zone of Intl.supportedValuesOf("timeZone").slice(0, 80)) localDay(zone, noon);
    expect(localDay("Asia/Kolkata", noon).day).toBe("2025-11-05");
  });
});

describe("offsetStretches", () => {
  it("is one stretch on a common day and two where the clock changes", () => {
    const common = localDay("Europe/Warsaw", Date.parse("2025-11-05T12:00:00Z"));
    expect(offsetStretches("Europe/Warsaw", common)).toEqual([
      { startsAt: common.startsAt, endsAt: common.endsAt, offsetMs: HOUR_MS },
    ]);
    const autumn = localDay("Australia/Lord_Howe", Date.parse("2026-04-05T12:00:00Z"));
    const changeAt = Date.parse("2026-04-04T15:00:00Z");
    expect(offsetStretches("Australia/Lord_Howe", autumn)).toEqual([
      { startsAt: autumn.startsAt, endsAt: changeAt, offsetMs: 11 * HOUR_MS },
      { startsAt: changeAt, endsAt: autumn.endsAt, offsetMs: 10.5 * HOUR_MS },
    ]);
  });
});
