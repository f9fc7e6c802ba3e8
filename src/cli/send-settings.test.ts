import { describe, expect, it } from "vitest";
import { CAMPAIGN_DEFAULTS } from "../domain/campaign.ts";
import type { Problem } from "../domain/result.ts";
import { changedSettings, readSettings, type SettingOptions } from "./send-settings.ts";

async function read(options: SettingOptions) {
  const problems: Problem[] = [];
  return { changes: await readSettings(options, problems), problems };
}

async function settingsOf(options: SettingOptions, before?: Parameters<typeof changedSettings>[0]) {
  const { changes, problems } = await read(options);
  expect(problems).toEqual([]);
  const settings = changedSettings(before, changes);
  if (!settings.ok) throw new Error(settings.error.message);
  return settings.value;
}

describe("settings of a new campaign", () => {
  it("are the product's defaults when nothing is said", async () => {
    expect(await settingsOf({})).toEqual(CAMPAIGN_DEFAULTS);
  });

  it("have no daily limit without a pace, unless one is given", async () => {
    expect((await settingsOf({ delay: "0s" })).perDayMax).toBeUndefined();
    expect((await settingsOf({ delay: "0s", dailyLimit: "9" })).perDayMax).toBe(9);
    expect((await settingsOf({ dailyLimit: "None" })).perDayMax).toBeUndefined();
  });

  it.each([
    ["0.2", { min: -0.2, max: 0.2 }],
    ["0", { min: 0, max: 0 }],
    ["-0.1,0.3", { min: -0.1, max: 0.3 }],
    ["0, 1", { min: 0, max: 1 }],
  ])("take --jitter %s", async (jitter, expected) => {
    expect((await settingsOf({ jitter })).jitter).toEqual(expected);
  });

  it.each(["", "20%", "a", "-0.2", "-1.5,0", "0.3,0.1", "1,2,3", "11", "NaN"])("refuse --jitter %j", async (jitter) => {
    expect((await read({ jitter })).problems.map((problem) => problem.field)).toEqual(["--jitter"]);
  });

  it("start at the wall clock of the campaign's own zone", async () => {
    const { startAt } = await settingsOf({ start: "2026-01-07T09:00", timezone: "America/New_York" });
    expect(startAt).toBe(Date.parse("2026-01-07T09:00-05:00"));
  });
});

describe("settings of a campaign that goes on", () => {
  const before = { ...CAMPAIGN_DEFAULTS, zone: "Asia/Kolkata", delayMs: 0, perDayMax: 7, startAt: 1_000, holidays: ["PL"] };

  it("stay as they are when nothing is said", async () => {
    expect(await settingsOf({}, before)).toEqual(before);
  });

  it("take a start time in the zone that the campaign has", async () => {
    expect((await settingsOf({ start: "2026-01-07T09:00" }, before)).startAt).toBe(Date.parse("2026-01-07T09:00+05:30"));
  });

  it("can be taken back", async () => {
    const { startAt, perDayMax, holidays } = await settingsOf({ start: "now", dailyLimit: "none", holidays: "none" }, before);
    expect([startAt, perDayMax, holidays]).toEqual([undefined, undefined, []]);
  });
});

it("all mistakes are told at once", async () => {
  const { problems } = await read({
    delay: "x",
    window: "x",
    timezone: "x",
    holidays: "x",
    dailyLimit: "x",
    buffer: "x",
    start: "x",
  });
  const fields = ["--timezone", "--start", "--delay", "--window", "--holidays", "--daily-limit", "--buffer"];
  expect(problems.map((problem) => problem.field)).toEqual(fields);
});
