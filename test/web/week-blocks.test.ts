import { describe, expect, it } from "vitest";
import { openMinutes, paint, slotsOf, tidyBlocks, type WeekBlock } from "../../web/src/components/week-blocks.ts";

const OFFICE: WeekBlock[] = [{ days: ["mon", "tue"], from: "09:00", to: "17:00" }];

describe("hours of the week", () => {
  it("show a day as half hours, and those in which a block begins or ends as half open", () => {
    const slots = slotsOf([{ days: ["mon"], from: "09:15", to: "10:30" }], "mon");
    expect(slots.slice(17, 22)).toEqual([0, 0.5, 1, 1, 0]);
    expect(slotsOf(OFFICE, "wed").every((open) => open === 0)).toBe(true);
  });

  it("are opened and closed by a stroke, in either direction, on one day only", () => {
    const lunch = paint(OFFICE, "mon", 25, 24, false);
    expect(lunch).toEqual([
      { days: ["mon"], from: "09:00", to: "12:00" },
      { days: ["mon"], from: "13:00", to: "17:00" },
      { days: ["tue"], from: "09:00", to: "17:00" },
    ]);
    expect(paint(lunch, "mon", 24, 25, true)).toEqual(OFFICE);
  });

  it("reach to the end of the day, and keep minutes that no half hour has", () => {
    expect(paint([], "sun", 46, 47, true)).toEqual([{ days: ["sun"], from: "23:00", to: "24:00" }]);
    expect(tidyBlocks([{ days: ["mon"], from: "09:10", to: "09:50" }])).toEqual([{ days: ["mon"], from: "09:10", to: "09:50" }]);
  });

  it("join what touches and overlaps, and share days with the same hours", () => {
    const blocks: WeekBlock[] = [
      { days: ["mon"], from: "09:00", to: "12:00" },
      { days: ["mon", "fri"], from: "12:00", to: "15:00" },
      { days: ["fri"], from: "09:00", to: "13:00" },
    ];
    expect(tidyBlocks(blocks)).toEqual([{ days: ["mon", "fri"], from: "09:00", to: "15:00" }]);
  });

  it("count the week's open minutes; none at all means around the clock", () => {
    expect(openMinutes(OFFICE)).toBe(16 * 60);
    expect(openMinutes([])).toBe(7 * 1_440);
  });
});
