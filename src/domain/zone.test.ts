import { describe, expect, it } from "vitest";
import { problemText } from "./result.ts";
import { localText, parseLocalInstant, parseZone } from "./zone.ts";

const zone = (text: string) => {
  const result = parseZone(text, "zone");
  return result.ok ? result.value : problemText(result.error);
};
const utc = (text: string, inZone = "Europe/Warsaw") => {
  const result = parseLocalInstant(text, inZone, "--start-at");
  return result.ok ? new Date(result.value).toISOString() : problemText(result.error);
};

describe("parseZone", () => {
  it.each([
    ["Europe/Warsaw", "Europe/Warsaw"],
    [" europe/warsaw ", "Europe/Warsaw"],
    ["america/port-au-prince", "America/Port-au-Prince"],
    ["Asia/Kolkata", "Asia/Kolkata"],
    ["Europe/Kyiv", "Europe/Kyiv"],
    ["America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"],
    ["utc", "UTC"],
  ])("reads %j as %s", (text, canonical) => {
    expect(zone(text)).toBe(canonical);
  });

  it("knows every zone of the runtime", () => {
    const unknown = Intl.supportedValuesOf("timeZone").filter((name) => zone(name.toLowerCase()) !== name);
    expect(unknown).toEqual([]);
  });

  it.each(["+02:00", "-0500", "UTC+2", "GMT +1"])("refuses the offset %s, because it knows no summer", (text) => {
    expect(zone(text)).toMatch(/an offset knows no daylight-saving time.*Europe\/Warsaw/);
  });

  it.each([
    ["Warsaw", "Europe/Warsaw"],
    ["Europe/Warszawa", "Europe/Warsaw"],
    ["Europe/Waraw", "Europe/Warsaw"],
    ["USA/New York", "America/New_York"],
    ["Asia/Kolkatta", "Asia/Kolkata"],
    ["Poland", "Europe/Warsaw"],
  ])("suggests for %j the zone %s", (text, suggestion) => {
    expect(zone(text)).toContain(`not a known time zone; did you mean ${suggestion}?`);
  });

  it.each(["EST", "CET", "Atlantis/Capital", "Europe/Foo"])("refuses %s without a guess", (text) => {
    expect(zone(text)).toContain("not a known time zone; allowed: an IANA time zone such as");
  });

  it("refuses what Temporal would take for a zone, and texts of any length", () => {
    expect(zone("2026-01-07T09:00[Europe/Warsaw]")).toContain("not a known time zone");
    expect(zone("x/".repeat(50_000))).toContain("not a known time zone; allowed");
  });

  it("refuses empty text", () => {
    expect(zone("  ")).toContain("no time zone given");
  });
});

describe("localText", () => {
  it("shows the wall clock of the zone with its weekday", () => {
    const at = Date.UTC(2026, 0, 7, 8, 0, 0, 999);
    expect(localText("Europe/Warsaw", at)).toBe("Wed 2026-01-07 09:00:00");
    expect(localText("Asia/Kolkata", at)).toBe("Wed 2026-01-07 13:30:00");
    expect(localText("America/New_York", Date.UTC(2026, 0, 5, 4, 59, 59))).toBe("Sun 2026-01-04 23:59:59");
  });
});

describe("parseLocalInstant", () => {
  it.each([
    ["2026-01-07T09:00", "2026-01-07T08:00:00.000Z"],
    ["2026-07-07 09:00:30", "2026-07-07T07:00:30.000Z"],
    ["2026-07-07T09:00:30.25", "2026-07-07T07:00:30.250Z"],
    ["2026-01-07T09:00Z", "2026-01-07T09:00:00.000Z"],
    ["2026-01-07T09:00:00+05:30", "2026-01-07T03:30:00.000Z"],
    ["2026-01-07T09:00-0500", "2026-01-07T14:00:00.000Z"],
  ])("reads %s in Europe/Warsaw as %s", (text, instant) => {
    expect(utc(text)).toBe(instant);
  });

  it.each([
    ["2026-03-29T02:30", "Europe/Warsaw", "2026-03-29T01:00:00.000Z"],
    ["2026-03-29T02:00", "Europe/Warsaw", "2026-03-29T01:00:00.000Z"],
    ["2026-04-24T00:15", "Africa/Cairo", "2026-04-23T22:00:00.000Z"],
    ["2026-10-04T02:10", "Australia/Lord_Howe", "2026-10-03T15:30:00.000Z"],
  ])("moves %s, which %s skips, to the end of the gap", (text, inZone, instant) => {
    expect(utc(text, inZone)).toBe(instant);
  });

  it("takes the first of two occurrences", () => {
    expect(utc("2026-10-25T02:30")).toBe("2026-10-25T00:30:00.000Z");
  });

  it.each(["tomorrow", "2026-01-07", "09:00", "07.01.2026 09:00", "2026-01-07T9:00", ""])(
    "refuses %j and shows the format",
    (text) => {
      expect(utc(text)).toMatch(/^--start-at ".*": not a date and time; allowed: .*2026-01-07T09:00/);
    },
  );

  it.each([
    "2026-02-29T09:00",
    "2026-01-07T24:00",
    "2026-01-07T09:60",
    "2026-01-07T23:59:60",
    "2026-13-01T00:00Z",
    "2026-01-07T09:00+25:00",
  ])("refuses %s, which does not exist", (text) => {
    expect(utc(text)).toContain("there is no such date or time");
  });
});
