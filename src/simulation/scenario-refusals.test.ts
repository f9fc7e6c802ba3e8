import { describe, expect, it } from "vitest";
import { parseScenario, scenarioProblemText } from "./scenario-reader.ts";

/** Each refusal replaces one line of this scenario, which is in order, and is to be found in that line. */
const LINES = [
  "timezone: Europe/Warsaw",
  "start: 2026-03-27T08:00:00",
  "until: 2026-03-28T08:00:00",
  "workers: 2",
  "smtp: { latency: 800ms }",
  "mailboxes:",
  "  anna@acme.test: { dailyLimit: 50 }",
  "  jan@acme.test: { minGap: 0s }",
  "campaigns:",
  "  spring:",
  "    leads: 10",
  "    delay: 90s",
  "events:",
  "  - { at: 2026-03-27T10:00:00, do: pause, campaign: spring }",
];
const [ZONE, START, UNTIL, WORKERS, SMTP, MAILBOXES, ANNA, JAN, CAMPAIGNS, SPRING, LEADS, DELAY, EVENTS, EVENT] =
  LINES.keys() as Iterable<number>;

async function problemOf(lines: readonly string[]) {
  const scenario = await parseScenario(lines.join("\n"), "week.yaml");
  return scenario.ok ? undefined : scenario.error;
}

async function refused(at: number | undefined, text: string) {
  const problem = await problemOf(LINES.map((line, index) => (index === at ? text : line)));
  return { line: problem?.line, text: problem && scenarioProblemText(problem) };
}

describe("a scenario in order", () => {
  it("is not refused", async () => expect(await problemOf(LINES)).toBeUndefined());
});

describe("refused in the line where it stands is", () => {
  it.each([
    // The text as YAML.
    [ZONE, "timezone: [", "not valid YAML: Flow sequence", 2],
    [START, "timezone: UTC", "this key has been given before"],
    [START, "start: !date 2026-03-27", "not valid YAML: Unresolved tag: !date"],
    [EVENTS, "---", "a second document begins; a scenario file holds one"],
    [DELAY, "    delay: *pace", "*pace repeats a value, but no value before it is named &pace"],
    [DELAY, "\tdelay: 90s", "Tabs are not allowed"],
    [DELAY, "    ? [delay]\n    : 90s", "campaigns.spring: is a list and not a single value"],
    // Keys.
    [WORKERS, "worker: 2", 'worker "worker": unknown key of a scenario; did you mean workers?; allowed: seed, timezone, start,'],
    [SMTP, "smtp: { delay: 1s }", 'smtp.delay "delay": unknown key of `smtp`; allowed: latency'],
    [
      ANNA,
      "  anna@acme.test: { dailylimit: 50 }",
      "unknown key of a mailbox; did you mean dailyLimit?; allowed: dailyLimit, timezone,",
    ],
    [
      DELAY,
      "    dely: 90s",
      'campaigns.spring.dely "dely": unknown key of a campaign; did you mean delay?; allowed: mailboxes, leads,',
    ],
    [DELAY, "    longPause: { every: 1, from: 1m, to: 2m, until: 3m }", "unknown key of a long pause; allowed: every, from, to"],
    [DELAY, "    windows: [{ day: [mon], from: 09:00, to: 10:00 }]", "unknown key of a window; did you mean days?"],
    [LEADS, "    leads: { file: a.csv }", "unknown key of leads; allowed: csv"],
    [SMTP, "smtp: 800ms", 'smtp "800ms": is not a map; allowed: a map such as'],
    [EVENTS, "events: {}\nseed:", "events: is not a list; allowed: a list such as [a, b]"],
    // Missing.
    [START, "seed: 1", "the key start is missing; allowed: a date and time such as", 1],
    [MAILBOXES, "mailboxes: {}\nsmpt:", "unknown key of a scenario; did you mean smtp?", 7],
    [
      LEADS,
      "    jitter: 0.2",
      "campaigns.spring: the key leads is missing; allowed: a number, a list of addresses, or { csv: path }",
      10,
    ],
    [DELAY, "    delay:", "campaigns.spring.delay: no value is given"],
    [DELAY, "    longPause: { every: 10, from: 10m }", "campaigns.spring.longPause: the key to is missing"],
    [LEADS, "    leads: {}", "the key csv is missing; allowed: the path of a CSV file"],
    // The world.
    [ZONE, "timezone: Europe/Varsaw", 'timezone "Europe/Varsaw": not a known time zone; did you mean Europe/Warsaw?'],
    [ZONE, "timezone: +02:00", "an offset knows no daylight-saving time"],
    [START, "start: 27.03.2026 8:00", 'start "27.03.2026 8:00": not a date and time; allowed: a date and time such as'],
    [START, "start: 2026-02-30T08:00", "there is no such date or time"],
    [UNTIL, "until: 2026-03-27T08:00:00", "is not after `start`; allowed: a later time, or idle"],
    [UNTIL, "until: 2036-05-01T08:00:00", "is more than ten years after `start`"],
    [UNTIL, "until: idel", 'until "idel": not a date and time'],
    [WORKERS, "workers: 0", 'workers "0": is out of range; allowed: a whole number from 1 to 64'],
    [WORKERS, "workers: 1.5", "is not a whole number"],
    [WORKERS, "workers: 1\nseed: -1", 'seed "-1": is out of range; allowed: a whole number from 0 to 2147483647', 5],
    [SMTP, "smtp: { latency: 800 }", 'smtp.latency "800": has no unit; allowed: a number with a unit'],
    // Mailboxes.
    [ANNA, "  anna: {}", 'mailboxes.anna "anna": has no @'],
    [ANNA, '  "Anna <anna@acme.test>": {}', "has a name beside the address; allowed: anna@acme.test"],
    [JAN, "  Anna@acme.test: {}", "this mailbox has been given before, in another spelling"],
    [
      ANNA,
      "  anna@acme.test: { dailyLimit: -1 }",
      'dailyLimit "-1": is out of range; allowed: a whole number from 1 to 1000000, or none',
    ],
    [ANNA, "  anna@acme.test: { minGap: -1s }", "must not be negative"],
    [ANNA, "  anna@acme.test: { active: yes }", 'active "yes": is not known here; allowed: true, false'],
    [ANNA, "  anna@acme.test: { timezone: EST }", "not a known time zone"],
    [ANNA, "  anna@acme.test: 50", "is not a map"],
    // Campaigns.
    [CAMPAIGNS, "campaigns: {}\nx:", "unknown key of a scenario", 10],
    [SPRING, '  " ":', 'campaigns.  " ": is empty; allowed: 1 to 120 characters in one line'],
    [DELAY, '    delay: 1s\n  "spring ": { leads: 1 }', "this campaign has been given before, in another spelling", 13],
    [SPRING, "  early:\n  spring:", "campaigns.early: is not a map", 10],
    [LEADS, "    leads: many", 'campaigns.spring.leads "many": is not a whole number; allowed: a whole number from 0 to 1000000'],
    [LEADS, "    leads: -3", "is out of range"],
    [
      LEADS,
      "    leads:\n      - a@acme.test\n      - A@acme.test",
      'leads[1] "A@acme.test": is in the list already, in line 12',
      13,
    ],
    [LEADS, "    leads:\n      - a@acme.test\n      - b", 'leads[1] "b": has no @', 13],
    [
      DELAY,
      "    mailboxes: [anna@acme.test, ana@acme.test]",
      'mailboxes[1] "ana@acme.test": is no mailbox of this file; did you mean anna@acme.test?; allowed: anna@acme.test, jan@acme.test',
    ],
    [DELAY, "    mailboxes: []", "names no mailbox; allowed: one or more of anna@acme.test, jan@acme.test; all when left out"],
    [DELAY, "    delay: 90", 'campaigns.spring.delay "90": has no unit'],
    [DELAY, "    delay: -90s", "must not be negative"],
    [
      DELAY,
      "    jitter: [0.3, 0.1]",
      "campaigns.spring.jitter: the first number is the lower one; allowed: a share of the delay",
    ],
    [DELAY, "    jitter: -0.2", 'campaigns.spring.jitter "-0.2": one number stands for both sides and has no sign'],
    [DELAY, "    jitter: [-2, 0]", "a gap cannot be shorter than nothing"],
    [DELAY, "    jitter: 20%", "not one or two numbers"],
    [DELAY, "    longPause: { every: 0, from: 1m, to: 2m }", 'longPause.every "0": is out of range'],
    [DELAY, "    longPause: { every: 1, from: 3m, to: 2m }", 'longPause.to "2m": is shorter than `from`'],
    [DELAY, "    dailyLimit: 0", "is out of range; allowed: a whole number from 1 to 1000000, or none"],
    [DELAY, "    bufferSize: 1001", "a whole number from 1 to 1000"],
    [DELAY, "    retryDelays: [1m, soon]", 'retryDelays[1] "soon": not a duration'],
    [DELAY, "    retryDelays: 1m", 'retryDelays "1m": is not a list'],
    [DELAY, "    holidays: [PL, UK]", 'holidays[1] "UK": unknown country "UK"; allowed: two-letter ISO codes'],
    [DELAY, '    holidays: ["PL DE"]', "is not one country"],
    [DELAY, "    startAt: 2026-03-27T07:00:00", "lies before the scenario's `start`; allowed: a time from `start` on, or never"],
    // Windows.
    [DELAY, "    windows: []", "campaigns.spring.windows: has no block, so that no mail would ever leave"],
    [DELAY, "    windows: mon-fri 17:00-09:00", "ends before it starts; enter a block over midnight as two"],
    [DELAY, "    windows: { days: [mon] }", "windows: is not a list; allowed: a list such as [{ days:"],
    [DELAY, "    windows: [{ days: [], from: 09:00, to: 10:00 }]", "windows[0].days: names no day"],
    [
      DELAY,
      "    windows: [{ days: [mon, montag], from: 09:00, to: 10:00 }]",
      'windows[0].days[1] "montag": unknown day name "montag"; allowed: mon, tue',
    ],
    [DELAY, '    windows: [{ days: ["mon, tue"], from: 09:00, to: 10:00 }]', "is not one day's name or one range of days"],
    [
      DELAY,
      "    windows: [{ days: [mon], from: 17:00, to: 09:00 }]",
      "windows[0]: 17:00-09:00: ends before it starts; enter a block over midnight as two",
    ],
    [DELAY, "    windows: [{ days: [mon], from: 09:00, to: 09:00 }]", "starts and ends at the same minute"],
    [DELAY, "    windows: [{ days: [mon], from: 09:00, to: 24:01 }]", "09:00-24:01: a time out of range"],
    [
      DELAY,
      "    windows: [{ days: [mon], from: 9, to: 10:00 }]",
      'windows[0].from "9": is not a time of day; allowed: 00:00 to 24:00',
    ],
    [DELAY, '    windows: [{ days: [mon], from: "09:00; tue 10:00", to: 11:00 }]', "is not a time of day"],
    [
      DELAY,
      "    windows: [{ days: [mon], from: 09:00, to: 12:00 }, { days: [mon-fri], from: 11:00, to: 13:00 }]",
      "blocks of one day overlap",
    ],
  ] as [at: number, text: string, message: string, line?: number][])("%i: %s", async (at, text, message, line = at + 1) => {
    expect(await refused(at, text)).toEqual({ line, text: expect.stringContaining(message) });
  });
});

const AT = "at: 2026-03-27T10:00:00";
const LEAD = "lead: lead-1@example.test";

describe("refused as an event is", () => {
  it.each([
    [
      `${AT}, do: paws, campaign: spring`,
      'events[0].do "paws": is not known here; allowed: start, pause, resume, cancel, cut-over, roll-back,',
    ],
    [`${AT}, do: puase, campaign: spring`, "is not known here; did you mean pause?; allowed: start,"],
    [`${AT}, campaign: spring`, "events[0]: the key do is missing; allowed: start, pause,"],
    ["do: pause, campaign: spring", "events[0]: the key at is missing; allowed: a date and time"],
    [`${AT}, do: pause`, "events[0]: the key campaign is missing; allowed: spring"],
    [
      `${AT}, do: pause, campaign: sprung`,
      'events[0].campaign "sprung": is not known here; did you mean spring?; allowed: spring',
    ],
    [
      `${AT}, do: pause, campaign: spring, for: 1h`,
      'events[0].for "for": unknown key of the event pause; allowed: at, do, campaign',
    ],
    [
      "at: 2026-03-27T07:59:59, do: pause, campaign: spring",
      'events[0].at "2026-03-27T07:59:59": lies before the scenario\'s `start`',
    ],
    [
      "at: 2026-03-28T08:00:01, do: pause, campaign: spring",
      "lies after the scenario's `until`; allowed: a time from `start` to `until`",
    ],
    [`${AT}, do: update-campaign, campaign: spring`, "the key set is missing; allowed: a map of timezone, delay,"],
    [`${AT}, do: update-campaign, campaign: spring, set: {}`, "events[0].set: changes nothing; allowed: one or more of"],
    [`${AT}, do: update-campaign, campaign: spring, set: { leads: 5 }`, "unknown key of an update's `set`"],
    [`${AT}, do: update-campaign, campaign: spring, set: { delay: 90 }`, 'events[0].set.delay "90": has no unit'],
    [`${AT}, do: update-campaign, campaign: spring, set: { dailyLimit: none }`, "is not a whole number"],
    [`${AT}, do: update-campaign, campaign: spring, set: { holidays: [XX] }`, 'unknown country "XX"'],
    [
      `${AT}, do: update-mailbox, mailbox: ann@acme.test, set: { active: true }`,
      "is no mailbox of this file; did you mean anna@acme.test?",
    ],
    [
      `${AT}, do: update-mailbox, mailbox: anna@acme.test, set: { delay: 1s }`,
      "unknown key of an update's `set`; allowed: dailyLimit, timezone,",
    ],
    [`${AT}, do: add-leads, campaign: spring, leads: 0`, "a whole number from 1 to 1000000"],
    [`${AT}, do: add-leads, campaign: spring`, "the key leads is missing"],
    [`${AT}, do: add-leads, campaign: spring, leads: 1, priority: 0`, 'priority "0": is out of range'],
    [
      `${AT}, do: suppress, lead: lead-11@example.test`,
      'events[0].lead "lead-11@example.test": is no lead of any campaign; allowed: a lead of the file',
    ],
    [`${AT}, do: stop, worker: 1`, "the key for is missing; allowed: a duration such as 10s"],
    [`${AT}, do: stop, worker: 3, for: 1m`, 'worker "3": is out of range; allowed: a whole number from 1 to 2'],
    [`${AT}, do: crash, for: -1s`, "must not be negative"],
    ["do: crash, for: 1s", "events[0]: has neither of `at` and `when`; allowed: one of them"],
    [`${AT}, do: crash, when: { point: accepted, ${LEAD} }, for: 1s`, "has both of `at` and `when`"],
    [
      `do: crash, when: { point: after-dinner, ${LEAD} }, for: 1s`,
      "did you mean after-intent?; allowed: before-claim, after-claim,",
    ],
    [`do: crash, when: { point: accepted }, for: 1s`, "events[0].when: the key lead is missing"],
    [`do: crash, when: { point: accepted, lead: nobody@acme.test }, for: 1s`, "is no lead of any campaign"],
    [
      `do: crash, worker: 1, when: { point: accepted, ${LEAD} }, for: 1s`,
      "a crash with `when` hits the worker that has the mail",
    ],
    [`do: smtp, ${LEAD}`, "has neither of `fail` and `reply`"],
    [`do: smtp, ${LEAD}, fail: auth, reply: "451 later"`, "has both of `fail` and `reply`; allowed: one of them"],
    [`do: smtp, ${LEAD}, fail: timeuot`, 'fail "timeuot": is not known here; did you mean timeout?; allowed: connection,'],
    [`do: smtp, ${LEAD}, fail: auth, at-stage: rcpt`, "is the stage of a `reply`, and this event has none"],
    [
      `do: smtp, ${LEAD}, reply: "451 later", at-stage: helo`,
      'at-stage "helo": is not known here; allowed: connect, mail, rcpt, data, body',
    ],
    [`do: smtp, ${LEAD}, reply: later`, 'reply "later": is not a reply of an SMTP server; allowed: a reply that refuses'],
    [`do: smtp, ${LEAD}, reply: 250 ok`, "does not refuse the mail"],
    [`do: smtp, ${LEAD}, fail: auth, times: 0`, 'times "0": is out of range'],
    ["do: smtp, mailbox: x@acme.test, fail: auth", "is no mailbox of this file"],
    [`${AT}, do: clock`, "the key by is missing; allowed: a duration such as 2h, or -2h for a step back"],
    [`${AT}, do: clock, by: --2h`, "not a duration"],
    [`${AT}, do: database, fail: full, for: 1s`, 'fail "full": is not known here; allowed: busy'],
    [`${AT}, do: database, for: 1s`, "the key fail is missing; allowed: busy"],
  ])("{ %s }", async (event, message) => {
    expect(await refused(EVENT, `  - { ${event} }`)).toEqual({ line: LINES.length, text: expect.stringContaining(message) });
  });

  it("one that is no map", async () => {
    expect(await refused(EVENT, "  - pause")).toEqual({
      line: LINES.length,
      text: expect.stringContaining('events[0] "pause": is not a map'),
    });
  });
});

describe("a whole file without", () => {
  it.each([
    ["", "week.yaml:1: the file is empty; allowed: a map of seed, timezone, start,"],
    ["# nothing\n", "the file is empty"],
    ["week", "is not a map"],
    [
      "start: 2026-03-27T08:00\nmailboxes: {}\ncampaigns: { a: { leads: 1 } }",
      "week.yaml:2: mailboxes: holds no mailbox; allowed: at least one",
    ],
    [
      "start: 2026-03-27T08:00\nmailboxes: { a@acme.test: }\ncampaigns: {}",
      "week.yaml:3: campaigns: holds no campaign; allowed: at least one",
    ],
    ["start: 2026-03-27T08:00\nmailboxes: { a@acme.test: }", "week.yaml:1: the key campaigns is missing; allowed: a map such as"],
  ])("what it needs is refused: %j", async (text, message) => {
    const problem = await problemOf([text]);
    expect(problem && scenarioProblemText(problem)).toContain(message);
  });
});
