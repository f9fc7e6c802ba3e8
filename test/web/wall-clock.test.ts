import { describe, expect, it } from "vitest";
import { instantAt, wallClock } from "../../web/src/format/wall-clock.ts";

describe("a time typed on the wall clock of a campaign's zone", () => {
  it.each([
    ["2026-01-15T10:30", "Europe/Warsaw", "2026-01-15T09:30:00.000Z"],
    ["2026-07-15T00:00", "Europe/Warsaw", "2026-07-14T22:00:00.000Z"],
    ["2026-10-25T04:00", "Europe/Warsaw", "2026-10-25T03:00:00.000Z"],
    ["2026-03-29T03:00", "Europe/Warsaw", "2026-03-29T01:00:00.000Z"],
    ["2026-05-01T09:15", "Asia/Kolkata", "2026-05-01T03:45:00.000Z"],
    ["2026-12-31T20:00", "America/New_York", "2027-01-01T01:00:00.000Z"],
  ])("%s in %s is one instant, which the same wall clock shows again", (wall, zone, at) => {
    expect(instantAt(wall, zone)).toBe(at);
    expect(wallClock(at, zone)).toBe(wall);
  });

  it("becomes the hour after it where the clock leaves it out in spring", () => {
    expect(wallClock(instantAt("2026-03-29T02:30", "Europe/Warsaw"), "Europe/Warsaw")).toBe("2026-03-29T03:30");
  });
});
