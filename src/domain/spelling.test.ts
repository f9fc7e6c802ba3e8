import { describe, expect, it } from "vitest";
import { letterDifference, nearestWord } from "./spelling.ts";

describe("nearestWord", () => {
  it.each([
    ["dely", "delay"],
    ["DAILYLIMIT", "dailyLimit"],
    ["windos", "windows"],
    ["dealy", "delay"],
    ["limit", undefined],
    ["", undefined],
    ["d".repeat(61), undefined],
  ])("takes %j for %j", (word, meant) => {
    expect(nearestWord(word, ["delay", "windows", "dailyLimit", "d".repeat(62)])).toBe(meant);
  });
});

describe("letterDifference", () => {
  it("is the share of letters to change, from none to all", () => {
    expect(letterDifference("warsaw", "warsaw")).toBe(0);
    expect(letterDifference("warsaw", "varsaw")).toBeCloseTo(1 / 6);
    expect(letterDifference("smpt", "smtp")).toBe(1 / 4);
    expect(letterDifference("abc", "")).toBe(1);
    expect(letterDifference("", "")).toBe(0);
  });
});
