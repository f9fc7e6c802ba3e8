import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  delayed,
  type GoodRunOptions,
  goodRun,
  type Judged,
  LATENCY_MS,
  OFFICE_HOURS,
  START_AT,
  under,
  underSettings,
  withChanged,
  withEntries,
} from "../../test/simulation/run-builder.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../domain/instant.ts";
import { judge } from "./judge.ts";
import { holidaysFor } from "./judge-settings.ts";

const texts = ({ scenario, run }: Judged): string[] => judge(scenario, run).map(({ text }) => text);
/** When the k-th mail of a run with gaps of 90 s is accepted. */
const acceptedMs = (number: number): number => (number - 1) * 90 * SECOND_MS + LATENCY_MS;
const lead = (number: number) => ({ campaign: "spring", lead: `lead-${number}@example.test`, step: 1 });
const accepted = (number: number, mailbox = "anna@acme.test", messageId = `<${number}@acme.test>`) =>
  ({ type: "accepted", ...lead(number), mailbox, messageId, worker: 1 }) as const;
const dated = (elapsedMs: number) => ({ at: START_AT + elapsedMs, line: 1 });

describe("a run that keeps every promise", () => {
  const options: fc.Arbitrary<GoodRunOptions> = fc.record(
    {
      leads: fc.integer({ min: 1, max: 150 }),
      perDayMax: fc.integer({ min: 1, max: 60 }),
      share: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }).map((shares) => (index: number) => {
        return shares[index % shares.length] ?? 0;
      }),
      settings: fc.record(
        {
          delayMs: fc.integer({ min: 0, max: 20 * MINUTE_MS }),
          jitter: fc.constantFrom({ min: -0.2, max: 0.2 }, { min: 0, max: 1 }, { min: 0, max: 0 }),
          longPause: fc.record({
            everyMails: fc.integer({ min: 1, max: 12 }),
            fromMs: fc.constant(10 * MINUTE_MS),
            toMs: fc.integer({ min: 10 * MINUTE_MS, max: HOUR_MS }),
          }),
          zone: fc.constantFrom("Europe/Warsaw", "Europe/Berlin"),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  );

  it("is accused of nothing, whatever its pace, its pauses, its limits and its length", () => {
    const isSound = fc.property(options, (chosen) => {
      expect(texts(goodRun(chosen))).toEqual([]);
    });
    fc.assert(isSound, { numRuns: 60 });
  });

  it("is accused of nothing when the wall clock is stepped, a worker ends, or the campaign is paused", () => {
    const steps = fc.constantFrom(-2 * HOUR_MS, -MINUTE_MS, 0, 5 * MINUTE_MS);
    const disturbance = fc.record({ after: fc.integer({ min: 1, max: 19 }), forMs: fc.nat({ max: 3 * HOUR_MS }), byMs: steps });
    const isSound = fc.property(disturbance, (chosen) => {
      expect(texts(disturbed(chosen))).toEqual([]);
    });
    fc.assert(isSound, { numRuns: 60 });
  });
});

/** Between two mails the campaign is paused, its worker is replaced and the clock is stepped; the rest follows later. */
function disturbed({ after, forMs, byMs }: { after: number; forMs: number; byMs: number }): Judged {
  const fromMs = acceptedMs(after) + SECOND_MS;
  const good = goodRun({ settings: { windows: [] }, events: [{ ...dated(0), do: "pause", campaign: "spring" }] });
  const later = delayed(
    withChanged(good, (entry) => (entry.type === "applied" ? undefined : entry)),
    fromMs,
    forMs,
  );
  const eventful = withEntries(
    later,
    [fromMs, { type: "status", campaign: "spring", from: "IN_PROGRESS", to: "PAUSED", by: "scenario" }],
    [fromMs, { type: "applied", event: 0 }],
    [fromMs, { type: "worker", worker: 1, change: "down" }],
    [fromMs + forMs, { type: "worker", worker: 1, change: "up" }],
    [fromMs + forMs, { type: "status", campaign: "spring", from: "PAUSED", to: "IN_PROGRESS", by: "scenario" }],
    [fromMs + forMs, { type: "clock", to: START_AT + fromMs + forMs + byMs }],
  );
  let isStepped = false;
  return withChanged(eventful, (entry) => {
    if (isStepped) return { ...entry, at: entry.at + byMs };
    isStepped = entry.type === "clock";
    return entry;
  });
}

describe("a run that breaks a promise is told so in one sentence", () => {
  it("once: a lead that was accepted twice", () => {
    const broken = withEntries(goodRun({ leads: 9 }), [acceptedMs(7) + 10 * SECOND_MS, accepted(7)]);
    expect(texts(broken)[0]).toBe(
      "once: lead-7@example.test of spring was accepted twice, at Wed 2025-11-05 09:09:00 and 09:09:10 (Europe/Warsaw)",
    );
    expect(judge(broken.scenario, broken.run)[0]).toMatchObject({
      invariant: "once",
      at: START_AT + acceptedMs(7) + 10 * SECOND_MS,
      campaign: "spring",
      lead: "lead-7@example.test",
    });
  });

  it("once: a mail that was sent after it had become unconfirmed", () => {
    const doubt = { type: "unconfirmed", ...lead(7), mailbox: "anna@acme.test", messageId: "<7@acme.test>" } as const;
    expect(texts(withEntries(goodRun(), [acceptedMs(6) + SECOND_MS, doubt]))).toContain(
      "once: lead-7@example.test of spring was accepted at Wed 2025-11-05 09:09:00 (Europe/Warsaw) although it was unconfirmed since Wed 2025-11-05 09:07:31 (Europe/Warsaw)",
    );
  });

  it("once: two mails with one Message-ID, and one mail with two", () => {
    const same = withChanged(goodRun(), (entry) =>
      entry.type === "accepted" && entry.lead === "lead-7@example.test" ? { ...entry, messageId: "<6@acme.test>" } : entry,
    );
    expect(texts(same)).toEqual([
      "once: lead-7@example.test of spring carried <6@acme.test> at Wed 2025-11-05 09:09:00 (Europe/Warsaw), the Message-ID of lead-6@example.test of spring",
    ]);
    const two = withEntries(goodRun(), [acceptedMs(7) + SECOND_MS, accepted(7, "anna@acme.test", "<seven@acme.test>")]);
    expect(texts(two)).toContainEqual(expect.stringContaining("carried <seven@acme.test> at Wed 2025-11-05 09:09:01"));
  });

  it("pace: a gap that is shorter than the settings allow", () => {
    const broken = delayed(goodRun(), acceptedMs(7) - LATENCY_MS, -60 * SECOND_MS);
    expect(texts(broken)).toEqual([
      "pace: lead-7@example.test of spring was accepted at Wed 2025-11-05 09:08:00 (Europe/Warsaw), 30 s after lead-6@example.test; the pace allows 72 s at the least",
    ]);
  });

  it("pace: a delay that was raised holds from the next claimed mail on, not for the one under way", () => {
    const settings = { delayMs: 180 * SECOND_MS };
    const changedAfter = (elapsedMs: number): Judged => {
      const events = [{ ...dated(elapsedMs), do: "update-campaign", campaign: "spring", set: settings } as const];
      return goodRun({ leads: 7, events });
    };
    expect(texts(changedAfter(acceptedMs(7) - 10))).toEqual([]);
    expect(texts(changedAfter(acceptedMs(6) - 10))).toEqual([
      "pace: lead-7@example.test of spring was accepted at Wed 2025-11-05 09:09:00 (Europe/Warsaw), 90 s after lead-6@example.test; the pace allows 2 min 24 s at the least",
    ]);
  });

  it("pace: a long pause that did not happen, unless a failed try makes the count uncertain", () => {
    const longPause = { everyMails: 10, fromMs: 10 * MINUTE_MS, toMs: 15 * MINUTE_MS };
    const broken = underSettings(goodRun({ leads: 12 }), { longPause });
    expect(texts(broken)).toEqual([
      "pace: lead-11@example.test of spring was accepted at Wed 2025-11-05 09:15:00 (Europe/Warsaw), 90 s after lead-10@example.test; after 10 mails of the day a pause of 10 min at the least was due",
    ]);
    const failed = { type: "attempt", ...lead(5), mailbox: "anna@acme.test", attempt: 1, outcome: "greylisted" } as const;
    expect(texts(withEntries(broken, [acceptedMs(4) + SECOND_MS, failed]))).toEqual([]);
  });

  it("natural: a gap that is longer than the settings allow, with nothing in between", () => {
    const broken = delayed(goodRun(), acceptedMs(7) - LATENCY_MS, 60 * SECOND_MS);
    expect(texts(broken)).toEqual([
      "natural: lead-7@example.test of spring started at Wed 2025-11-05 09:10:00 (Europe/Warsaw), 2 min 30 s after lead-6@example.test, with nothing in between; the pace allows 108 s at the most",
    ]);
    expect(texts(withEntries(broken, [acceptedMs(6) + SECOND_MS, { type: "worker", worker: 1, change: "up" }]))).toEqual([]);
  });

  it("window: a mail after hours, at the weekend, and before the start time", () => {
    const late = goodRun({ leads: 250, settings: { windows: [] } });
    expect(texts(underSettings(late, { windows: OFFICE_HOURS }))[0]).toBe(
      "window: lead-241@example.test of spring was accepted at Wed 2025-11-05 15:00:00 (Europe/Warsaw), outside the allowed days and hours",
    );
    const weekend = delayed(goodRun({ leads: 3 }), acceptedMs(3) - LATENCY_MS, 3 * DAY_MS);
    expect(texts(weekend)).toContain(
      "window: lead-3@example.test of spring was accepted at Sat 2025-11-08 09:03:00 (Europe/Warsaw), outside the allowed days and hours",
    );
    const early = goodRun({ leads: 2 });
    const [campaign] = early.scenario.campaigns;
    if (campaign === undefined) throw new Error("the builder makes one campaign");
    expect(texts(under(early, { campaigns: [{ ...campaign, startAt: START_AT + MINUTE_MS }] }))).toEqual([
      "window: lead-1@example.test of spring was accepted at Wed 2025-11-05 09:00:00 (Europe/Warsaw), before the start time",
    ]);
  });

  it("window: a mail on a holiday, when the holidays are given", async () => {
    const broken = delayed(goodRun({ leads: 3, settings: { holidays: ["PL"] } }), acceptedMs(3) - LATENCY_MS, 6 * DAY_MS);
    expect(texts(broken)).toEqual([]);
    const found = judge(broken.scenario, broken.run, await holidaysFor(broken.scenario));
    expect(found.map(({ text }) => text)).toContain(
      "window: lead-3@example.test of spring was accepted at Tue 2025-11-11 09:03:00 (Europe/Warsaw), on a holiday",
    );
  });

  it("limits: one mail too many of a mailbox, and of a campaign, on a local day", () => {
    const many = goodRun({ leads: 8 });
    const mailboxes = many.scenario.mailboxes.map((mailbox) => ({ ...mailbox, perDayMax: 3 }));
    expect(texts(under(many, { mailboxes }))).toEqual([
      "limits: lead-7@example.test of spring, handed over at Wed 2025-11-05 09:09:00 (Europe/Warsaw), is mail 4 of anna@acme.test on 2025-11-05, where 3 are allowed",
      "limits: lead-8@example.test of spring, handed over at Wed 2025-11-05 09:10:30 (Europe/Warsaw), is mail 4 of jan@acme.test on 2025-11-05, where 3 are allowed",
    ]);
    expect(texts(underSettings(many, { perDayMax: 7 }))).toEqual([
      "limits: lead-8@example.test of spring, handed over at Wed 2025-11-05 09:10:30 (Europe/Warsaw), is mail 8 of spring on 2025-11-05, where 7 are allowed",
    ]);
  });

  it("limits: a mail that may have been taken counts", () => {
    const unknown = withChanged(goodRun({ leads: 2 }), (entry) => {
      if (entry.type === "accepted" && entry.lead === "lead-1@example.test") return { ...entry, type: "unconfirmed" } as const;
      return entry.type === "attempt" && entry.lead === "lead-1@example.test" ? { ...entry, outcome: "unknown" } : entry;
    });
    expect(texts(underSettings(unknown, { perDayMax: 1 }))).toContain(
      "limits: lead-2@example.test of spring, handed over at Wed 2025-11-05 09:01:30 (Europe/Warsaw), is mail 2 of spring on 2025-11-05, where 1 are allowed",
    );
  });

  it("one-session: two sessions of a mailbox at once; those of a dead worker are over", () => {
    const opened = (worker: number) => ({ type: "session", mailbox: "anna@acme.test", worker, change: "opened" }) as const;
    const text = "one-session: worker 2 opened a second session of anna@acme.test at Wed 2025-11-05 09:04:30 (Europe/Warsaw)";
    const startMs = acceptedMs(4) - LATENCY_MS;
    expect(texts(withEntries(goodRun(), [startMs - 1, opened(1)], [startMs, opened(2)]))).toContain(text);
    const died = { type: "worker", worker: 1, change: "down" } as const;
    expect(texts(withEntries(goodRun(), [startMs - 2, opened(1)], [startMs - 1, died], [startMs, opened(2)]))).not.toContain(
      text,
    );
  });

  it("order: a lead that was written to before one that stands ahead of it", () => {
    const swap: Record<string, string> = {
      "lead-3@example.test": "lead-5@example.test",
      "lead-5@example.test": "lead-3@example.test",
    };
    const broken = withChanged(goodRun(), (entry) =>
      "lead" in entry ? { ...entry, lead: swap[entry.lead] ?? entry.lead } : entry,
    );
    expect(texts(broken)).toEqual([
      "order: lead-5@example.test of spring was accepted at Wed 2025-11-05 09:03:00 (Europe/Warsaw), before lead-3@example.test, which stands ahead of it",
      "order: lead-4@example.test of spring was accepted at Wed 2025-11-05 09:04:30 (Europe/Warsaw), before lead-3@example.test, which stands ahead of it",
    ]);
  });
});
