import { describe, expect, it } from "vitest";
import { checkBlocks } from "../domain/window.ts";
import type { CampaignRow, StoredValue } from "./old-rows.ts";
import {
  allowedDays,
  campaignStatus,
  countryCodes,
  holidaysOf,
  idList,
  isTestSubject,
  leadStanding,
  mailWord,
  placeBar,
  rateOf,
  windowsOf,
} from "./old-vocabulary.ts";

const NOTHING = new Proxy({} as CampaignRow, { get: () => null });
const row = (changes: Partial<Record<keyof CampaignRow, StoredValue>>): CampaignRow =>
  new Proxy(changes, { get: (from, name: keyof CampaignRow) => from[name] ?? null }) as CampaignRow;
const hours = (startHour: number, endHour: number, changes: Partial<Record<keyof CampaignRow, StoredValue>> = {}) =>
  windowsOf(row({ allowedDays: "MON,TUE", startHour, startMinute: 0, endHour, endMinute: 0, ...changes }));

describe("the words of an older sender's mails", () => {
  it("say in any case that a mail has left", () => {
    expect(["sent", "SENT", " Sent ", "replied", "INTERESTED"].map(mailWord)).toEqual(Array(5).fill("sent"));
    expect(["queued", "error", "pending", "planned"].map(mailWord)).toEqual(Array(4).fill("not-sent"));
    expect(mailWord("sending")).toBe("under-way");
    expect([null, "", "teleported"].map(mailWord)).toEqual(Array(3).fill("unknown"));
  });

  it("bar a place by a status that is not known here, and by none that waits", () => {
    expect(["planned", "queued", "failed", "sending", null].map(placeBar)).toEqual(Array(5).fill(undefined));
    expect(placeBar("unsubscribed")).toBe("its status in the older sender is unsubscribed");
  });

  it("know a test by its subject", () => {
    expect(["[TEST] Praca", "[test A] Praca", "  [TEST]"].every(isTestSubject)).toBe(true);
    expect(["Praca [TEST]", null].some(isTestSubject)).toBe(false);
  });
});

describe("a lead's standing", () => {
  const standing = (changes: Partial<Record<"status" | "subStatus" | "isBlocked" | "blockedReason", StoredValue>>) =>
    leadStanding({ status: "AKTYWNY", subStatus: null, isBlocked: 0, blockedReason: null, ...changes });

  it.each([
    { status: "BLOCKED" },
    { status: "BLOKADA" },
    { isBlocked: 1 },
    { isBlocked: "true" },
    { blockedReason: "asked" },
    { subStatus: "BLOKADA_REZYGNACJA" },
    { status: "TEST", isBlocked: 1 },
    { status: "CZEKAJ", subStatus: "BLOKADA_X" },
  ])("is blocked by %j alone", (changes) => {
    expect(standing(changes).standing).toBe("BLOCKED");
  });

  it.each([
    [{}, "ACTIVE"],
    [{ status: "ZAINTERESOWANY" }, "ACTIVE"],
    [{ status: "NO_GREETING" }, "ACTIVE"],
    [{ status: null, isBlocked: "false" }, "ACTIVE"],
    [{ status: "CZEKAJ" }, "ON_HOLD"],
    [{ subStatus: "CZEKAJ_URLOP" }, "ON_HOLD"],
    [{ status: "TEST" }, "TEST"],
  ] as const)("of %j is %s", (changes, expected) => {
    expect(standing(changes).standing).toBe(expected);
  });

  it("is on hold under a status that is not known, which is told", () => {
    expect(standing({ status: "ARCHIWUM" })).toMatchObject({ standing: "ON_HOLD", unknown: "ARCHIWUM" });
  });

  it("keeps the reason in that database's words", () => {
    expect(standing({ isBlocked: 1, blockedReason: "asked" }).reason).toBe("isBlocked: asked");
  });
});

describe("a campaign's days and hours", () => {
  it.each([
    ["MON,TUE,FRI", ["mon", "tue", "fri"]],
    ["pn,wt,śr,cz,pt,sob,niedz", ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]],
    ["sr; SO; nd", ["wed", "sat", "sun"]],
    ["PON,ŚRO,CZW,PIĄ,NIE", ["mon", "wed", "thu", "fri", "sun"]],
    ['["Monday","środa"]', ["mon", "wed"]],
  ])("are read from %j", (text, days) => {
    expect(allowedDays(text)).toEqual({ value: days, questions: [] });
  });

  it("are a question, and never none, when they are not understood", () => {
    expect(allowedDays("MON,blursday")).toEqual({
      value: ["mon"],
      questions: ['Of its allowed days, "blursday" is not understood; only mon are taken.'],
    });
    for (const text of ["1,2,3", "", null]) {
      expect(allowedDays(text).value).toEqual(["mon", "tue", "wed", "thu", "fri"]);
      expect(allowedDays(text).questions).toHaveLength(1);
    }
  });

  it("begin at hour 0, and end at midnight", () => {
    expect(hours(0, 6)).toEqual({ value: [{ days: ["mon", "tue"], fromMinute: 0, toMinute: 360 }], questions: [] });
    expect(hours(9, 0).value).toEqual([{ days: ["mon", "tue"], fromMinute: 540, toMinute: 1_440 }]);
    expect(hours(9, 24).value).toEqual([{ days: ["mon", "tue"], fromMinute: 540, toMinute: 1_440 }]);
  });

  it("become two blocks and a question over midnight", () => {
    const { value, questions } = hours(22, 6);
    expect(value).toEqual([
      { days: ["mon", "tue"], fromMinute: 1_320, toMinute: 1_440 },
      { days: ["tue", "wed"], fromMinute: 0, toMinute: 360 },
    ]);
    expect(questions).toHaveLength(1);
    expect(hours(22, 6, { allowedDays: "SUN" }).value[1]?.days).toEqual(["mon"]);
  });

  it("are a question when they begin where they end, are missing, or are no hours", () => {
    for (const judged of [
      hours(9, 9),
      hours(0, 0),
      windowsOf(NOTHING),
      hours(25, 3),
      hours(-1, 3),
      hours(9, 15, { endMinute: 75 }),
    ]) {
      expect(judged.value).toMatchObject([{ fromMinute: 540, toMinute: 1_020 }]);
      expect(judged.questions.length).toBeGreaterThan(0);
    }
  });

  it("are always such as a campaign here may have", () => {
    for (let start = -1; start <= 25; start += 1)
      for (let end = -1; end <= 25; end += 1)
        for (const days of ["MON", "sob,nd", "mon,tue,wed,thu,fri,sat,sun", "?"])
          expect(checkBlocks(hours(start, end, { allowedDays: days }).value)).toBeUndefined();
  });
});

describe("a campaign's rate", () => {
  const DAY = [{ days: ["mon"], fromMinute: 540, toMinute: 900 }] as const;

  it("is what it says, or 90 s and 500 a day", () => {
    expect(rateOf(NOTHING, DAY)).toEqual({ value: { delayMs: 90_000, perDayMax: 500 }, questions: [] });
    expect(rateOf(row({ delayBetweenEmails: 30, maxEmailsPerDay: "40" }), DAY).value).toEqual({ delayMs: 30_000, perDayMax: 40 });
  });

  it("keeps an hourly limit by a delay and by what its longest day has hours for", () => {
    expect(rateOf(row({ maxEmailsPerHour: 30 }), DAY).value).toEqual({ delayMs: 120_000, perDayMax: 180 });
    expect(rateOf(row({ maxEmailsPerHour: 30, delayBetweenEmails: 300, maxEmailsPerDay: 50 }), DAY).value).toEqual({
      delayMs: 300_000,
      perDayMax: 50,
    });
  });

  it("is a question where it is none", () => {
    for (const value of [0, -1, "fast", 1e9]) expect(rateOf(row({ delayBetweenEmails: value }), DAY).questions).toHaveLength(1);
  });
});

describe("other words", () => {
  it("pause what runs, and make drafts of what was to start", () => {
    const statuses = ["DRAFT", "SCHEDULED", "IN_PROGRESS", "SENDING", "PAUSED", "COMPLETED", "CANCELLED"].map(
      (value) => campaignStatus(value).status,
    );
    expect(statuses).toEqual(["DRAFT", "DRAFT", "PAUSED", "PAUSED", "PAUSED", "COMPLETED", "CANCELLED"]);
    expect(campaignStatus("ARCHIVED")).toMatchObject({ status: "PAUSED", question: expect.stringContaining("ARCHIVED") });
  });

  it("name countries by code or name", () => {
    expect(countryCodes("PL, de;Wielka Brytania,Polska")).toEqual(["PL", "DE", "GB"]);
    const known = new Set(["PL", "DE"]);
    expect(holidaysOf(row({ targetCountries: "DE,Atlantis", respectHolidays: 1 }), ["PL"], known)).toMatchObject({
      value: ["DE"],
      questions: [expect.stringContaining("ATLANTIS")],
    });
    expect(holidaysOf(row({ respectHolidays: 1 }), ["PL"], known).value).toEqual(["PL"]);
    expect(holidaysOf(row({ targetCountries: "DE", respectHolidays: 0 }), ["PL"], known).value).toEqual([]);
  });

  it("list ids as JSON, with or without brackets", () => {
    expect(['[3,"7"]', "3", "3,7", "", null].map(idList)).toEqual([["3", "7"], ["3"], ["3", "7"], [], []]);
    expect(idList('{"a":1}')).toBeUndefined();
    expect(idList("[3,")).toBeUndefined();
  });
});
