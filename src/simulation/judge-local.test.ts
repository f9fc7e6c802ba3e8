import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { localDay } from "../domain/days.ts";
import { minuteText } from "../domain/window.ts";
import { localText } from "../domain/zone.ts";
import { localTime } from "./judge-local.ts";

/** Around a change of the clock: by an hour, by half an hour, at midnight, and in a zone without one. */
const CHANGES: [zone: string, at: string][] = [
  ["Europe/Warsaw", "2026-03-29T01:00:00Z"],
  ["Europe/Warsaw", "2025-10-26T01:00:00Z"],
  ["Australia/Lord_Howe", "2025-04-05T15:00:00Z"],
  ["Asia/Beirut", "2025-03-29T22:00:00Z"],
  ["America/Santiago", "2025-09-07T04:00:00Z"],
  ["Asia/Kolkata", "2025-12-31T18:30:00Z"],
];

describe("the judge's own wall clock", () => {
  it.each(CHANGES)("agrees with the product's in %s around %s", (zone, change) => {
    const instants = fc.integer({ min: -90_000_000, max: 90_000_000 }).map((offsetMs) => Date.parse(change) + offsetMs);
    const agrees = fc.property(instants, (at) => {
      const { day, weekday, minute } = localTime(zone, at);
      const weekdayName = weekday.charAt(0).toUpperCase() + weekday.slice(1);
      expect(`${weekdayName} ${day} ${minuteText(minute)}`).toBe(localText(zone, at).slice(0, -3));
      expect(day).toBe(localDay(zone, at).day);
    });
    fc.assert(agrees, { examples: [[Date.parse(change) - 1], [Date.parse(change)]] });
  });
});
