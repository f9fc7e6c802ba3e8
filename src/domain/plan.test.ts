import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { at, facts, mailbox } from "../../test/builders.ts";
import type { CampaignFacts } from "./campaign.ts";
import { localDay } from "./days.ts";
import { chooseMailbox, closedGates, firstClosedGate } from "./gates.ts";
import { loadHolidays } from "./holidays.ts";
import { gapMs } from "./pace.ts";
import { type Candidate, nextSendInstant, plan } from "./plan.ts";
import { nextOpenInstant, type WindowBlock } from "./window.ts";

const leads = (count: number): Candidate[] => Array.from({ length: count }, (_, index) => ({ id: index + 1 }));
const weekdays: WindowBlock[] = [{ days: ["mon", "tue", "wed", "thu", "fri"], fromMinute: 540, toMinute: 900 }];
const wednesday = at("2025-11-05T09:00");

describe("plan", () => {
  it("gives the first mail now and every other the drawn gap after the one before", () => {
    const { slots } = plan(facts(), leads(5), wednesday);
    expect(slots.map((slot) => slot.at)).toEqual(
      slots.map(
        (_, index) =>
          wednesday + Array.from({ length: index }, (_, k) => gapMs(facts().campaign, 42, k + 1)).reduce((a, b) => a + b, 0),
      ),
    );
  });

  it("is the same whether it is laid at once or mail by mail", () => {
    const whole = plan(facts({ windows: weekdays, perDayMax: 30 }), leads(100), wednesday).slots;
    const rest = plan(facts({ windows: weekdays, perDayMax: 30 }), leads(100).slice(0, 50), wednesday).slots;
    expect(whole.slice(0, 50)).toEqual(rest);
  });

  it("moves what is late to the next open instant, in order and with its gaps, not everything to nine o'clock", async () => {
    const holidays = await loadHolidays(["PL"]);
    const base = facts({ windows: weekdays });
    const polish: CampaignFacts = { ...base, calendar: { ...base.calendar, holidays } };
    const { slots } = plan(polish, leads(3), at("2025-11-10T15:00"));
    expect(slots[0]?.at).toBe(at("2025-11-12T09:00"));
    expect(slots[0]?.after).toMatchObject({ gate: "hours" });
    expect((slots[1]?.at ?? 0) - (slots[0]?.at ?? 0)).toBeGreaterThanOrEqual(72_000);
  });

  it("spreads over the mailboxes by last use and goes on the next day when all are at their limit", () => {
    const boxes = [mailbox({ id: 1, perDayMax: 2 }), mailbox({ id: 2, address: "jan@acme.test", perDayMax: 1 })];
    const { slots } = plan(facts({}, boxes), leads(6), wednesday);
    expect(slots.map((slot) => slot.mailboxId)).toEqual([1, 2, 1, 2, 1, 1]);
    const days = slots.map((slot) => localDay("Europe/Warsaw", slot.at).day);
    expect(days).toEqual(["2025-11-05", "2025-11-05", "2025-11-05", "2025-11-06", "2025-11-06", "2025-11-06"]);
    expect(slots[3]?.after).toMatchObject({ gate: "mailboxes" });
  });

  it("lets the next in order pass a retry that may not go yet, and takes the retry as soon as it may", () => {
    const retry = { id: 1, notBefore: wednesday + 150_000 };
    const { slots } = plan(facts(), [retry, { id: 2 }, { id: 3 }, { id: 4 }], wednesday);
    expect(slots.map((slot) => slot.id)).toEqual([2, 3, 1, 4]);
    expect(slots[2]?.at).toBeGreaterThanOrEqual(retry.notBefore);
  });

  it("keeps stored slots and moves only those that the gates push later", () => {
    const stored = plan(facts(), leads(3), wednesday).slots;
    const kept = stored.map((slot) => ({ id: slot.id, keepAt: slot.at }));
    expect(plan(facts(), kept, wednesday - 1_000).slots.map((slot) => slot.at)).toEqual(stored.map((slot) => slot.at));
    const late = plan(facts(), kept, wednesday + 60_000).slots;
    expect(late[0]?.at).toBe(wednesday + 60_000);
  });

  it("leaves a retry that has its slot in it, however often the plan is looked at and topped up", () => {
    const planned = plan(
      facts(),
      [{ id: 1, notBefore: wednesday + 150_000 }, ...leads(9).map(({ id }) => ({ id: id + 1 }))],
      wednesday,
    ).slots;
    const kept = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((id) => ({ id, keepAt: planned.find((slot) => slot.id === id)?.at ?? 0 }));
    const withNotBefore = kept.map((candidate) =>
      candidate.id === 1 ? { ...candidate, notBefore: wednesday + 150_000 } : candidate,
    );
    const again = plan(facts(), [...withNotBefore, { id: 11 }], wednesday).slots;
    const placed = (slots: typeof again): unknown[] => slots.map(({ id, at }) => ({ id, at }));
    expect(placed(again.slice(0, 10))).toEqual(placed(planned));
    expect(again[10]?.id).toBe(11);
  });

  it("lets a more urgent newcomer go before those that have their slots", () => {
    const planned = plan(
      facts(),
      leads(3).map(({ id }) => ({ id: id + 1 })),
      wednesday,
    ).slots;
    const kept = planned.map((slot) => ({ id: slot.id, keepAt: slot.at }));
    expect(plan(facts(), [{ id: 1 }, ...kept], wednesday).slots.map((slot) => slot.id)).toEqual([1, 2, 3, 4]);
    expect(plan(facts(), [...kept, { id: 1 }], wednesday).slots.map((slot) => slot.id)).toEqual([2, 3, 4, 1]);
  });

  it("says which gate stops it when only a person can open it", () => {
    const off = plan(facts({}, [mailbox({ active: false })]), leads(2), wednesday);
    expect(off.slots).toEqual([]);
    expect(off.stopped).toMatchObject({ gate: "mailboxes", bars: [{ why: "off" }] });
    expect(plan(facts({}, []), leads(1), wednesday).stopped).toMatchObject({ gate: "mailboxes", bars: [] });
    expect(plan(facts({ perDayMax: 0 }), leads(1), wednesday).stopped).toMatchObject({ gate: "campaign-limit" });
  });

  it("waits for the start time and rests after every n-th mail of the day", () => {
    const startAt = wednesday + 3_600_000;
    const { slots } = plan(facts({ startAt, longPause: { everyMails: 3, fromMs: 600_000, toMs: 600_000 } }), leads(7), wednesday);
    expect(slots[0]?.at).toBe(startAt);
    const pauses = slots.slice(1).map((slot, index) => slot.at - (slots[index]?.at ?? 0) === 600_000);
    expect(pauses).toEqual([false, false, true, false, false, true]);
  });

  it("puts every slot where all gates are open, over all clock changes, with no limit exceeded and no gap too short", () => {
    const zones = fc.constantFrom(
      "Europe/Warsaw",
      "Europe/London",
      "America/New_York",
      "America/Santiago",
      "Asia/Kolkata",
      "Asia/Beirut",
      "Australia/Lord_Howe",
    );
    const start = fc.integer({ min: Date.parse("2025-01-01T00:00:00Z"), max: Date.parse("2027-12-01T00:00:00Z") });
    const block = fc
      .tuple(fc.nat(1_380), fc.integer({ min: 30, max: 600 }))
      .map(([from, length]) => ({ days: weekdays[0]?.days ?? [], fromMinute: from, toMinute: Math.min(1_440, from + length) }));
    fc.assert(
      fc.property(
        zones,
        start,
        block,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 9 }),
        (zone, now, window, perDayMax, mailboxMax) => {
          const boxes = [
            mailbox({ id: 1, zone, perDayMax: mailboxMax }),
            mailbox({ id: 2, address: "jan@acme.test", perDayMax: mailboxMax }),
          ];
          const planned = facts({ zone, windows: [window], perDayMax, delayMs: 1_200_000 }, boxes);
          const { slots } = plan(planned, leads(40), now);
          expect(slots).toHaveLength(40);
          const perDay = new Map<string, number>();
          for (const [index, slot] of slots.entries()) {
            expect(nextOpenInstant(planned.calendar, slot.at)).toBe(slot.at);
            if (index > 0) expect(slot.at - (slots[index - 1]?.at ?? 0)).toBeGreaterThanOrEqual(960_000);
            const boxZone = slot.mailboxId === 1 ? zone : "Europe/Warsaw";
            for (const key of [`campaign ${localDay(zone, slot.at).day}`, `${slot.mailboxId} ${localDay(boxZone, slot.at).day}`])
              perDay.set(key, (perDay.get(key) ?? 0) + 1);
          }
          for (const [key, count] of perDay)
            expect(count).toBeLessThanOrEqual(key.startsWith("campaign") ? perDayMax : mailboxMax);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("gates", () => {
  it("name the first closed one in the engine's order and list them all", () => {
    const closed = facts(
      { status: "PAUSED", startAt: wednesday + 1, windows: [{ days: ["sun"], fromMinute: 0, toMinute: 60 }] },
      [],
    );
    expect(firstClosedGate(closed, wednesday)?.gate).toBe("status");
    expect(closedGates(closed, wednesday).map((gate) => gate.gate)).toEqual(["status", "start-time", "hours", "mailboxes"]);
  });

  it("close a mailbox that is off, broken, at its limit, resting, too soon, or in a conversation", () => {
    const day = "2025-11-05";
    const barOf = (changes: Parameters<typeof mailbox>[0]): unknown => {
      const gate = firstClosedGate(facts({}, [mailbox(changes)]), wednesday);
      return gate?.gate === "mailboxes" ? gate.bars[0]?.why : gate;
    };
    expect(barOf({ active: false })).toBe("off");
    expect(barOf({ attention: "535 bad password" })).toBe("attention");
    expect(barOf({ perDayMax: 50, usage: { day, used: 50 } })).toBe("limit");
    expect(barOf({ perDayMax: 50, usage: { day: "2025-11-04", used: 50 } })).toBeUndefined();
    expect(barOf({ restingUntil: wednesday + 1 })).toBe("resting");
    expect(barOf({ lastUsedAt: wednesday - 10, minGapMs: 11 })).toBe("min-gap");
    expect(barOf({ sessionsBusy: 1 })).toBe("busy");
    expect(barOf({})).toBeUndefined();
  });

  it("choose the least recently used mailbox, and the lead's own before it", () => {
    const boxes = [
      mailbox({ id: 1, lastUsedAt: 5 }),
      mailbox({ id: 2, lastUsedAt: 3 }),
      mailbox({ id: 3, lastUsedAt: 3, active: false }),
    ];
    expect(chooseMailbox(boxes, wednesday)?.id).toBe(2);
    expect(chooseMailbox(boxes, wednesday, 1)?.id).toBe(1);
    expect(chooseMailbox(boxes, wednesday, 3)?.id).toBe(2);
  });

  it("give the next instant at which all are open", () => {
    expect(nextSendInstant(facts({ windows: weekdays }), at("2025-11-07T16:00"))).toBe(at("2025-11-10T09:00"));
    expect(nextSendInstant(facts({}, [mailbox({ active: false })]), wednesday)).toBeUndefined();
  });
});
