import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { CAMPAIGN_DEFAULTS } from "../domain/campaign.ts";
import { fail, ok } from "../domain/result.ts";
import type { Scenario } from "./scenario.ts";
import type { ReadCsv } from "./scenario-leads.ts";
import { parseScenario, readScenario, scenarioFrom, scenarioProblemText } from "./scenario-reader.ts";

const WEEK = `
seed: 42
timezone: Europe/Warsaw
start: 2026-03-27T08:00:00
until: 2026-04-03T23:00:00
workers: 2
smtp: { latency: 1200ms }

mailboxes:
  anna@acme.test: { dailyLimit: 50, timezone: America/New_York, minGap: 5s }
  Jan@acme.test: {}

campaigns:
  spring:
    mailboxes: [ANNA@acme.test]
    leads: 11
    delay: 60s
    jitter: [-0.1, 0.3]
    longPause: { every: 10, from: 10m, to: 15m }
    windows: [{ days: [mon-wed, fri], from: 09:00, to: "17:00" }, { days: [sob], from: "10:00", to: "24:00" }]
    holidays: [PL, de]
    dailyLimit: 300
    bufferSize: 5
    retryDelays: [1m, 5m]
    startAt: 2026-03-27T09:00:00Z
  other: { leads: [B@acme.test, Cecilia <c@acme.test>], jitter: 0.2, startAt: never }

events:
  - { at: 2026-03-27T10:00:00, do: pause, campaign: spring }
  - { at: 2026-03-27T11:00:00, do: update-campaign, campaign: spring, set: { delay: 180s, windows: always } }
  - { at: 2026-03-27T11:00:00, do: update-mailbox, mailbox: anna@acme.test, set: { dailyLimit: none, active: false } }
  - { at: 2026-03-27T11:10:00, do: add-leads, campaign: spring, leads: 2, priority: 1 }
  - { at: 2026-03-27T11:20:00, do: suppress, lead: LEAD-5@example.test }
  - { at: 2026-03-27T12:00:00, do: stop, worker: 1, for: 45m }
  - { at: 2026-03-29T03:00:00+02:00, do: crash, for: 10s }
  - { do: crash, when: { point: after-body, lead: lead-13@example.test }, for: 10s }
  - { at: 2026-03-27T14:00:00, do: smtp, mailbox: anna@acme.test, fail: connection, for: 1h }
  - { do: smtp, lead: lead-9@example.test, reply: "451 4.7.1 greylisted", times: 2, at-stage: body }
  - { at: 2026-03-27T15:00:00, do: clock, by: -2h }
  - { at: 2026-03-27T15:30:00, do: database, fail: busy, for: 10s }
`;

const local = (time: string): number => Date.parse(`2026-03-27T${time}+01:00`);
const numbered = (from: number, to: number, more = {}) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ address: `lead-${from + index}@example.test`, fields: {}, ...more }));

async function read(text: string, readCsv?: ReadCsv): Promise<Scenario> {
  const scenario = await parseScenario(text, "week.yaml", readCsv);
  if (!scenario.ok) throw new Error(scenarioProblemText(scenario.error));
  return scenario.value;
}

async function refusal(text: string, readCsv?: ReadCsv): Promise<string | undefined> {
  const scenario = await parseScenario(text, "week.yaml", readCsv);
  return scenario.ok ? undefined : scenarioProblemText(scenario.error);
}

describe("a scenario", () => {
  it("means what it says, in the zone that it names", async () => {
    const { events, campaigns, ...world } = await read(WEEK);
    expect(world).toEqual({
      seed: 42,
      zone: "Europe/Warsaw",
      startAt: local("08:00:00"),
      until: { kind: "instant", at: Date.parse("2026-04-03T21:00:00Z") },
      workers: 2,
      smtp: { latencyMs: 1_200 },
      mailboxes: [
        { address: "anna@acme.test", perDayMax: 50, zone: "America/New_York", minGapMs: 5_000, active: true },
        { address: "jan@acme.test", zone: "Europe/Warsaw", minGapMs: 0, active: true },
      ],
    });
    expect(campaigns[0]).toEqual({
      name: "spring",
      mailboxes: ["anna@acme.test"],
      leads: numbered(1, 11),
      settings: {
        zone: "Europe/Warsaw",
        delayMs: 60_000,
        jitter: { min: -0.1, max: 0.3 },
        longPause: { everyMails: 10, fromMs: 600_000, toMs: 900_000 },
        windows: [
          { days: ["mon", "tue", "wed", "fri"], fromMinute: 540, toMinute: 1_020 },
          { days: ["sat"], fromMinute: 600, toMinute: 1_440 },
        ],
        holidays: ["PL", "DE"],
        perDayMax: 300,
        bufferSize: 5,
        retryDelaysMs: [60_000, 300_000],
      },
      startAt: local("10:00:00"),
    });
    expect(events).toHaveLength(12);
  });

  it("has events with every instant, duration and name resolved, and knows their lines", async () => {
    const { events } = await read(WEEK);
    const firstLine = WEEK.split("\n").indexOf("events:") + 2;
    expect(events.map(({ line }) => line)).toEqual(events.map((_, index) => firstLine + index));
    const withoutLines = events.map((event) => {
      const { line: _, ...rest } = event;
      return rest;
    });
    expect(withoutLines).toEqual([
      { at: local("10:00:00"), do: "pause", campaign: "spring" },
      { at: local("11:00:00"), do: "update-campaign", campaign: "spring", set: { delayMs: 180_000, windows: [] } },
      { at: local("11:00:00"), do: "update-mailbox", mailbox: "anna@acme.test", set: { perDayMax: null, active: false } },
      { at: local("11:10:00"), do: "add-leads", campaign: "spring", leads: numbered(12, 13, { priority: 1 }) },
      { at: local("11:20:00"), do: "suppress", lead: "lead-5@example.test" },
      { at: local("12:00:00"), do: "stop", worker: 1, forMs: 2_700_000 },
      { at: Date.parse("2026-03-29T01:00:00Z"), do: "crash", forMs: 10_000 },
      { do: "crash", when: { point: "after-body", lead: "lead-13@example.test" }, forMs: 10_000 },
      { at: local("14:00:00"), do: "smtp", mailbox: "anna@acme.test", fail: "connection", forMs: 3_600_000 },
      { do: "smtp", lead: "lead-9@example.test", reply: "451 4.7.1 greylisted", atStage: "body", times: 2 },
      { at: local("15:00:00"), do: "clock", byMs: -7_200_000 },
      { at: local("15:30:00"), do: "database", fail: "busy", forMs: 10_000 },
    ]);
  });

  it("needs no more than a start, a mailbox and a campaign with leads", async () => {
    const scenario = await scenarioFrom({
      start: "2026-03-27T08:00",
      mailboxes: { "a@acme.test": null, "b@acme.test": {} },
      campaigns: { only: { leads: 1 } },
    });
    expect(scenario).toEqual({
      seed: 1,
      zone: "Europe/Warsaw",
      startAt: local("08:00:00"),
      until: { kind: "idle" },
      workers: 1,
      smtp: { latencyMs: 800 },
      mailboxes: ["a@acme.test", "b@acme.test"].map((address) => ({ address, zone: "Europe/Warsaw", minGapMs: 0, active: true })),
      campaigns: [
        {
          name: "only",
          mailboxes: ["a@acme.test", "b@acme.test"],
          leads: numbered(1, 1),
          settings: CAMPAIGN_DEFAULTS,
          startAt: local("08:00:00"),
        },
      ],
      events: [],
    });
  });

  it("has no daily limit where the campaign is unpaced or says none", async () => {
    const campaigns = { paced: { leads: 1, dailyLimit: "none" }, bulk: { leads: 1, delay: 0 } };
    const scenario = await scenarioFrom({ start: "2026-03-27T08:00", mailboxes: { "a@acme.test": {} }, campaigns });
    expect(scenario.campaigns.map(({ settings }) => settings.perDayMax)).toEqual([undefined, undefined]);
  });

  it("may repeat a value by its name", async () => {
    const text = WEEK.replace("dailyLimit: 50, timezone: America/New_York", "&box dailyLimit: 50").replace(
      "Jan@acme.test: {}",
      "Jan@acme.test: { *box : 7 }",
    );
    expect((await read(text)).mailboxes.map(({ perDayMax }) => perDayMax)).toEqual([50, 7]);
  });

  it("is the same with Windows line ends, a byte order mark and a directive of YAML 1.1", async () => {
    const plain = await read(WEEK);
    expect(await read(`\uFEFF${WEEK.replaceAll("\n", "\r\n")}`)).toEqual(plain);
    expect(await read(`%YAML 1.1\n---${WEEK}`)).toEqual({
      ...plain,
      events: plain.events.map((event) => ({ ...event, line: event.line + 1 })),
    });
  });

  it("made up by a program is refused by an exception", async () => {
    await expect(scenarioFrom({ start: "tomorrow" })).rejects.toThrow(
      'scenario:2: start "tomorrow": not a date and time; allowed:',
    );
  });
});

describe("leads", () => {
  const people = (leads: string) =>
    `start: 2026-03-27T08:00\nmailboxes: { a@acme.test: }\ncampaigns:\n  spring:\n    leads: ${leads}\n`;
  const leadsOf = async (text: string, readCsv?: ReadCsv) => (await read(text, readCsv)).campaigns.map(({ leads }) => leads);

  it("by number are the same people in every campaign", async () => {
    expect(await leadsOf(`${people("2")}  autumn: { leads: 3 }`)).toEqual([numbered(1, 2), numbered(1, 3)]);
  });

  it("added by number pass over addresses that the campaign lists", async () => {
    const text = `${people("[lead-2@example.test, Anna <Anna@acme.test>]")}events: [{ at: 2026-03-27T08:00, do: add-leads, campaign: spring, leads: 2 }]`;
    const { campaigns, events } = await read(text);
    expect(campaigns[0]?.leads).toEqual([...numbered(2, 2), { address: "anna@acme.test", fields: { name: "Anna" } }]);
    expect(events[0]).toMatchObject({ leads: [...numbered(1, 1), ...numbered(3, 3)] });
  });

  it("of a CSV file are asked for beside the scenario", async () => {
    const asked: string[] = [];
    const readCsv: ReadCsv = async (path) => {
      asked.push(path);
      return ok(numbered(1, 1));
    };
    const scenario = await parseScenario(people("{ csv: lists/people.csv }"), "/scenarios/week.yaml", readCsv);
    expect(asked).toEqual(["/scenarios/lists/people.csv"]);
    expect(scenario.ok && scenario.value.campaigns[0]?.leads).toEqual(numbered(1, 1));
  });

  it("of a CSV file that cannot be read are refused where the file is named", async () => {
    const readCsv: ReadCsv = async (path) => fail({ field: "csv", value: path, message: "does not exist" });
    expect(await refusal(people("{ csv: no.csv }"), readCsv)).toBe(
      'week.yaml:5: campaigns.spring.leads.csv "no.csv": does not exist',
    );
  });
});

describe("a file", () => {
  const folders: string[] = [];
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
  });
  const write = async (files: Readonly<Record<string, string | Uint8Array>>): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), "goniec-scenario-"));
    folders.push(folder);
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    return folder;
  };
  const problemOf = async (path: string) => {
    const scenario = await readScenario(path);
    return scenario.ok ? undefined : scenarioProblemText(scenario.error);
  };

  it("is read with the CSV file that it names, of which rows without a lead are left out", async () => {
    const folder = await write({
      "week.yaml": "start: 2026-03-27T08:00\nmailboxes: { a@acme.test: }\ncampaigns: { spring: { leads: { csv: people.csv } } }",
      "people.csv": "email,city,priority\nanna@acme.test,Gdynia,1\nnobody,Sopot,\njan@acme.test,,\n",
      "empty.csv": "email\nnobody\n",
      "empty.yaml": "start: 2026-03-27T08:00\nmailboxes: { a@acme.test: }\ncampaigns: { spring: { leads: { csv: empty.csv } } }",
    });
    const scenario = await readScenario(join(folder, "week.yaml"));
    expect(
      scenario.ok && scenario.value.campaigns[0]?.leads.map(({ fields, ...lead }) => ({ ...lead, fields: { ...fields } })),
    ).toEqual([
      { address: "anna@acme.test", fields: { city: "Gdynia", priority: "1" }, priority: 1 },
      { address: "jan@acme.test", fields: {} },
    ]);
    expect(await problemOf(join(folder, "empty.yaml"))).toContain('empty.yaml:3: campaigns.spring.leads.csv "empty.csv": ');
  });

  it("that is none, a folder or no text is refused by its name", async () => {
    const folder = await write({ "latin.yaml": Uint8Array.of(0x61, 0x3a, 0xe9) });
    expect(await problemOf(join(folder, "none.yaml"))).toMatch(/none\.yaml: does not exist; allowed: a scenario in YAML or JSON/);
    expect(await problemOf(folder)).toContain(`${folder}: is a directory`);
    expect(await problemOf(join(folder, "latin.yaml"))).toContain("latin.yaml: is not UTF-8 text");
  });
});
