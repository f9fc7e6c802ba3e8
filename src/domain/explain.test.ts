import { describe, expect, it } from "vitest";
import { at, facts, mailbox } from "../../test/builders.ts";
import type { Campaign, MailboxFacts } from "./campaign.ts";
import { type Explanation, explainCampaign, hindrance } from "./explain.ts";
import { loadHolidays } from "./holidays.ts";
import type { GateName } from "./gates.ts";

const WEDNESDAY = at("2025-11-05T12:00");
const OFFICE = [{ days: ["mon", "tue", "wed", "thu", "fri"] as const, fromMinute: 540, toMinute: 900 }];
const TODAY = "2025-11-05";

const closedIn = ({ gates }: Explanation): GateName[] => gates.filter((gate) => !gate.open).map(({ gate }) => gate);

describe("explainCampaign", () => {
  it("lists every gate in the engine's order, open ones with their setting, and finds nothing in the way of a campaign that may send", () => {
    const explanation = explainCampaign(facts({ windows: OFFICE, perDayMax: 500, startAt: at("2025-11-05T09:00") }), WEDNESDAY);
    expect(explanation.gates.map(({ gate, open, setting }) => [gate, open, setting])).toEqual([
      ["owner", true, "sent by Goniec"],
      ["status", true, "status IN_PROGRESS"],
      ["frozen", true, "closed while the database may lack what was sent"],
      ["start-time", true, "start Wed 2025-11-05 09:00:00 (Europe/Warsaw)"],
      ["hours", true, "mon-fri 09:00-15:00 (Europe/Warsaw)"],
      ["holiday", true, "no holidays"],
      ["pace", true, "a mail every 72 s to 108 s"],
      ["long-pause", true, "no long pause"],
      ["campaign-limit", true, "0 of 500 a day"],
      ["mailboxes", true, "anna@acme.test: 0 today, no limit"],
    ]);
    expect(explanation).toMatchObject({ headline: "may send now", nextAt: WEDNESDAY });
  });

  const closed: readonly (readonly [
    Partial<Campaign>,
    readonly MailboxFacts[],
    number,
    GateName,
    string,
    string,
    number | undefined,
  ])[] = [
    [{ status: "PAUSED" }, [mailbox()], WEDNESDAY, "status", "the campaign is paused", "resume the campaign", undefined],
    [
      { status: "DRAFT" },
      [mailbox()],
      WEDNESDAY,
      "status",
      "the campaign is a draft, not started",
      "start the campaign",
      undefined,
    ],
    [
      { startAt: at("2025-11-06T09:00") },
      [mailbox()],
      WEDNESDAY,
      "start-time",
      "waiting for the start time until Thu 2025-11-06 09:00:00 (Europe/Warsaw)",
      "set an earlier start time",
      at("2025-11-06T09:00"),
    ],
    [
      { windows: OFFICE },
      [mailbox()],
      at("2025-11-07T15:00"),
      "hours",
      "outside the allowed hours until Mon 2025-11-10 09:00:00 (Europe/Warsaw)",
      "widen the window",
      at("2025-11-10T09:00"),
    ],
    [
      { lastStartAt: WEDNESDAY, jitter: { min: 0, max: 0 }, paceIndex: 1 },
      [mailbox()],
      WEDNESDAY,
      "pace",
      "pace: the gap of 90 s lasts until Wed 2025-11-05 12:01:30 (Europe/Warsaw)",
      "shorten the delay",
      WEDNESDAY + 90_000,
    ],
    [
      { lastStartAt: WEDNESDAY, paceIndex: 10, longPause: { everyMails: 10, fromMs: 600_000, toMs: 600_000 } },
      [mailbox()],
      WEDNESDAY,
      "long-pause",
      "long pause of 10 min until Wed 2025-11-05 12:10:00 (Europe/Warsaw)",
      "shorten or remove the long pause",
      WEDNESDAY + 600_000,
    ],
    [{}, [], WEDNESDAY, "mailboxes", "the campaign has no mailbox", "add a mailbox", undefined],
    [
      {},
      [mailbox({ active: false }), mailbox({ id: 2, address: "jan@acme.test", attention: "535 no" })],
      WEDNESDAY,
      "mailboxes",
      "no mailbox may send: anna@acme.test is switched off; jan@acme.test needs attention (535 no)",
      "raise a mailbox's limit, repair it, or add another",
      undefined,
    ],
    [
      {},
      [mailbox({ perDayMax: 10, usage: { day: TODAY, used: 10 } })],
      WEDNESDAY,
      "mailboxes",
      "no mailbox may send until Thu 2025-11-06 00:00:00 (Europe/Warsaw): anna@acme.test reached its daily limit (10 of 10) until Thu 2025-11-06 00:00:00",
      "raise a mailbox's limit, repair it, or add another",
      at("2025-11-06T00:00"),
    ],
    [
      {},
      [mailbox({ restingUntil: WEDNESDAY + 60_000, restReason: "421 busy" })],
      WEDNESDAY,
      "mailboxes",
      "no mailbox may send until Wed 2025-11-05 12:01:00 (Europe/Warsaw): anna@acme.test rests until Wed 2025-11-05 12:01:00 (421 busy)",
      "raise a mailbox's limit, repair it, or add another",
      WEDNESDAY + 60_000,
    ],
  ];
  it.each(closed)(
    "%j with mailboxes %j is closed with its reason, its end and what would open it",
    (changes, mailboxes, now, gate, text, remedy, until) => {
      const explanation = explainCampaign(facts(changes, mailboxes), now);
      expect(closedIn(explanation)).toEqual([gate]);
      expect(explanation.gates.find((one) => one.gate === gate)).toMatchObject({ open: false, text, remedy, until });
      expect(explanation.headline).toBe(text);
    },
  );

  it("names the holiday, and the campaign's limit with what is used of it", async () => {
    const holidays = await loadHolidays(["PL"]);
    const known = facts({ perDayMax: 3, holidays: ["PL"] });
    const explanation = explainCampaign(
      { ...known, calendar: { ...known.calendar, holidays }, usage: { day: "2025-11-11", used: 3 } },
      at("2025-11-11T12:00"),
    );
    expect(closedIn(explanation)).toEqual(["holiday", "campaign-limit"]);
    expect(explanation.headline).toMatch(/^holiday \(.+\) until Wed 2025-11-12 00:00:00 \(Europe\/Warsaw\)$/);
    const limit = explanation.gates.find(({ gate }) => gate === "campaign-limit");
    expect(limit).toMatchObject({
      setting: "3 of 3 a day",
      text: "the campaign reached its daily limit, 3 of 3, until Wed 2025-11-12 00:00:00 (Europe/Warsaw)",
    });
    expect(explanation.nextAt).toBe(at("2025-11-12T00:00"));
  });

  it("gives a next instant only to a campaign that will send by itself", () => {
    expect(explainCampaign(facts({ status: "PAUSED" }), WEDNESDAY).nextAt).toBeUndefined();
    expect(explainCampaign(facts({ status: "SCHEDULED", startAt: WEDNESDAY + 1_000 }), WEDNESDAY).nextAt).toBe(WEDNESDAY + 1_000);
  });

  it("says the same at every look", () => {
    const known = facts({ windows: OFFICE, lastStartAt: WEDNESDAY, paceIndex: 3 });
    expect(
      new Set(Array.from({ length: 20 }, (_, second) => explainCampaign(known, WEDNESDAY + second * 1_000).nextAt)).size,
    ).toBe(1);
  });
});

describe("hindrance", () => {
  it("is none where a campaign is at work: in the gap between two mails, or in a conversation", () => {
    expect(hindrance(facts({ lastStartAt: WEDNESDAY, paceIndex: 1 }), WEDNESDAY)).toBeUndefined();
    expect(hindrance(facts({}, [mailbox({ sessionsBusy: 1 })]), WEDNESDAY)).toBeUndefined();
    expect(hindrance(facts({}, [mailbox({ lastUsedAt: WEDNESDAY, minGapMs: 5_000 })]), WEDNESDAY)).toBeUndefined();
  });

  it("is what stands behind a gap that would end without a mail", () => {
    expect(hindrance(facts({ lastStartAt: WEDNESDAY, paceIndex: 1 }, [mailbox({ active: false })]), WEDNESDAY)?.gate).toBe(
      "mailboxes",
    );
    expect(hindrance(facts({ status: "PAUSED" }), WEDNESDAY)?.gate).toBe("status");
  });
});
