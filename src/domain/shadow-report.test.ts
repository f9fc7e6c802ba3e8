import { expect, it } from "vitest";
import { at, facts } from "../../test/builders.ts";
import { loadHolidays } from "./holidays.ts";
import type { OldMail, ShadowFacts } from "./shadow-facts.ts";
import { shadowReport } from "./shadow-report.ts";
import { WEEKDAYS } from "./window.ts";

const MINUTE = 60_000;
const NINE = at("2025-11-05T09:00");
const ANNA = { id: 1, address: "anna@acme.test", zone: "Europe/Warsaw", perDayMax: 50 };

/** The n-th of mails that lie 100 s apart, each as it had been planned. */
function mail(index: number, changes: Partial<OldMail> = {}): OldMail {
  const sentAt = NINE + index * 100_000;
  const plan = { at: sentAt, mailbox: ANNA.address };
  return { leadId: index, lead: `lead-${index}@example.test`, at: sentAt, mailbox: ANNA.address, plan, ...changes };
}

function compared(mails: readonly OldMail[], changes: Partial<ShadowFacts> = {}): ShadowFacts {
  const windows = [{ days: [...WEEKDAYS], fromMinute: 9 * 60, toMinute: 17 * 60 }];
  const { campaign, calendar } = facts({ windows, perDayMax: 500 });
  return {
    settings: campaign,
    calendar,
    mailboxes: [ANNA],
    since: NINE,
    knownTo: NINE + 60 * MINUTE,
    mails,
    mailboxUses: mails.map((one) => ({ mailboxId: 1, at: one.at, mails: 1 })),
    campaignUses: mails.map((one) => ({ at: one.at, mails: 1 })),
    open: [],
    isRunningThere: true,
    repeated: [],
    repeatedCount: 0,
    ...changes,
  };
}

const findingsOf = (shadow: ShadowFacts) => shadowReport(shadow).findings;

it("has no finding when the older sender did what Goniec had planned", () => {
  const { sums, findings } = shadowReport(compared([mail(0), mail(1), mail(2)]));
  expect(findings).toEqual([]);
  expect(sums).toMatchObject({ mailed: 3, matched: 3, notPlanned: 0, onTime: 3, overdue: 0, toleranceMs: 108_000 });
  expect(sums.gaps).toEqual({ count: 2, smallestMs: 100_000, meanMs: 100_000 });
  expect(sums.differences).toMatchObject({ medianMs: 0 });
});

it("adds nothing up where nothing was mailed", () => {
  const { sums, findings } = shadowReport(compared([]));
  expect(findings).toEqual([]);
  expect(sums).toMatchObject({ mailed: 0, gaps: undefined, differences: { medianMs: undefined } });
});

it("tells how far from their slots the mails left, earlier and later", () => {
  const shifted = (index: number, byMs: number) => mail(index, { plan: { at: mail(index).at - byMs } });
  const { sums } = shadowReport(compared([shifted(0, -2 * MINUTE), shifted(1, 30_000), shifted(2, 90 * MINUTE)]));
  expect(sums).toMatchObject({ matched: 3, onTime: 1, differences: { medianMs: 30_000 } });
  expect(sums.differences.bars.map(({ mails }) => mails)).toEqual([0, 0, 1, 1, 0, 0, 1]);
});

it("leaves the night out of the gaps", () => {
  const { sums } = shadowReport(compared([mail(0), mail(1), mail(2, { at: at("2025-11-06T09:00") })]));
  expect(sums.gaps).toMatchObject({ count: 1, meanMs: 100_000 });
});

it("names a mail that Goniec had not planned, and one that was due and did not leave", () => {
  const open = [
    { lead: "due@example.test", at: NINE + 10 * MINUTE },
    { lead: "soon@example.test", at: NINE + 59 * MINUTE },
  ];
  const shadow = compared([mail(0), mail(1, { plan: undefined })], { open });
  expect(shadowReport(shadow).sums).toMatchObject({ mailed: 2, matched: 1, notPlanned: 1, overdue: 1 });
  expect(findingsOf(shadow)).toMatchObject([
    {
      kind: "not-mailed",
      severity: "notice",
      count: 1,
      examples: [{ lead: "due@example.test" }],
      text: "1 mail was due and has not left, the first one since Wed 2025-11-05 09:10:00 (Europe/Warsaw).",
    },
    { kind: "not-planned", severity: "notice", count: 1, examples: [{ lead: "lead-1@example.test" }] },
  ]);
});

it("waits for nothing while the older sender is paused", () => {
  const open = [{ lead: "due@example.test", at: NINE }];
  expect(findingsOf(compared([], { open, isRunningThere: false }))).toEqual([]);
});

it("finds mails that left too soon after the one before", () => {
  const soon = mail(1, { at: mail(0).at + 60_000 });
  expect(findingsOf(compared([mail(0), soon]))).toMatchObject([
    {
      kind: "too-close",
      severity: "alarm",
      count: 1,
      examples: [{ lead: "lead-1@example.test", gapMs: 60_000 }],
      text: "1 mail left sooner after the one before than the campaign's smallest gap of 72 s.",
    },
  ]);
});

it("finds mails outside the hours, and on a holiday", async () => {
  const late = mail(1, { at: at("2025-11-05T17:00") });
  const onHoliday = mail(2, { at: at("2025-11-11T10:00") });
  const { calendar } = compared([]);
  const closed = { ...calendar, holidays: await loadHolidays(["PL"]) };
  expect(findingsOf(compared([mail(0), late, onHoliday], { calendar: closed }))).toMatchObject([
    { kind: "outside-hours", count: 1, examples: [{ lead: "lead-1@example.test" }] },
    {
      kind: "holiday",
      count: 1,
      examples: [{ holiday: "PL: Narodowe Święto Niepodległości" }],
      text: "1 mail left on a holiday.",
    },
  ]);
});

it("counts a mailbox's mails over all campaigns and days of its own zone", () => {
  const uses = [
    { mailboxId: 1, at: NINE, mails: 2 },
    { mailboxId: 1, at: NINE + 15 * MINUTE, mails: 1 },
  ];
  const strict = { ...ANNA, perDayMax: 2 };
  expect(findingsOf(compared([mail(0)], { mailboxes: [strict], mailboxUses: uses }))).toMatchObject([
    {
      kind: "mailbox-limit",
      examples: [{ mailbox: "anna@acme.test", day: "2025-11-05", used: 3, max: 2 }],
      text: "On 1 day a mailbox handed over more mails than its daily limit.",
    },
  ]);
  // Midnight in Warsaw is half past eight there, the evening before.
  const elsewhere = { ...strict, zone: "Asia/Tokyo" };
  const overNight = [at("2025-11-05T15:00"), at("2025-11-05T16:00"), at("2025-11-05T17:00")];
  const apart = overNight.map((one) => ({ mailboxId: 1, at: one, mails: 1 }));
  expect(findingsOf(compared([mail(0)], { mailboxes: [elsewhere], mailboxUses: apart }))).toEqual([]);
});

it("finds a day on which the campaign passed its limit", () => {
  const mails = [mail(0), mail(1), mail(2)];
  const shadow = compared(mails);
  expect(findingsOf({ ...shadow, settings: { ...shadow.settings, perDayMax: 2 } })).toMatchObject([
    { kind: "campaign-limit", count: 1, examples: [{ day: "2025-11-05", used: 3, max: 2 }] },
  ]);
});

it("finds mails to leads that Goniec would not mail, and tells a second mail as a duplicate only", () => {
  const repeated = [{ lead: "lead-2@example.test", mails: [{ at: NINE }, { mailbox: ANNA.address }] }];
  const mails = [mail(1, { plan: undefined, bar: "blocked" }), mail(2, { plan: undefined, bar: "contacted" })];
  expect(findingsOf(compared(mails, { repeated, repeatedCount: 12 }))).toMatchObject([
    {
      kind: "duplicates",
      count: 12,
      examples: repeated,
      text: "The older sender mailed 12 leads of this campaign more than once.",
    },
    { kind: "barred", count: 1, examples: [{ lead: "lead-1@example.test", bar: "blocked" }] },
  ]);
});

it("says why Goniec would send nothing", () => {
  expect(findingsOf(compared([], { stopped: "the campaign has no mailbox" }))).toMatchObject([
    { kind: "cannot-plan", severity: "notice", text: "Goniec would send nothing: the campaign has no mailbox." },
  ]);
});
