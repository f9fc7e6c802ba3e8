import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { CRASH_POINTS } from "../engine/ports.ts";
import { SMTP_FAILURES, SMTP_STAGES } from "./scenario.ts";
import { parseScenario, scenarioProblemText } from "./scenario-reader.ts";

const START = Date.parse("2026-03-27T07:00:00Z");
const DAY_MINUTES = 1_440;

const duration = fc.tuple(fc.nat(999), fc.constantFrom("ms", "s", "m", "h")).map(([count, unit]) => `${count}${unit}`);
const at = fc.nat({ max: 7 * DAY_MINUTES }).map((minutes) => new Date(START + minutes * 60_000).toISOString());
const zone = fc.constantFrom("Europe/Warsaw", "America/New_York", "Asia/Kolkata", "UTC");
/** Words that YAML would take for something else when they stand bare, or that need quotes or escapes. */
const name = fc.constantFrom(
  "NO",
  "1e3",
  "null",
  "2026-03-27",
  "a: b # c",
  "- x",
  "*all",
  "zażółć",
  "'",
  '"',
  "__proto__",
  "true",
  "0x10",
);
const mailbox = fc.constantFrom("anna@acme.test", "jan@acme.test", "'o''neil@acme.test");
const lead = fc.constantFrom("lead-1@example.test", "lead-2@example.test");
const limit = fc.oneof(fc.integer({ min: 1, max: 1_000 }), fc.constant("none"));
const share = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100);

const time = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
const window = fc
  .tuple(fc.integer({ min: 0, max: DAY_MINUTES - 1 }), fc.nat(DAY_MINUTES - 1))
  .map(([from, length]) => ({ days: ["mon", "fri"], from: time(from), to: time(Math.min(DAY_MINUTES, from + length + 1)) }));

const optional = { requiredKeys: [] };
const settings = {
  timezone: zone,
  delay: duration,
  jitter: fc.oneof(
    share,
    fc.tuple(
      share.map((low) => -low),
      share,
    ),
  ),
  longPause: fc
    .record({
      every: fc.integer({ min: 1, max: 99 }),
      from: fc.constant("1m"),
      to: duration.map((text) => `${text.replace(/\D/g, "")}h`),
    })
    .filter(({ to }) => to !== "0h"),
  windows: fc.oneof(fc.array(window, { minLength: 1, maxLength: 1 }), fc.constant("always")),
  holidays: fc.subarray(["PL", "NO", "DE"]),
  bufferSize: fc.integer({ min: 1, max: 99 }),
  retryDelays: fc.array(duration, { maxLength: 4 }),
  startAt: at,
};
const mailboxRules = { dailyLimit: limit, timezone: zone, minGap: duration, active: fc.boolean() };
const campaign = fc.record(
  { ...settings, dailyLimit: limit, mailboxes: fc.uniqueArray(mailbox, { minLength: 1 }), leads: fc.integer({ min: 2, max: 9 }) },
  { requiredKeys: ["leads"] },
);

const isNotEmpty = (set: object): boolean => Object.keys(set).length > 0;
const eventOf = (campaigns: readonly string[]) => {
  const ofCampaign = { at, campaign: fc.constantFrom(...campaigns) };
  const worker = fc.constantFrom(1, 2);
  const target = { mailbox, lead, times: fc.integer({ min: 1, max: 9 }), for: duration, at };
  return fc.oneof(
    fc.record({ ...ofCampaign, do: fc.constantFrom("start", "pause", "resume", "cancel") }),
    fc.record({ ...ofCampaign, do: fc.constant("update-campaign"), set: fc.record(settings, optional).filter(isNotEmpty) }),
    fc.record({ at, mailbox, do: fc.constant("update-mailbox"), set: fc.record(mailboxRules, optional).filter(isNotEmpty) }),
    fc.record({
      ...ofCampaign,
      do: fc.constant("add-leads"),
      leads: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant(["x@acme.test"])),
    }),
    fc.record({ at, do: fc.constant("suppress"), lead }),
    fc.record({ at, worker, for: duration, do: fc.constantFrom("stop", "crash") }, { requiredKeys: ["at", "for", "do"] }),
    fc.record({ do: fc.constant("crash"), for: duration, when: fc.record({ point: fc.constantFrom(...CRASH_POINTS), lead }) }),
    fc.record({ ...target, do: fc.constant("smtp"), fail: fc.constantFrom(...SMTP_FAILURES) }, { requiredKeys: ["do", "fail"] }),
    fc.record(
      {
        ...target,
        do: fc.constant("smtp"),
        reply: fc.constantFrom("451 4.7.1 later: #1", "550"),
        "at-stage": fc.constantFrom(...SMTP_STAGES),
      },
      { requiredKeys: ["do", "reply"] },
    ),
    fc.record({ at, do: fc.constant("clock"), by: fc.tuple(fc.constantFrom("", "-"), duration).map((parts) => parts.join("")) }),
    fc.record({ at, do: fc.constant("database"), fail: fc.constant("busy"), for: duration }),
  );
};

const scenario = fc.uniqueArray(name, { minLength: 1, maxLength: 3 }).chain((campaigns) =>
  fc.record(
    {
      seed: fc.nat(2 ** 31 - 1),
      timezone: zone,
      start: fc.constant("2026-03-27T07:00:00Z"),
      until: fc.constantFrom("idle", "2026-04-30T07:00:00Z"),
      workers: fc.constantFrom(2, 64),
      smtp: fc.record({ latency: duration }),
      mailboxes: fc.tuple(...Array.from({ length: 3 }, () => fc.record(mailboxRules, optional))).map((rules) => ({
        "Anna@acme.test": rules[0],
        "jan@acme.test": rules[1],
        "'o''neil@acme.test": rules[2],
      })),
      campaigns: fc
        .array(campaign, { minLength: campaigns.length, maxLength: campaigns.length })
        .map((all) => Object.fromEntries(all.map((one, index) => [campaigns[index] ?? "", one]))),
      events: fc.array(eventOf(campaigns), { maxLength: 12 }),
    },
    { requiredKeys: ["start", "mailboxes", "campaigns", "workers"] },
  ),
);

async function meaning(text: string) {
  const read = await parseScenario(text, "made-up");
  if (!read.ok) throw new Error(`${scenarioProblemText(read.error)}\n${text}`);
  return { ...read.value, events: read.value.events.map((event) => ({ ...event, line: 0 })) };
}

describe("any scenario", () => {
  it("means the same in YAML and in JSON, however it is laid out", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (object) => {
        const json = await meaning(JSON.stringify(object));
        expect(json.campaigns.map(({ name }) => name)).toEqual(Object.keys(object.campaigns));
        expect(json.events).toHaveLength(object.events?.length ?? 0);
        expect(await meaning(JSON.stringify(object, null, "\t"))).toEqual(json);
        expect(await meaning(stringify(object))).toEqual(json);
        expect(await meaning(stringify(object, { collectionStyle: "flow", defaultStringType: "QUOTE_SINGLE" }))).toEqual(json);
      }),
      { numRuns: 30 },
    );
  });
});
