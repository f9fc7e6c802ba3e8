import { describe, expect, it } from "vitest";
import { at, facts, mailbox } from "../../test/builders.ts";
import type { EngineState } from "./engine-state.ts";
import { type HeadlineFacts, headline, headlineText } from "./headline.ts";

const NOW = at("2025-11-05T12:00");
const AT_WORK: EngineState = { kind: "one", host: "web-1", pid: 7, since: NOW - 7_500_000, seenAt: NOW };
const NOBODY: EngineState = { kind: "nobody" };
const NEXT = { lead: "ewa@example.test", mailbox: "anna@acme.test", scheduledAt: NOW + 90_000 };
const NOBODY_TEXT = "nobody is in charge: nothing is sent until `goniec serve` or `goniec send` runs";

const known = (changes: Partial<HeadlineFacts> = {}): HeadlineFacts => ({
  facts: facts(),
  engine: AT_WORK,
  sending: 0,
  unconfirmed: 0,
  next: NEXT,
  ...changes,
});

describe("the headline", () => {
  const cases: readonly (readonly [string, Partial<HeadlineFacts>, string])[] = [
    ["the next mail", {}, "Next: ewa@example.test at Wed 2025-11-05 12:01:30 (Europe/Warsaw) from anna@acme.test"],
    [
      "a mail that is overdue",
      { next: { ...NEXT, scheduledAt: NOW - 1_000 } },
      "Next: ewa@example.test due since Wed 2025-11-05 11:59:59 (Europe/Warsaw) from anna@acme.test",
    ],
    [
      "the next mail in the gap before it",
      { facts: facts({ lastStartAt: NOW, paceIndex: 1 }) },
      "Next: ewa@example.test at Wed 2025-11-05 12:01:30 (Europe/Warsaw) from anna@acme.test",
    ],
    ["that the last mail is on its way", { next: undefined, sending: 1 }, "waiting for the server's answer"],
    ["that nobody sends", { engine: NOBODY }, NOBODY_TEXT],
    [
      "the closed gate, also when nobody sends",
      { engine: NOBODY, facts: facts({}, [mailbox({ active: false })]) },
      "no mailbox may send: anna@acme.test is switched off",
    ],
    ["that it is paused", { facts: facts({ status: "PAUSED" }) }, "the campaign is paused"],
    [
      "the start time of a scheduled one",
      { facts: facts({ status: "SCHEDULED", startAt: NOW + 60_000 }) },
      "waiting for the start time until Wed 2025-11-05 12:01:00 (Europe/Warsaw)",
    ],
    ["that it is completed", { facts: facts({ status: "COMPLETED" }), next: undefined }, "the campaign is completed"],
    [
      "what a completed one still needs",
      { facts: facts({ status: "COMPLETED" }), unconfirmed: 2 },
      "the campaign is completed; 2 unconfirmed mails wait for a decision",
    ],
  ];
  it.each(cases)("says %s", (_what, changes, text) => {
    const { zone } = (changes.facts ?? facts()).campaign;
    expect(headlineText(headline(known(changes), NOW), zone, NOW)).toBe(text);
  });
});
