import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { HOUR_MS, MINUTE_MS } from "../src/domain/instant.ts";
import { judge } from "../src/simulation/judge.ts";
import { summaryText } from "../src/simulation/output.ts";
import { runScenario } from "../src/simulation/run.ts";
import type { Scenario } from "../src/simulation/scenario.ts";
import { parseScenario, readScenario, scenarioProblemText } from "../src/simulation/scenario-reader.ts";
import { Sighting } from "./scenarios/sighting.ts";

const FOLDER = join(import.meta.dirname, "scenarios");

/** 90 s less and more 20 %, the pace of every campaign that says nothing else; a second for the way to the server. */
const GAP_MIN_MS = 72_000;
const GAP_MAX_MS = 109_000;

/** What each file is there to show, besides that no invariant is broken. */
const EXPECTATIONS: Readonly<Record<string, (seen: Sighting) => void | Promise<void>>> = {
  "answer-lost": (seen) => {
    expect(seen.leadsOf()).toBe("19 sent, 1 unconfirmed");
    expect(seen.timesOf("lead-5")).toEqual(["Wed 2025-11-05 09:05:57"]);
  },
  "autumn-clock-change": (seen) => {
    expect(seen.firstTime()).toBe("Sun 2025-10-26 02:00:00");
    expect(seen.perDay()).toEqual({ "2025-10-26": 18, "2025-10-27": 12 });
    expect(seen.leadsOf()).toBe("30 sent");
  },
  "cancelled-means-no-more": (seen) => {
    expect(seen.leadsOf()).toBe("7 sent, 13 skipped");
    expect(seen.lastTime()).toBe("Wed 2025-11-05 09:09:21");
  },
  "changed-delay-applies": (seen) => {
    expect(seen.timesOf("lead-5")).toEqual(["Wed 2025-11-05 09:05:57"]);
    for (const gap of seen.gapsMs().slice(0, 4)) expectWithin(gap, GAP_MIN_MS, GAP_MAX_MS);
    for (const gap of seen.gapsMs().slice(5)) expectWithin(gap, 2 * GAP_MIN_MS, 2 * GAP_MAX_MS);
  },
  "changes-hands-ten-times": (seen) => {
    expect(seen.leadsOf()).toBe("50 sent");
    expect(seen.leadsOf("stays")).toBe("20 sent");
    expect(seen.mails()).toHaveLength(70);
    const gaps = seen.gapsMs("spring");
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(GAP_MIN_MS);
    // The fallback sender keeps to the longest gap, so some are of the one and some of the other.
    expect(gaps.filter((gap) => Math.abs(gap - 108_000) < 100).length).toBeGreaterThan(5);
  },
  "clock-stepped-back": (seen) => {
    expect(seen.leadsOf()).toBe("80 sent");
    expect(seen.mails()).toHaveLength(80);
    expect(Math.min(...seen.gapsMs())).toBeGreaterThanOrEqual(GAP_MIN_MS);
    expect(seen.gapsMs().filter((gap) => gap > GAP_MAX_MS)).toHaveLength(1);
  },
  "clock-stepped-forward": (seen) => {
    expect(seen.leadsOf()).toBe("80 sent");
    expect(Math.min(...seen.gapsMs())).toBeGreaterThanOrEqual(GAP_MIN_MS);
    expect(Math.max(...seen.gapsMs())).toBeLessThanOrEqual(GAP_MAX_MS);
  },
  "database-busy": (seen) => {
    expect(seen.leadsOf()).toBe("20 sent");
    expect(seen.outcomes()).toEqual(Array(20).fill("sent"));
    expect(Math.max(...seen.gapsMs())).toBeGreaterThan(GAP_MAX_MS);
  },
  "death-with-a-standby": (seen) => {
    expect(seen.leadsOf()).toBe("19 sent, 1 unconfirmed");
    expect(seen.timesOf("lead-5")).toHaveLength(1);
    expect(seen.mails().map(({ worker }) => worker)).toEqual([...Array(5).fill(1), ...Array(15).fill(2)]);
    expect(Math.max(...seen.gapsMs())).toBeLessThanOrEqual(GAP_MAX_MS);
  },
  "edited-goes-on": (seen) => {
    expect(seen.statuses()).toEqual(["IN_PROGRESS", "COMPLETED"]);
    expect(Math.max(...seen.gapsMs())).toBeLessThanOrEqual(GAP_MAX_MS);
  },
  "greylisted-comes-back": (seen) => {
    expect(seen.leadsOf()).toBe("20 sent");
    expect(seen.outcomes("lead-5")).toEqual(["temporary", "temporary", "sent"]);
    expect(seen.timesOf("lead-5")).toEqual(["Wed 2025-11-05 09:46:54"]);
  },
  "holiday-on-tuesday": (seen) => {
    expect(seen.perDay()).toEqual({ "2025-11-10": 10, "2025-11-12": 10 });
    expect(seen.timesOf("lead-11")).toEqual(["Wed 2025-11-12 09:00:00"]);
  },
  "hour-zero-works": (seen) => {
    expect(seen.firstTime()).toBe("Wed 2025-11-05 00:00:00");
    expect(seen.leadsOf()).toBe("20 sent");
  },
  "killed-after-the-body": (seen) => {
    expect(seen.leadsOf()).toBe("19 sent, 1 unconfirmed");
    expect(seen.timesOf("lead-5")).toHaveLength(1);
  },
  "killed-before-recording": (seen) => {
    expect(seen.leadsOf()).toBe("19 sent, 1 unconfirmed");
    expect(seen.timesOf("lead-5")).toHaveLength(1);
  },
  "killed-before-the-dot": (seen) => {
    expect(seen.leadsOf()).toBe("20 sent");
    expect(seen.timesOf("lead-5")).toHaveLength(1);
  },
  "killed-in-the-claim": (seen) => {
    expect(seen.leadsOf()).toBe("20 sent");
    expect(Math.max(...seen.gapsMs())).toBeLessThan(4 * MINUTE_MS);
  },
  "last-slot-goes-once": (seen) => {
    expect(seen.perDay()).toEqual({ "2025-11-05": 10, "2025-11-06": 10, "2025-11-07": 4 });
    expect([seen.leadsOf("spring"), seen.leadsOf("autumn")]).toEqual(["12 sent", "12 sent"]);
  },
  "late-rows-go-next": (seen) => {
    expect(seen.perDay()).toEqual({ "2025-11-05": 7, "2025-11-06": 13 });
    expect(seen.timesOf("lead-8")).toEqual(["Thu 2025-11-06 09:00:00"]);
  },
  "limit-on-a-23-hour-day": (seen) => {
    expect(seen.perDay()).toEqual({ "2026-03-28": 8, "2026-03-29": 12, "2026-03-30": 12, "2026-03-31": 8 });
  },
  "limit-on-a-25-hour-day": (seen) => {
    expect(seen.perDay()).toEqual({ "2025-10-25": 8, "2025-10-26": 12, "2025-10-27": 12, "2025-10-28": 8 });
  },
  "limit-shared-by-campaigns": (seen) => {
    expect(seen.perDay()).toEqual({ "2025-11-05": 10, "2025-11-06": 6 });
    expect([seen.leadsOf("spring"), seen.leadsOf("autumn")]).toEqual(["8 sent", "8 sent"]);
  },
  "long-pause-counts-the-day": (seen) => {
    const pauses = seen.gapsMs().flatMap((gap, index) => (gap > GAP_MAX_MS ? [index + 1] : []));
    expect(pauses).toEqual([10, 20, 30]);
    for (const mail of pauses) expectWithin(seen.gapsMs()[mail - 1], 10 * MINUTE_MS, 15 * MINUTE_MS);
  },
  "mailbox-switched-off": (seen) => {
    expect(seen.leadsOf()).toBe("30 sent");
    expect(seen.perMailbox()).toEqual({ "anna@acme.test": 4, "jan@acme.test": 26 });
    expect(Math.max(...seen.gapsMs())).toBeLessThanOrEqual(GAP_MAX_MS);
  },
  "no-burst-after-downtime": (seen) => {
    expect(seen.timesOf("lead-8")).toEqual(["Wed 2025-11-05 09:55:00"]);
    expect(Math.min(...seen.gapsMs())).toBeGreaterThanOrEqual(GAP_MIN_MS);
    expect(seen.gapsMs().filter((gap) => gap > GAP_MAX_MS)).toHaveLength(1);
  },
  "one-session-per-mailbox": (seen) => {
    expect([seen.leadsOf("spring"), seen.leadsOf("autumn")]).toEqual(["20 sent", "20 sent"]);
    expect(Math.min(...seen.gapsMs())).toBeGreaterThanOrEqual(8_000);
  },
  "outage-fails-nobody": (seen) => {
    expect(seen.leadsOf()).toBe("20 sent");
    expectWithin(Math.max(...seen.gapsMs()), HOUR_MS, 1.5 * HOUR_MS);
    expect(Math.min(...seen.gapsMs())).toBeGreaterThanOrEqual(GAP_MIN_MS);
  },
  "overdue-mail-waits-for-morning": (seen) => {
    expect(seen.perDay()).toEqual({ "2025-11-05": 4, "2025-11-06": 16 });
    expect(seen.timesOf("lead-5")).toEqual(["Thu 2025-11-06 09:00:00"]);
  },
  "paused-and-resumed-often": (seen) => {
    expect(seen.leadsOf()).toBe("40 sent");
    expect(seen.leadsInOrder()).toEqual(leads(1, 40));
    expect(Math.min(...seen.gapsMs())).toBeGreaterThanOrEqual(GAP_MIN_MS);
  },
  "poisoned-lead-costs-its-place": (seen) => {
    expect(seen.leadsOf()).toBe("28 sent, 2 failed");
    expect(seen.outcomes("lead-5")).toEqual(["permanent"]);
    expect(seen.leadsInOrder()).toEqual(leads(1, 30).filter((lead) => lead !== "lead-5" && lead !== "lead-7"));
    expect(seen.outcomes("lead-7").length).toBeLessThanOrEqual(4);
  },
  "priority-goes-next": (seen) => {
    expect(seen.leadsInOrder()).toEqual([...leads(1, 4), "boss", ...leads(5, 20)]);
    expect(Math.max(...seen.gapsMs())).toBeLessThanOrEqual(GAP_MAX_MS);
  },
  "refill-looks-past-the-plan": (seen) => {
    expect(seen.leadsOf()).toBe("60 sent");
    expect(seen.leadsInOrder()).toEqual(leads(1, 60));
    expectWithin(HOUR_MS / seen.meanGapMs(), 36, 44);
  },
  "refused-mail-uses-no-slot": (seen) => {
    expect(seen.leadsOf()).toBe("10 sent, 1 failed");
    expect(seen.perDay()).toEqual({ "2025-11-05": 10 });
  },
  "restart-keeps-the-gap": async (seen) => {
    const undisturbed = await seen.undisturbed();
    expect(seen.mails().map(({ at }) => at)).toEqual(undisturbed.mails().map(({ at }) => at));
  },
  "second-worker-takes-over": (seen) => {
    expect(seen.leadsOf()).toBe("20 sent");
    expect(new Set(seen.mails().map(({ worker }) => worker))).toEqual(new Set([1, 2]));
    expect(Math.max(...seen.gapsMs())).toBeLessThanOrEqual(GAP_MAX_MS);
  },
  "slow-answer-is-no-second-mail": (seen) => {
    expect(seen.leadsOf()).toBe("12 sent");
    expect(seen.mails()).toHaveLength(12);
  },
  "slow-server-keeps-the-mean": (seen) => {
    expect(seen.leadsOf()).toBe("100 sent");
    expectWithin(seen.meanGapMs(), 87_000, 93_000);
  },
  "spring-clock-change": (seen) => {
    expect(seen.firstTime()).toBe("Sun 2026-03-29 03:00:00");
    expect(seen.perDay()).toEqual({ "2026-03-29": 6, "2026-03-30": 13, "2026-03-31": 1 });
  },
  "start-time-is-local": (seen) => {
    expect(seen.firstTime()).toBe("Thu 2025-11-06 10:00:00");
    expect(seen.leadsOf()).toBe("20 sent");
  },
  "started-three-times": (seen) => {
    expect(seen.statuses()).toEqual(["IN_PROGRESS", "COMPLETED"]);
    expect(seen.leadsInOrder()).toEqual(leads(1, 20));
    expect(Math.min(...seen.gapsMs())).toBeGreaterThanOrEqual(GAP_MIN_MS);
  },
  "suppressed-gets-nothing": (seen) => {
    expect(seen.leadsOf()).toBe("19 sent, 1 skipped");
    expect(seen.timesOf("lead-15")).toEqual([]);
  },
  "wrong-password": (seen) => {
    expect(seen.leadsOf()).toBe("30 sent");
    expect(seen.perMailbox()).toEqual({ "jan@acme.test": 30 });
    expect(Math.max(...seen.gapsMs())).toBeLessThanOrEqual(GAP_MAX_MS);
  },
};

const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => file.replace(/\.yaml$/, ""));

describe("what went wrong in older senders", () => {
  it("has an expectation for every scenario file, and a file for every expectation", () => {
    expect(Object.keys(EXPECTATIONS).toSorted()).toEqual(names.toSorted());
  });

  it.each(names)("cannot happen: %s", async (name) => {
    const seen = await sightingOf(name);
    await EXPECTATIONS[name]?.(seen);
  });
});

describe("the user's guide to simulations", () => {
  const guide = readFileSync(join(import.meta.dirname, "../docs/simulate.md"), "utf8");
  const examples = [...guide.matchAll(/```yaml\n# (?<name>\S+)\n(?<yaml>.*?)```.*?```text\n(?<output>.*?)```/gs)];

  it("shows three examples", () => {
    expect(examples.map(({ groups }) => groups?.["name"])).toEqual(["week.yaml", "tuesday.yaml", "crash.yaml"]);
  });

  it.each(examples.map(({ groups }) => groups ?? {}))("shows what $name prints", async ({ name = "", yaml = "", output }) => {
    const read = await parseScenario(yaml, name);
    if (!read.ok) throw new Error(scenarioProblemText(read.error));
    const seen = await soundRun(read.value);
    expect(summaryText(read.value, seen.run)).toBe(output);
  });
});

async function sightingOf(name: string): Promise<Sighting> {
  const read = await readScenario(join(FOLDER, `${name}.yaml`));
  if (!read.ok) throw new Error(scenarioProblemText(read.error));
  return soundRun(read.value);
}

/** Runs a scenario and finds nothing wrong with the run as such. */
async function soundRun(scenario: Scenario): Promise<Sighting> {
  const run = await runScenario(scenario);
  expect(judge(scenario, run).map(({ text }) => text)).toEqual([]);
  expect(run.defects).toEqual([]);
  return new Sighting(scenario, run);
}

function leads(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `lead-${from + index}`);
}

function expectWithin(value: number | undefined, min: number, max: number): void {
  expect(value).toBeGreaterThanOrEqual(min);
  expect(value).toBeLessThanOrEqual(max);
}
