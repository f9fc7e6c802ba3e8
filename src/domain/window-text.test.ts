import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { problemText } from "./result.ts";
import { checkBlocks, WEEKDAYS, type WindowBlock } from "./window.ts";
import { parseWindows, windowsText } from "./window-text.ts";

const parsed = (text: string): readonly WindowBlock[] | string => {
  const result = parseWindows(text, "--window");
  return result.ok ? result.value : problemText(result.error);
};
const canonical = (text: string) => {
  const blocks = parsed(text);
  return typeof blocks === "string" ? blocks : windowsText(blocks);
};

describe("parseWindows", () => {
  it("reads several blocks", () => {
    expect(parsed("mon,wed 08:00-12:00; mon-fri 13:00-24:00")).toEqual([
      { days: ["mon", "wed"], fromMinute: 480, toMinute: 720 },
      { days: ["mon", "tue", "wed", "thu", "fri"], fromMinute: 780, toMinute: 1_440 },
    ]);
  });

  it.each(["always", " Always ", "", "  "])("reads %j as no restriction", (text) => {
    expect(parsed(text)).toEqual([]);
  });

  it("reads midnight as an hour like any other", () => {
    expect(parsed("mon 00:00-06:00")).toEqual([{ days: ["mon"], fromMinute: 0, toMinute: 360 }]);
  });

  it.each([
    ["fri-mon 9:00-17:00", "mon,fri-sun 09:00-17:00"],
    ["Monday - Wednesday, SUN 09:00 – 17:00;", "mon-wed,sun 09:00-17:00"],
    ["wed-wed,wed 09:00-17:00", "wed 09:00-17:00"],
    [
      "pon-śr 09:00-17:00; czw.,pt 09:00-15:00; sob-nd 10:00-12:00",
      "mon-wed 09:00-17:00; thu,fri 09:00-15:00; sat,sun 10:00-12:00",
    ],
    ["Poniedziałek-PIĄTEK 09:00-15:00", "mon-fri 09:00-15:00"],
    ["środa,czwartek,sobota,niedziela,wtorek 08:00-09:00", "tue-thu,sat,sun 08:00-09:00"],
    ["s\u0301r 08:00-09:00", "wed 08:00-09:00"],
  ])("reads %j as %j", (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  it.each([
    ["mon-fri 09:00-17:00; Lundi 09:00-17:00", 'unknown day name "lundi"; allowed: mon, tue, wed'],
    ["mon- 09:00-17:00", "is not days followed by hours"],
    [",mon 09:00-17:00", 'unknown day name ""'],
    ["mon-tue-wed 09:00-17:00", '"mon-tue-wed" is not a range of days'],
    ["09:00-17:00", "is not days followed by hours"],
    ["mon-fri", "is not days followed by hours"],
    [";", "is not days followed by hours"],
    ["mon wed 09:00-17:00", "is not days followed by hours"],
    ["mon 9-17", '"9-17" is not a range of hours'],
    ["mon 09:00-12:75", "an hour has no minute 75"],
    ["mon 09:00-25:00", "a time out of range"],
    ["mon 09:00-09:00", "starts and ends at the same minute"],
    ["mon 22:00-06:00", "enter a block over midnight as two; allowed: 22:00-24:00 and, on the next day, 00:00-06:00"],
    ["mon 22:00-00:00", "allowed: 22:00-24:00"],
    ["mon-fri 09:00-17:00; fri 09:00-15:00", '"fri 09:00-17:00 and 09:00-15:00": blocks of one day overlap'],
  ])("refuses %j", (text, reason) => {
    expect(parsed(text)).toContain("--window ");
    expect(parsed(text)).toContain(reason);
  });
});

describe("windowsText", () => {
  it("is read back as the same blocks", () => {
    const block = fc
      .tuple(fc.subarray([...WEEKDAYS], { minLength: 1 }), fc.nat(1_439), fc.integer({ min: 1, max: 1_440 }))
      .filter(([, fromMinute, toMinute]) => fromMinute < toMinute)
      .map(([days, fromMinute, toMinute]) => ({ days, fromMinute, toMinute }));
    const blocks = fc.array(block, { maxLength: 4 }).filter((list) => checkBlocks(list) === undefined);
    fc.assert(
      fc.property(blocks, (list) => {
        expect(parsed(windowsText(list))).toEqual(list);
      }),
    );
  });
});
