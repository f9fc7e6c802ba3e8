import { describe, expect, it } from "vitest";
import { testIo } from "../../test/cli-io.ts";
import type { LoggedTry, StateCounts } from "../storage/reports.ts";
import type { Snapshot } from "./follow.ts";
import { progressView } from "./progress.ts";

const AT = Date.parse("2026-01-07T08:00:00Z");
const NONE: StateCounts = { waiting: 0, planned: 0, sending: 0, retrying: 0, sent: 0, failed: 0, skipped: 0, unconfirmed: 0 };

function aTry(changes: Partial<LoggedTry>): LoggedTry {
  const common = { id: 1, lead: "ewa@example.test", mailbox: "anna@acme.test", attempt: 1, at: AT, handedOverAt: AT };
  return { ...common, state: "sent", outcome: "sent", reply: "250 OK", nextTryAt: null, ...changes };
}

function snapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    campaignId: 1,
    at: AT,
    zone: "Europe/Warsaw",
    status: "IN_PROGRESS",
    leads: 4,
    counts: { ...NONE, sent: 1, planned: 3 },
    ...changes,
  };
}

const options = { zone: "Europe/Warsaw", json: false, onlyTrouble: false };

describe("plain progress", () => {
  it("has a line per mail with the campaign's local time and the gap to the mail before", () => {
    const io = testIo();
    const view = progressView(io, options);
    view.tries([aTry({}), aTry({ id: 2, lead: "jan@example.test", handedOverAt: AT + 92_340 })]);
    const [first, second] = io.out.split("\n");
    expect(first).toMatch(/^09:00:00 +sent +ewa@example.test +from anna@acme.test$/);
    expect(second).toMatch(/^09:01:32 +sent +jan@example.test +from anna@acme.test {2}\+92.34 s$/);
  });

  it.each<[Partial<LoggedTry>, RegExp]>([
    [{ state: "rejected", outcome: "recipient-permanent", reply: "550 no such user" }, /failed .* 550 no such user$/],
    [
      { state: "rejected", outcome: "greylisted", reply: "451 later", nextTryAt: AT + 60_000 },
      /tries again .* again at 09:01:00: 451 later$/,
    ],
    [{ state: "rejected", outcome: "mailbox-trouble", reply: "421 busy", handedOverAt: null }, /mailbox rests .* 421 busy$/],
    [{ state: "rejected", outcome: "mailbox-broken", reply: "535 wrong password" }, /mailbox off .* 535 wrong password$/],
    [{ state: "rejected", outcome: "withheld", reply: null }, /held back +ewa@example.test/],
    [{ state: "unconfirmed", outcome: "unknown", reply: null }, /unconfirmed +ewa@example.test/],
  ])("says what became of a try: %j", (changes, line) => {
    const io = testIo();
    progressView(io, options).tries([aTry(changes)]);
    expect(io.out.trimEnd()).toMatch(line);
  });

  it("tells a reason for waiting once", () => {
    const io = testIo();
    const view = progressView(io, options);
    for (let look = 0; look < 3; look += 1) view.snapshot(snapshot({ waiting: "outside the allowed hours" }));
    expect(io.out).toBe("09:00:00  waiting: outside the allowed hours\n");
  });

  it("counts instead of listing where nobody could read all lines, but never hides trouble", () => {
    const io = testIo();
    const view = progressView(io, { ...options, onlyTrouble: true });
    view.tries([aTry({}), aTry({ id: 2, state: "rejected", outcome: "unknown-user", reply: "550 who?" })]);
    for (let look = 0; look < 3; look += 1) view.snapshot(snapshot());
    expect(io.out.split("\n")).toHaveLength(3);
    expect(io.out).toContain("550 who?");
    expect(io.out).toContain("1 of 4 done");
  });
});

describe("progress in a terminal", () => {
  it("draws the last line anew and leaves nothing of it behind", () => {
    const io = testIo({ answer: true, environment: { NO_COLOR: "1" } });
    const view = progressView(io, options);
    const next = { lead: "ola@example.test", mailbox: "anna@acme.test", scheduledAt: AT + 42_000, cause: "" };
    view.snapshot(snapshot({ next, counts: { ...NONE, sent: 1, failed: 1, planned: 2 } }));
    expect(io.out).toContain(" 2/4  1 failed · next in 42 s, at 09:00:42, to ola@example.test");
    view.close();
    expect(io.out.endsWith("\r\x1b[2K")).toBe(true);
  });

  it("never draws more than the width of the terminal", () => {
    const io = testIo({ answer: true, environment: { NO_COLOR: "1" } });
    progressView(io, options).snapshot(snapshot({ waiting: "a reason that goes on ".repeat(20) }));
    expect(io.out.replace("\r\x1b[2K", "").length).toBeLessThanOrEqual(io.columns);
  });

  it.each([
    [{}, true],
    [{ NO_COLOR: "1" }, false],
    [{ NO_COLOR: "" }, true],
    [{ TERM: "dumb" }, false],
  ])("with %j colours: %s", (environment, colours) => {
    const io = testIo({ answer: true, environment });
    progressView(io, options).tries([aTry({})]);
    expect(io.out.includes("\x1b[32m")).toBe(colours);
  });
});
