import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { advance, gapMs, gapRangeMs, type Pace, paceGate } from "./pace.ts";

const pace: Pace = { delayMs: 90_000, jitter: { min: -0.2, max: 0.2 } };
const gaps = (seed: number, count: number): number[] => Array.from({ length: count }, (_, index) => gapMs(pace, seed, index + 1));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("gaps", () => {
  it("lie in the stated range for any delay, jitter, seed and number", () => {
    const jitter = fc.tuple(fc.double({ min: -1, max: 2, noNaN: true }), fc.double({ min: 0, max: 2, noNaN: true }));
    fc.assert(
      fc.property(fc.nat(1e7), jitter, fc.nat(2 ** 31), fc.nat(1e6), (delayMs, [min, width], seed, index) => {
        const any: Pace = { delayMs, jitter: { min, max: min + width } };
        const gap = gapMs(any, seed, index);
        const range = gapRangeMs(any);
        expect(Number.isInteger(gap)).toBe(true);
        if (range.min <= range.max) expect(gap >= range.min && gap <= range.max).toBe(true);
      }),
    );
  });

  it("of 200 mails at 90 s have a mean of 90 s within 3 s and stay between 72 and 108 s, for every seed", () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const drawn = gaps(seed, 200);
      expect(Math.min(...drawn)).toBeGreaterThanOrEqual(72_000);
      expect(Math.max(...drawn)).toBeLessThanOrEqual(108_000);
    }
    const means = Array.from({ length: 200 }, (_, seed) => mean(gaps(seed, 200)));
    // The mean of 200 uniform draws deviates by 0.73 s: three seconds are four deviations.
    expect(means.filter((value) => Math.abs(value - 90_000) > 3_000)).toEqual([]);
  });

  it("prefer no second and land on no grid", () => {
    const drawn = gaps(7, 36_000);
    const perSecond = new Map<number, number>();
    for (const gap of drawn) perSecond.set(Math.floor(gap / 1_000), (perSecond.get(Math.floor(gap / 1_000)) ?? 0) + 1);
    // 36 seconds with 1,000 draws each; six standard deviations.
    for (let second = 72; second < 108; second += 1) expect(Math.abs((perSecond.get(second) ?? 0) - 1_000)).toBeLessThan(190);
    expect(drawn.filter((gap) => gap % 1_000 === 0).length).toBeLessThan(80);
  });

  it("do not follow from each other", () => {
    const drawn = gaps(3, 20_000).map((gap) => (gap - 90_000) / 18_000);
    const correlation = mean(drawn.slice(1).map((value, index) => value * (drawn[index] ?? 0)));
    expect(Math.abs(correlation)).toBeLessThan(0.02);
  });

  it("are none when unpaced", () => {
    expect(gapMs({ delayMs: 0, jitter: { min: -0.2, max: 0.2 } }, 1, 5)).toBe(0);
  });
});

describe("the pace gate", () => {
  const started = { seed: 42, paceIndex: 10, dayStartIndex: 0, lastStartAt: 1_000_000 };

  it("opens at once before the first mail and when unpaced", () => {
    expect(paceGate(pace, { seed: 42, paceIndex: 0, dayStartIndex: 0 })).toBeUndefined();
    expect(paceGate({ ...pace, delayMs: 0 }, started)).toBeUndefined();
  });

  it("opens the drawn gap after the last start, the same after a restart", () => {
    expect(paceGate(pace, started)).toEqual({
      at: 1_000_000 + gapMs(pace, 42, 10),
      gapMs: gapMs(pace, 42, 10),
      longPause: false,
    });
    expect(paceGate(pace, { ...started })).toEqual(paceGate(pace, started));
  });

  it("applies a changed delay to the gap that is running", () => {
    const gate = paceGate({ ...pace, delayMs: 180_000 }, started);
    expect(gate?.gapMs).toBeGreaterThanOrEqual(144_000);
    expect(gate?.gapMs).toBeLessThanOrEqual(216_000);
  });

  it("holds the long pause after every n-th mail of the day and at no other", () => {
    const resting: Pace = { ...pace, longPause: { everyMails: 10, fromMs: 600_000, toMs: 900_000 } };
    const pauses = Array.from({ length: 50 }, (_, mails) => paceGate(resting, { ...started, paceIndex: mails + 1 })?.longPause);
    expect(pauses.filter(Boolean)).toHaveLength(5);
    expect(pauses[9]).toBe(true);
    expect(paceGate(resting, { ...started, paceIndex: 17, dayStartIndex: 7 })?.longPause).toBe(true);
    const gap = paceGate(resting, started)?.gapMs ?? 0;
    expect(gap >= 600_000 && gap <= 900_000).toBe(true);
  });

  it("counts the mails of a day from its first start", () => {
    const first = advance({ seed: 1, paceIndex: 30, dayStartIndex: 20, lastStartAt: 5 }, 100, true);
    expect(first).toEqual({ seed: 1, paceIndex: 31, dayStartIndex: 30, lastStartAt: 100 });
    expect(advance(first, 200, false)).toEqual({ seed: 1, paceIndex: 32, dayStartIndex: 30, lastStartAt: 200 });
  });
});
