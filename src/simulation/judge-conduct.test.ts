import { describe, expect, it } from "vitest";
import {
  delayed,
  goodRun,
  type Judged,
  LATENCY_MS,
  START_AT,
  summary,
  under,
  withChanged,
  withEntries,
} from "../../test/simulation/run-builder.ts";
import { HOUR_MS, MINUTE_MS, SECOND_MS } from "../domain/instant.ts";
import { judge } from "./judge.ts";
import type { ScenarioEvent } from "./scenario.ts";
import type { SummaryLine } from "./trace.ts";

const texts = ({ scenario, run }: Judged): string[] => judge(scenario, run).map(({ text }) => text);
const acceptedMs = (number: number): number => (number - 1) * 90 * SECOND_MS + LATENCY_MS;
const lead = (number: number) => ({ campaign: "spring", lead: `lead-${number}@example.test`, step: 1 });

/** An event right after the 5th mail, which the run does not heed. */
const heedless = (event: Omit<ScenarioEvent, "at" | "line">): Judged =>
  goodRun({ leads: 7, events: [{ ...event, at: START_AT + acceptedMs(5) + SECOND_MS, line: 1 } as ScenarioEvent] });

/** The run that ends for its campaign after `count` mails, `forMs` before its end. */
function cutShort(count: number, forMs: number, summaryChanges: Partial<SummaryLine> = {}): Judged {
  const { scenario, run } = withChanged(goodRun({ leads: 20 }), (entry) =>
    entry.elapsedMs > acceptedMs(count) && entry.type !== "end" ? undefined : entry,
  );
  const endMs = acceptedMs(count) + forMs;
  const trace = run.trace.map((entry) => (entry.type === "end" ? { ...entry, at: START_AT + endMs, elapsedMs: endMs } : entry));
  const counts = { sent: count, waiting: 20 - count, status: "IN_PROGRESS", ...summaryChanges } as const;
  return {
    scenario: { ...scenario, until: { kind: "instant", at: START_AT + endMs } },
    run: { ...run, trace, summaries: [summary(20, counts)] },
  };
}

describe("sums", () => {
  const withSummary = (changes: Partial<SummaryLine>): Judged => {
    const { scenario, run } = goodRun();
    return { scenario, run: { ...run, summaries: [summary(20, { sent: 20, ...changes })] } };
  };
  const end = "at Wed 2025-11-05 09:28:30 (Europe/Warsaw), the end of the run";

  it.each([
    [{ sent: 19 }, `sums: spring counts 19 leads by state and 20 in all ${end}`],
    [{ sent: 19, leads: 19 }, `sums: spring has 19 leads, 20 were given ${end}`],
    [{ sent: 21 }, `sums: spring calls 21 leads sent, the servers took mails to 20 ${end}`],
    [{ sent: 18, failed: 2 }, `sums: spring knows of 18 leads sent or unconfirmed, the servers took mails to 20 ${end}`],
    [{ sent: 19, unconfirmed: 1 }, `sums: spring calls 1 leads unconfirmed, 0 were told of ${end}`],
    [{ sent: 19, waiting: 1 }, `sums: spring calls itself COMPLETED with 1 open leads ${end}`],
  ])("%o is not what happened", (changes, text) => {
    expect(texts(withSummary(changes))).toContain(text);
  });

  it("leads that were added count", () => {
    const leads = [{ address: "late@example.test", fields: {} }];
    const event = { do: "add-leads", campaign: "spring", leads, at: START_AT + 1, line: 1 } as const;
    expect(texts(goodRun({ events: [event] }))).toContain(`sums: spring has 20 leads, 21 were given ${end}`);
  });
});

describe("obedience", () => {
  it("nothing leaves after a pause but what had passed its intent in the same instant", () => {
    const paused = (elapsedMs: number): Judged =>
      withEntries(goodRun(), [
        elapsedMs,
        { type: "status", campaign: "spring", from: "IN_PROGRESS", to: "PAUSED", by: "scenario" },
      ]);
    const text =
      "obedience: lead-6@example.test of spring was accepted at Wed 2025-11-05 09:07:30 (Europe/Warsaw) although the campaign was PAUSED";
    expect(texts(paused(acceptedMs(6) - 1))).toContain(text);
    expect(texts(paused(acceptedMs(6)))).not.toContain(text);
  });

  it("an order to pause is carried out", () => {
    expect(texts(heedless({ do: "pause", campaign: "spring" } as ScenarioEvent))).toEqual([
      "obedience: spring stayed IN_PROGRESS after the order to pause it at Wed 2025-11-05 09:06:01 (Europe/Warsaw)",
    ]);
  });

  it("a suppressed lead gets nothing", () => {
    expect(texts(heedless({ do: "suppress", lead: "lead-6@example.test" } as ScenarioEvent))).toEqual([
      "obedience: lead-6@example.test of spring was accepted at Wed 2025-11-05 09:07:30 (Europe/Warsaw) although the lead was suppressed",
    ]);
  });

  it("nothing leaves through a mailbox that is switched off", () => {
    const off = { do: "update-mailbox", mailbox: "anna@acme.test", set: { active: false } } as ScenarioEvent;
    expect(texts(heedless(off))).toEqual([
      "obedience: lead-7@example.test of spring was accepted at Wed 2025-11-05 09:09:00 (Europe/Warsaw) through anna@acme.test, which was switched off",
    ]);
  });

  it("nothing leaves through a mailbox that its server has refused, until a person switches it on", () => {
    const refused = { type: "attempt", ...lead(9), mailbox: "anna@acme.test", attempt: 1, outcome: "mailbox-broken" } as const;
    const on = { do: "update-mailbox", mailbox: "anna@acme.test", set: { active: true } } as ScenarioEvent;
    const text = expect.stringContaining("through anna@acme.test, whose server had refused the mailbox");
    expect(texts(withEntries(goodRun(), [acceptedMs(4) + 1, refused]))).toContainEqual(text);
    expect(texts(withEntries(heedless(on), [acceptedMs(4) + 1, refused])).filter((one) => one.includes("lead-7"))).toEqual([]);
  });

  it("only the campaign's own leads are written to", () => {
    const stranger = withChanged(goodRun({ leads: 3 }), (entry) =>
      entry.type === "accepted" && entry.lead === "lead-3@example.test" ? { ...entry, lead: "stranger@example.test" } : entry,
    );
    expect(texts(stranger)).toContain(
      "obedience: stranger@example.test of spring was accepted at Wed 2025-11-05 09:03:00 (Europe/Warsaw) although the lead is not in the campaign",
    );
  });
});

describe("standstill", () => {
  const text =
    "standstill: spring sent nothing to lead-11@example.test for 1 h, between Wed 2025-11-05 09:13:30 and 10:13:30 (Europe/Warsaw), although it could";

  it("a campaign that could send and does not", () => {
    expect(texts(cutShort(10, HOUR_MS))).toEqual([text]);
    expect(texts(cutShort(10, 20 * MINUTE_MS))).toEqual([]);
  });

  it("is none while the campaign is paused, no worker lives, no mailbox is on, or the window is closed", () => {
    const after = acceptedMs(10) + 1;
    const off = (mailbox: string): ScenarioEvent => ({
      do: "update-mailbox",
      mailbox,
      set: { active: false },
      at: START_AT,
      line: 1,
    });
    const paused = { type: "status", campaign: "spring", from: "IN_PROGRESS", to: "PAUSED", by: "scenario" } as const;
    expect(texts(withEntries(cutShort(10, HOUR_MS, { status: "PAUSED" }), [after, paused]))).toEqual([]);
    expect(texts(withEntries(cutShort(10, HOUR_MS), [after, { type: "worker", worker: 1, change: "down" }]))).toEqual([]);
    const events = [off("anna@acme.test"), off("jan@acme.test")];
    const unsent = under(cutShort(10, HOUR_MS), { events });
    expect(texts(withEntries(unsent, [after, { type: "applied", event: 0 }], [after, { type: "applied", event: 1 }]))).toEqual(
      [],
    );
    expect(texts(delayed(cutShort(10, 20 * HOUR_MS), 0, 0))).toContainEqual(
      expect.stringContaining("between Wed 2025-11-05 09:13:30 and 15:00"),
    );
  });

  it("one mailbox that rests is no excuse for the other, both are", () => {
    const trouble = (mailbox: string) => ({ type: "attempt", ...lead(20), mailbox, attempt: 1, outcome: "mailbox" }) as const;
    const one = withEntries(cutShort(10, 30 * MINUTE_MS), [acceptedMs(10) + 1, trouble("anna@acme.test")]);
    expect(texts(one)).toContainEqual(expect.stringContaining("standstill: spring sent nothing to lead-11@example.test"));
    expect(texts(withEntries(one, [acceptedMs(10) + 1, trouble("jan@acme.test")]))).toEqual([]);
  });

  it("a run until idle has to get there", () => {
    const { scenario, run } = cutShort(10, MINUTE_MS);
    const trace = run.trace.map((entry) => (entry.type === "end" ? { ...entry, idle: false } : entry));
    expect(texts({ scenario: { ...scenario, until: { kind: "idle" } }, run: { ...run, trace } })).toEqual([
      "standstill: spring still has 10 open leads at Wed 2025-11-05 09:14:30 (Europe/Warsaw), the end of the run",
    ]);
  });
});

describe("plan", () => {
  const moved = (toMs: number, cause: string) => ({ type: "planned", ...lead(18), scheduledAt: START_AT + toMs, cause }) as const;

  it("every move has a cause", () => {
    expect(texts(withEntries(goodRun(), [acceptedMs(3) + 1, moved(HOUR_MS, " ")]))).toEqual([
      "plan: lead-18@example.test of spring was moved at Wed 2025-11-05 09:03:00 (Europe/Warsaw) without a cause",
    ]);
  });

  it("nothing moves twice for one cause when nothing has happened in between", () => {
    const twice = (secondMs: number): Judged =>
      withEntries(goodRun(), [acceptedMs(3) + 1, moved(HOUR_MS, "polled")], [secondMs, moved(2 * HOUR_MS, "polled")]);
    expect(texts(twice(acceptedMs(3) + 30 * SECOND_MS))).toEqual([
      'plan: lead-18@example.test of spring was moved at Wed 2025-11-05 09:03:30 (Europe/Warsaw) again because of "polled", and nothing had happened since the last time',
    ]);
    expect(texts(twice(acceptedMs(4) + 30 * SECOND_MS))).toEqual([]);
  });
});

describe("status", () => {
  const changed = (from: "DRAFT" | "IN_PROGRESS" | "PAUSED", to: "PAUSED" | "DRAFT", by = "scenario") =>
    withEntries(goodRun(), [acceptedMs(20), { type: "status", campaign: "spring", from, to, by }]);

  it.each([
    [
      changed("IN_PROGRESS", "PAUSED"),
      "spring went from IN_PROGRESS to PAUSED at Wed 2025-11-05 09:28:30 (Europe/Warsaw), while it was COMPLETED",
    ],
    [
      changed("IN_PROGRESS", "PAUSED"),
      "spring ended as COMPLETED at Wed 2025-11-05 09:28:30 (Europe/Warsaw), the last change had made it PAUSED",
    ],
  ])("follows the state machine", (broken, text) => {
    expect(texts(broken)).toContain(`status: ${text}`);
  });

  it("only a person pauses", () => {
    const broken = withEntries(goodRun(), [
      acceptedMs(2) + 1,
      { type: "status", campaign: "spring", from: "IN_PROGRESS", to: "PAUSED", by: "engine" },
    ]);
    expect(texts(broken)).toContain(
      "status: spring went from IN_PROGRESS to PAUSED at Wed 2025-11-05 09:01:30 (Europe/Warsaw), which only a person may order",
    );
  });
});

describe("defects", () => {
  it("are passed on", () => {
    const { scenario, run } = goodRun();
    expect(texts({ scenario, run: { ...run, defects: ["pass failed"] } })).toEqual(["defects: an engine reports pass failed"]);
  });
});
