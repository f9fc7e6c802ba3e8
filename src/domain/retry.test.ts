import { describe, expect, it } from "vitest";
import { HOUR_MS, MINUTE_MS } from "./instant.ts";
import { type FailedOutcome, mailboxRestUntil, nextTry } from "./retry.ts";

const NOW = 1_762_329_600_000;

function waits(outcome: FailedOutcome, attempts: number): (number | string)[] {
  return Array.from({ length: attempts }, (_, index) => {
    const next = nextTry(outcome, index + 1, NOW);
    return next.kind === "retry" ? (next.at - NOW) / MINUTE_MS : next.kind;
  });
}

describe("a lead", () => {
  it("is tried again after 1, 5 and 15 minutes and given up after its fourth attempt", () => {
    expect(waits("recipient-temporary", 5)).toEqual([1, 5, 15, "give-up", "give-up"]);
  });

  it("is given up to four hours by a greylisting server", () => {
    expect(waits("greylisted", 6)).toEqual([10, 30, 60, 120, 240, "give-up"]);
  });

  it("is given up at once when the refusal is permanent", () => {
    expect(waits("recipient-permanent", 1)).toEqual(["give-up"]);
    expect(waits("unknown-user", 1)).toEqual(["give-up"]);
  });

  it("follows the delays of the settings", () => {
    const delays = { retryMs: [HOUR_MS], greylistMs: [] };
    expect(nextTry("recipient-temporary", 1, NOW, delays)).toEqual({ kind: "retry", at: NOW + HOUR_MS });
    expect(nextTry("greylisted", 1, NOW, delays)).toEqual({ kind: "give-up" });
  });

  it("cannot have failed before its first attempt", () => {
    expect(() => nextTry("recipient-temporary", 0, NOW)).toThrow(RangeError);
  });
});

describe("a mailbox", () => {
  it("rests 1, 5 and then 15 minutes for as long as its trouble lasts", () => {
    const restsMs = [1, 2, 3, 4, 100].map((troubles) => mailboxRestUntil(troubles, NOW) - NOW);
    expect(restsMs).toEqual([1, 5, 15, 15, 15].map((minutes) => minutes * MINUTE_MS));
  });

  it("does not rest before its first trouble", () => {
    expect(() => mailboxRestUntil(0, NOW)).toThrow(RangeError);
  });
});
