import { describe, expect, it } from "vitest";
import { InstantReader, oldInstant } from "./old-instants.ts";

const ZONE = "Europe/Warsaw";
const NINE = Date.parse("2026-01-07T09:00:00Z");

describe("an instant of an older sender", () => {
  it.each([
    [NINE, "milliseconds"],
    [String(NINE), "digits"],
    ["2026-01-07 09:00:00", "utc-text"],
    ["2026-01-07 09:00:00.000", "utc-text"],
    ["2026-01-07T09:00:00.000Z", "zoned-text"],
    ["2026-01-07T10:00:00+01:00", "zoned-text"],
    ["2026-01-07 10:00:00 +0100", "zoned-text"],
    ["2026-01-07 09:00:00 UTC", "zoned-text"],
    ["2026-01-07T10:00:00", "local-text"],
    ["2026-01-07 10:00", "local-text"],
    ["7.01.2026 10:00", "local-text"],
  ])("is read from %j as %s", (value, encoding) => {
    expect(oldInstant(value, ZONE)).toEqual({ kind: "instant", at: NINE, encoding });
  });

  it.each([
    [Math.floor(NINE / 1_000), "is in seconds"],
    [String(Math.floor(NINE / 1_000)), "is in seconds"],
    [NINE / 86_400_000 + 2_440_587.5, "is a Julian day"],
    [NINE * 1_000, "is no time in milliseconds; it may be in microseconds"],
    [0, "is no date"],
    [-5, "is no date"],
    ["soon", "is no date"],
    ["2026-02-30 09:00:00", "is no date of the calendar"],
    ["2026-13-01T09:00:00Z", "is no date of the calendar"],
    ["31.02.2026", "is no date of the calendar"],
    [new Uint8Array(8), "is binary"],
  ])("is refused for %j: %s", (value, why) => {
    expect(oldInstant(value, ZONE)).toEqual({ kind: "refused", why });
  });

  it("knows summer time, and the hour that the clock skips or repeats", () => {
    const at = (text: string) => oldInstant(text, ZONE);
    expect(at("2026-07-07T10:00:00")).toMatchObject({ at: Date.parse("2026-07-07T08:00:00Z") });
    expect(at("2026-03-29T02:30:00")).toMatchObject({ at: Date.parse("2026-03-29T01:00:00Z") });
    expect(at("2026-10-25T02:30:00")).toMatchObject({ at: Date.parse("2026-10-25T00:30:00Z") });
  });

  it("is none where nothing stands", () => {
    expect([null, "", "  "].map((value) => oldInstant(value, ZONE).kind)).toEqual(["none", "none", "none"]);
  });
});

describe("a column of instants", () => {
  const remarksOn = (values: readonly (number | string)[], mayLieAhead = false) => {
    const reader = new InstantReader(ZONE, NINE);
    for (const [index, value] of values.entries()) reader.read("SendLog.createdAt", value, `log ${index + 1}`, mayLieAhead);
    return reader.remarks();
  };

  it("is nothing to speak of when all of it is written in one way", () => {
    expect(remarksOn([NINE, NINE - 1_000])).toEqual([]);
  });

  it("is remarked on when it mixes ways, with how many of each", () => {
    expect(remarksOn([NINE, "2026-01-07 09:00:00", NINE])).toMatchObject([
      {
        kind: "mixed-dates",
        count: 3,
        examples: ["2 as milliseconds since 1970", expect.stringMatching(/^1 as text without a zone/)],
      },
    ]);
  });

  it("is remarked on when it is local time, with the zone it is read in", () => {
    expect(remarksOn(["2026-01-07T09:00:00"])[0]?.text).toContain("Europe/Warsaw");
  });

  it("names what is refused, by row", () => {
    expect(remarksOn([1_767_776_400])).toMatchObject([
      { kind: "refused-dates", count: 1, examples: ['log 1: "1767776400" is in seconds'] },
    ]);
  });

  it("names what lies before 2015 or in the future, unless it is a plan", () => {
    expect(remarksOn([Date.UTC(2001, 0, 1), NINE + 3_600_000])).toMatchObject([{ kind: "suspicious-dates", count: 2 }]);
    expect(remarksOn([NINE + 3_600_000], true)).toEqual([]);
    expect(remarksOn([NINE + 60_000])).toEqual([]);
  });
});
