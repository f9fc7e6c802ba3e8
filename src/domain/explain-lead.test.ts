import { describe, expect, it } from "vitest";
import { at } from "../../test/builders.ts";
import { explainLead, type LeadPlace, type LeadTry } from "./explain-lead.ts";

const NOW = at("2025-11-05T12:00");
const ZONE = "Europe/Warsaw";

const place = (changes: Partial<LeadPlace>): LeadPlace => ({
  address: "ewa@example.test",
  state: "planned",
  ahead: 0,
  tries: [],
  ...changes,
});
const aTry = (changes: Partial<LeadTry> = {}): LeadTry => ({
  attempt: 1,
  at: NOW - 60_000,
  mailbox: "anna@acme.test",
  state: "sent",
  handedOverAt: NOW - 59_000,
  reply: "250 OK",
  ...changes,
});
const row = { scheduledAt: NOW + 90_000, mailbox: "anna@acme.test", cause: "next in order" };

describe("explainLead", () => {
  const stands: readonly (readonly [Partial<LeadPlace>, string])[] = [
    [{ state: "waiting", ahead: 12 }, "waits for its slot; 12 come before it"],
    [{ state: "waiting" }, "waits for its slot and comes next"],
    [
      { state: "waiting", bar: { why: "suppressed", detail: "asked to" } },
      "gets no mail (suppressed: asked to) and is skipped when its turn comes",
    ],
    [{ row }, "is planned for Wed 2025-11-05 12:01:30 (Europe/Warsaw) from anna@acme.test (next in order)"],
    [
      { row: { ...row, scheduledAt: NOW - 1_000 } },
      "is due since Wed 2025-11-05 11:59:59 (Europe/Warsaw) from anna@acme.test (next in order)",
    ],
    [
      { row: { ...row, cause: "paused", movedFrom: NOW } },
      "is planned for Wed 2025-11-05 12:01:30 (Europe/Warsaw) from anna@acme.test (paused); moved from Wed 2025-11-05 12:00:00 (Europe/Warsaw)",
    ],
    [
      { state: "retrying", row, tries: [aTry({ state: "rejected", reply: "451 later" })] },
      "is planned for Wed 2025-11-05 12:01:30 (Europe/Warsaw) from anna@acme.test (next in order); try 1 ended with: 451 later",
    ],
    [
      { state: "sending", row: { ...row, claimedAt: NOW - 2_000 } },
      "is being sent from anna@acme.test since Wed 2025-11-05 11:59:58 (Europe/Warsaw)",
    ],
    [
      { state: "sent", tries: [aTry()] },
      "was sent at Wed 2025-11-05 11:59:01 (Europe/Warsaw) from anna@acme.test; the server said: 250 OK",
    ],
    [{ state: "failed", reason: "550 no such user" }, "has failed: 550 no such user"],
    [{ state: "skipped", reason: "missing field firstName" }, "was skipped: missing field firstName"],
    [
      { state: "unconfirmed", tries: [aTry({ state: "unconfirmed" })] },
      "was handed over at Wed 2025-11-05 11:59:01 (Europe/Warsaw) from anna@acme.test, and whether the server took it is unknown; decide with `goniec unconfirmed`",
    ],
  ];
  it.each(stands)("of %j says where it stands and what comes next", (changes, headline) => {
    expect(explainLead(place(changes), ZONE, NOW).headline).toBe(headline);
  });

  it("shows the lead's own gates, closed with their reason and their end", () => {
    const closed = place({
      state: "sending",
      bar: { why: "blocked", detail: "the lead is blocked" },
      row: { ...row, notBefore: NOW + 60_000, leaseExpiresAt: NOW + 1_000 },
    });
    expect(explainLead(closed, ZONE, NOW).gates).toMatchObject([
      { gate: "suppression", open: false, text: "the lead is blocked" },
      {
        gate: "retry",
        open: false,
        until: NOW + 60_000,
        text: "the server asked to wait until Wed 2025-11-05 12:01:00 (Europe/Warsaw)",
      },
      { gate: "lease", open: false, until: NOW + 1_000 },
    ]);
    expect(explainLead(place({ row: { ...row, notBefore: NOW } }), ZONE, NOW).gates.map(({ open }) => open)).toEqual([
      true,
      true,
      true,
    ]);
  });
});
