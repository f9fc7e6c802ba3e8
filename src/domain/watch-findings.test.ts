import { describe, expect, it } from "vitest";
import { facts, mailbox } from "../../test/builders.ts";
import { HOUR_MS, MINUTE_MS } from "./instant.ts";
import { watchFindings, type WatchFacts, type WatchFindingKind, watchState } from "./watch-findings.ts";

const CUT_OVER = Date.parse("2026-03-02T09:00:00Z");
const NONE = { count: 0, examples: [] };
const ONE = { count: 1, examples: ["a@example.test"] };

function watched(changes: Partial<WatchFacts> = {}): WatchFacts {
  return {
    campaign: facts({ lastStartAt: CUT_OVER }),
    cutOverAt: CUT_OVER,
    watchUntil: CUT_OVER + 24 * HOUR_MS,
    mailedThere: NONE,
    mailedByBoth: NONE,
    mailedHere: [],
    hoursSince: 0,
    paceSince: 0,
    days: [],
    openLeads: 10,
    failed: NONE,
    unconfirmed: NONE,
    ...changes,
  };
}

const found = (changes: Partial<WatchFacts>, after = MINUTE_MS): WatchFindingKind[] =>
  watchFindings(watched(changes), CUT_OVER + after).map(({ kind }) => kind);

describe("the watch of a cut-over", () => {
  it("finds nothing where all is as it should be", () => {
    expect(found({})).toEqual([]);
  });

  it("finds what the older sender went on to mail, and leads whom both have mailed", () => {
    expect(found({ mailedThere: ONE, mailedByBoth: ONE })).toEqual(["older-sender-mailed", "mailed-by-both"]);
  });

  it("finds a first mail that followed the older sender's last one too closely", () => {
    const mailedHere = [{ address: "a@example.test", at: CUT_OVER + 10_000 }];
    expect(found({ mailedHere, lastThereAt: CUT_OVER - 61_000 })).toEqual(["gap-too-short"]);
    expect(found({ mailedHere, lastThereAt: CUT_OVER - 62_000 })).toEqual([]);
    expect(found({ mailedHere, lastThereAt: CUT_OVER, paceSince: CUT_OVER + 10_000 })).toEqual([]);
  });

  it("finds mails outside of the hours, as far back as those are what they are", () => {
    const office = [{ days: ["mon"], fromMinute: 0, toMinute: 60 }] as const;
    const campaign = { ...facts({ lastStartAt: CUT_OVER }), calendar: { ...facts().calendar, blocks: office } };
    const mailedHere = [{ address: "a@example.test", at: CUT_OVER + 1 }];
    expect(found({ campaign, mailedHere })).toEqual(["outside-hours"]);
    expect(found({ campaign, mailedHere, hoursSince: CUT_OVER + 1 })).toEqual([]);
  });

  it("finds a limit that was passed, not one that was reached", () => {
    const day = { of: "anna@acme.test", day: "2026-03-02", max: 50 };
    expect(found({ days: [{ ...day, used: 51 }] })).toEqual(["over-limit"]);
    expect(found({ days: [{ ...day, used: 50 }] })).toEqual([]);
  });

  it("finds a standstill only where nothing holds the campaign back", () => {
    expect(found({}, HOUR_MS)).toEqual(["standstill"]);
    expect(found({ openLeads: 0 }, HOUR_MS)).toEqual([]);
    expect(found({ campaign: facts({ status: "PAUSED" }) }, HOUR_MS)).toEqual([]);
    expect(found({ campaign: facts({}, [mailbox({ active: false })]) }, HOUR_MS)).toEqual([]);
  });

  it("finds that it cannot see the older sender any more", () => {
    expect(found({ sourceProblem: "there is no such file" })).toEqual(["source-unreadable"]);
  });

  it("finds unconfirmed mails, and tells of failures without an alarm", () => {
    const findings = watchFindings(watched({ unconfirmed: ONE, failed: ONE }), CUT_OVER);
    expect(findings.map(({ kind, severity }) => `${kind} ${severity}`)).toEqual(["unconfirmed alarm", "failures notice"]);
  });

  it("passes at its end when nothing alarms", () => {
    const [notice] = watchFindings(watched({ failed: ONE }), CUT_OVER);
    const findings = notice === undefined ? [] : [notice];
    const until = CUT_OVER + 24 * HOUR_MS;
    expect(watchState(until, findings, until - 1)).toBe("running");
    expect(watchState(until, findings, until)).toBe("passed");
    expect(watchState(until, watchFindings(watched({ mailedThere: ONE }), CUT_OVER), until)).toBe("alarmed");
    expect(watchState(undefined, [], until)).toBe("none");
  });
});
