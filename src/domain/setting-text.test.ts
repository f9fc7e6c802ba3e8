import { describe, expect, it } from "vitest";
import { parseCampaignName, parseJitter, parseLimit, parseWhole } from "./setting-text.ts";

const valueOf = <T>(result: { ok: true; value: T } | { ok: false; error: { message: string } }): T | string =>
  result.ok ? result.value : result.error.message;

describe("a jitter", () => {
  it.each([
    ["0.2", { min: -0.2, max: 0.2 }],
    ["0", { min: 0, max: 0 }],
    ["-0,-0", { min: 0, max: 0 }],
    [" -0.1 , +0.3 ", { min: -0.1, max: 0.3 }],
    ["-0.2", "one number stands for both sides and has no sign"],
    ["-1.1,0", "a gap cannot be shorter than nothing, so no share lies below -1"],
    ["0.3,0.1", "the first number is the lower one"],
    ["11", "is more than 10 times the delay"],
    ["1,2,3", "not one or two numbers"],
    ["20%", "not one or two numbers"],
  ])("%j is %j", (text, expected) => expect(valueOf(parseJitter(text, "jitter"))).toEqual(expected));
});

describe("a whole number", () => {
  it.each([
    ["1", 1],
    [" 007 ", 7],
    ["10", 10],
    ["11", "is out of range"],
    ["-1", "is out of range"],
    ["1.0", "is not a whole number"],
    ["1e1", "is not a whole number"],
    ["", "is not a whole number"],
  ])("%j from 1 to 10 is %j", (text, expected) => expect(valueOf(parseWhole(text, "count", { min: 1, max: 10 }))).toBe(expected));
});

describe("a limit", () => {
  it("is a number from 1, or none", () => {
    expect(valueOf(parseLimit("50", "limit"))).toBe(50);
    expect(valueOf(parseLimit(" None ", "limit"))).toBe("none");
    expect(parseLimit("0", "limit")).toMatchObject({ error: { allowed: "a whole number from 1 to 1000000, or none" } });
  });
});

describe("a campaign's name", () => {
  it("is one line of up to 120 characters, without the blanks around it", () => {
    expect(valueOf(parseCampaignName("  spring 2026 ", "name"))).toBe("spring 2026");
    expect(valueOf(parseCampaignName(" ", "name"))).toBe("is empty");
    expect(valueOf(parseCampaignName("x".repeat(121), "name"))).toBe("has 121 characters");
    expect(valueOf(parseCampaignName("a\nb", "name"))).toBe("contains a line break or control character");
  });
});
