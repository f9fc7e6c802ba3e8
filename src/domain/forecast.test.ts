import { describe, expect, it } from "vitest";
import { at, facts, mailbox } from "../../test/builders.ts";
import type { CampaignFacts } from "./campaign.ts";
import { forecast } from "./forecast.ts";
import { DAY_MS, HOUR_MS } from "./instant.ts";
import { plan, type StoredSlot } from "./plan.ts";

const start = at("2025-11-05T09:00");
const hours = [{ days: ["mon", "tue", "wed", "thu", "fri"], fromMinute: 540, toMinute: 900 }] as const;
const windows = hours.map((block) => ({ ...block, days: [...block.days] }));

describe("forecast", () => {
  it("is the plan of all open leads, added up by day and mailbox", () => {
    const boxes = [mailbox({ id: 1, perDayMax: 50 }), mailbox({ id: 2, address: "jan@acme.test", perDayMax: 50 })];
    const campaign = facts({ windows }, boxes);
    const { slots } = plan(
      campaign,
      Array.from({ length: 250 }, (_, id) => ({ id })),
      start,
    );
    const result = forecast(campaign, [], 250, start);
    expect(result).toMatchObject({ mails: 250, firstAt: start, lastAt: slots.at(-1)?.at, unplanned: 0 });
    expect(result.days.map(({ day, mails }) => [day, mails])).toEqual([
      ["2025-11-05", 100],
      ["2025-11-06", 100],
      ["2025-11-07", 50],
    ]);
    expect(result.days[0]?.mailboxes).toEqual(
      new Map([
        [1, 50],
        [2, 50],
      ]),
    );
  });

  it("says what ends each day, however the next one begins", () => {
    const ends = (campaign: CampaignFacts, stored: readonly StoredSlot[] = []) =>
      forecast(campaign, stored, 250, start).days.map(({ endedBy }) => endedBy?.gate);
    const box = mailbox({ perDayMax: 100 });
    expect(ends(facts({ windows }))).toEqual(["hours", undefined]);
    expect(ends(facts({ windows }, [box]))).toEqual(["mailboxes", "mailboxes", undefined]);
    expect(ends(facts({ windows, perDayMax: 90 }, [box]))).toEqual(["campaign-limit", "campaign-limit", undefined]);
    const tomorrow = [{ scheduledAt: start }, { scheduledAt: start + DAY_MS }];
    expect(ends(facts({ windows, perDayMax: 1 }), tomorrow).slice(0, 2)).toEqual(["campaign-limit", "campaign-limit"]);
    const night = facts({ delayMs: 8 * HOUR_MS, jitter: { min: 0, max: 0 } });
    expect(new Set(ends(night))).toEqual(new Set([undefined]));
  });

  it("keeps the stored slots of a running campaign and lays those of a paused one anew", () => {
    const stored = [{ scheduledAt: start + 50_000 }, { scheduledAt: start + 150_000 }];
    const running = forecast(facts(), stored, 1, start);
    expect([running.firstAt, running.mails]).toEqual([start + 50_000, 3]);
    expect(forecast(facts({ status: "PAUSED" }), stored, 1, start).firstAt).toBe(start);
  });

  it("says what keeps mails from ever getting a slot", () => {
    const stuck = forecast(facts({}, [mailbox({ active: false })]), [], 7, start);
    expect(stuck).toMatchObject({ mails: 0, unplanned: 7, days: [], stopped: { gate: "mailboxes" } });
  });
});
