import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { durationText, parseDuration } from "./duration.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "./instant.ts";
import { problemText } from "./result.ts";

const parsed = (text: string) => {
  const result = parseDuration(text, "--delay");
  return result.ok ? result.value : problemText(result.error);
};

describe("parseDuration", () => {
  it.each([
    ["800ms", 800],
    ["90s", 90 * SECOND_MS],
    ["5m", 5 * MINUTE_MS],
    ["5 min", 5 * MINUTE_MS],
    [" 1H ", HOUR_MS],
    ["2d", 2 * DAY_MS],
    ["1.5h", 90 * MINUTE_MS],
    ["1.001s", 1_001],
    ["365d", 365 * DAY_MS],
    ["0", 0],
    ["0s", 0],
  ])("reads %j as %d ms", (text, durationMs) => {
    expect(parsed(text)).toBe(durationMs);
  });

  it.each([
    ["90", "has no unit"],
    ["1.5", "has no unit"],
    ["-5s", "must not be negative"],
    ["0.5ms", "finer than a millisecond"],
    ["366d", "longer than 365 days"],
    ["999999999999999d", "longer than 365 days"],
    ["90 parsecs", 'unknown unit "parsecs"'],
    ["NaN", "not a duration"],
    ["Infinity", "not a duration"],
    ["1e3s", "not a duration"],
    ["5m 30s", "not a duration"],
    ["", "not a duration"],
  ])("refuses %j and says what is allowed", (text, reason) => {
    expect(parsed(text)).toContain(`--delay ${JSON.stringify(text)}: `);
    expect(parsed(text)).toContain(reason);
    expect(parsed(text)).toContain("such as 800ms, 90s, 5m");
  });

  it("is exact for every whole number of milliseconds written in seconds", () => {
    fc.assert(
      fc.property(fc.nat(365 * DAY_MS), (durationMs) => {
        expect(parsed(`${(durationMs / 1_000).toFixed(3)}s`)).toBe(durationMs);
      }),
    );
  });
});

describe("durationText", () => {
  it.each([
    [0, "0 s"],
    [800, "800 ms"],
    [1_500, "1.5 s"],
    [60_000, "1 min"],
    [90_000, "90 s"],
    [107_999, "107.999 s"],
    [120_000, "2 min"],
    [150_400, "2 min 30 s"],
    [HOUR_MS - 1, "1 h"],
    [90 * MINUTE_MS, "1 h 30 min"],
    [DAY_MS + 29_000, "1 d"],
    [52 * HOUR_MS, "2 d 4 h"],
    [DAY_MS - 1, "1 d"],
    [-90_000, "-90 s"],
  ])("writes %d ms as %j", (durationMs, text) => {
    expect(durationText(durationMs)).toBe(text);
  });
});
