import type { CampaignSettings } from "../domain/campaign.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../domain/instant.ts";
import type { LongPause } from "../domain/pace.ts";
import type { WindowBlock } from "../domain/window.ts";
import { CRASH_POINTS } from "../engine/ports.ts";
import { Chance } from "./chance.ts";
import type { Scenario, ScenarioCampaign, ScenarioEvent, ScenarioLead, ScenarioMailbox, SmtpEvent } from "./scenario.ts";

/** What a random world is to be like, where chance is not to decide it. */
export interface RandomFrame {
  readonly workers?: number;
  readonly days?: number;
}

/** How a failing scenario is made smaller: only some of its events, fewer leads. */
export interface Reduction {
  /** Indices of the events that stay; all when left out. */
  readonly events?: readonly number[];
  readonly leadsMax?: number;
}

const ZONES = [
  "Europe/Warsaw",
  "Europe/London",
  "America/New_York",
  "America/Santiago",
  "Asia/Kolkata",
  "Asia/Beirut",
  "Australia/Lord_Howe",
];
/** Around these the clocks change in some of the zones. */
const CHANGES = [
  "2025-03-29",
  "2025-04-04",
  "2025-09-05",
  "2025-10-25",
  "2026-03-07",
  "2026-03-28",
  "2026-10-24",
  "2026-10-31",
  "2027-03-27",
];
const WEEKDAYS: WindowBlock["days"] = ["mon", "tue", "wed", "thu", "fri"];
const EVERY_DAY: WindowBlock["days"] = [...WEEKDAYS, "sat", "sun"];
const DAYS = 8;

/** A world with everything in it that can go wrong, fixed by its seed and its frame. */
export function randomScenario(seed: number, reduction: Reduction = {}, frame: RandomFrame = {}): Scenario {
  const runMs = (frame.days ?? DAYS) * DAY_MS;
  const chance = new Chance(seed);
  const startAt = chance.isLucky(0.4)
    ? Date.parse(`${chance.pick(CHANGES)}T00:00:00Z`) + chance.between(0, 2 * DAY_MS)
    : Date.parse("2025-01-01T00:00:00Z") + chance.between(0, 3 * 365 * DAY_MS);
  const zone = chance.pick(ZONES);
  const drawnWorkers = chance.pick([1, 1, 2, 3]);
  const workers = frame.workers ?? drawnWorkers;
  const latencyMs = chance.pick([0, 200, 800, 3_000, 25_000]);
  const mailboxes = chance.times(chance.between(1, 4), (index) => randomMailbox(chance, index, zone));
  const campaigns = chance.times(chance.between(1, 3), (index) => randomCampaign(chance, index, mailboxes, startAt));
  const events = chance.times(chance.between(0, 14), (index) =>
    randomEvent(chance, index, { startAt, runMs, workers, mailboxes, campaigns }),
  );
  // Drawn last, so that worlds without them stay what they were.
  const switches = chance.isLucky(0.3) ? randomSwitches(chance, events.length, { startAt, runMs, campaigns }) : [];
  return {
    seed,
    zone,
    startAt,
    until: { kind: "instant", at: startAt + runMs },
    workers,
    smtp: { latencyMs },
    mailboxes,
    campaigns: campaigns.map((campaign) => ({ ...campaign, leads: campaign.leads.slice(0, reduction.leadsMax) })),
    events: [...events, ...switches].filter((_, index) => reduction.events?.includes(index) ?? true),
  };
}

function randomMailbox(chance: Chance, index: number, zone: string): ScenarioMailbox {
  const limit = chance.pick([undefined, 1, 3, 10, 50]);
  return {
    address: `box-${index + 1}@acme.test`,
    zone: chance.isLucky(0.8) ? zone : chance.pick(ZONES),
    minGapMs: chance.pick([0, 0, 0, 30 * SECOND_MS, 5 * MINUTE_MS]),
    active: !chance.isLucky(0.05),
    ...(limit !== undefined && { perDayMax: limit }),
  };
}

function randomCampaign(chance: Chance, index: number, mailboxes: readonly ScenarioMailbox[], startAt: number): ScenarioCampaign {
  const mine = mailboxes.filter(() => chance.isLucky(0.7));
  return {
    name: `campaign-${index + 1}`,
    mailboxes: (mine.length === 0 ? mailboxes : mine).map(({ address }) => address),
    leads: leads(chance, 1, chance.between(1, 40)),
    settings: randomSettings(chance),
    startAt: chance.isLucky(0.05) ? "never" : startAt + chance.pick([0, 0, chance.between(0, DAY_MS)]),
  };
}

function leads(chance: Chance, from: number, count: number): ScenarioLead[] {
  return chance.times(count, (index) => ({
    address: `lead-${from + index}@example.test`,
    fields: {},
    ...(chance.isLucky(0.05) && { priority: chance.between(1, 5) }),
  }));
}

function randomSettings(chance: Chance): CampaignSettings {
  const pause: LongPause = {
    everyMails: chance.between(1, 10),
    fromMs: 10 * MINUTE_MS,
    toMs: chance.between(10, 30) * MINUTE_MS,
  };
  const limit = chance.pick([undefined, undefined, 2, 15, 500]);
  return {
    zone: chance.pick(ZONES),
    windows: chance.pick<readonly WindowBlock[]>([
      [],
      [{ days: WEEKDAYS, fromMinute: 9 * 60, toMinute: 17 * 60 }],
      [{ days: EVERY_DAY, fromMinute: 0, toMinute: 6 * 60 }],
      [
        { days: WEEKDAYS, fromMinute: 8 * 60, toMinute: 12 * 60 },
        { days: EVERY_DAY, fromMinute: 13 * 60, toMinute: 24 * 60 },
      ],
      [{ days: EVERY_DAY, fromMinute: 2 * 60, toMinute: 2 * 60 + 45 }],
    ]),
    holidays: chance.isLucky(0.3) ? ["PL"] : [],
    delayMs: chance.pick([0, 5 * SECOND_MS, 90 * SECOND_MS, 90 * SECOND_MS, 20 * MINUTE_MS]),
    jitter: chance.pick([
      { min: -0.2, max: 0.2 },
      { min: 0, max: 1 },
      { min: 0, max: 0 },
    ]),
    bufferSize: chance.pick([1, 3, 20]),
    retryDelaysMs: chance.pick([[], [MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS]]),
    ...(limit !== undefined && { perDayMax: limit }),
    ...(chance.isLucky(0.2) && { longPause: pause }),
  };
}

interface Scene {
  readonly startAt: number;
  readonly runMs: number;
  readonly workers: number;
  readonly mailboxes: readonly ScenarioMailbox[];
  readonly campaigns: readonly ScenarioCampaign[];
}

function randomEvent(chance: Chance, index: number, scene: Scene): ScenarioEvent {
  // Most of the mails leave on the first days, so most of the accidents happen there.
  const dated = { at: scene.startAt + Math.floor(chance.next() ** 2 * scene.runMs), line: index + 1 };
  const campaign = chance.pick(scene.campaigns).name;
  const mailbox = chance.pick(scene.mailboxes).address;
  const lead = `lead-${chance.between(1, 40)}@example.test`;
  const worker = chance.isLucky(0.5) ? {} : { worker: chance.between(1, scene.workers) };
  const forMs = chance.pick([0, 10 * SECOND_MS, 10 * MINUTE_MS, 3 * HOUR_MS]);
  switch (chance.between(1, 13)) {
    case 1:
      return { ...dated, do: "pause", campaign };
    case 2:
      return { ...dated, do: "resume", campaign };
    case 3:
      return { ...dated, do: chance.isLucky(0.2) ? "cancel" : "start", campaign };
    case 4:
      return { ...dated, do: "update-campaign", campaign, set: randomSettings(chance) };
    case 5:
      return {
        ...dated,
        do: "update-mailbox",
        mailbox,
        set: { perDayMax: chance.pick([null, 2, 20]), active: chance.isLucky(0.7) },
      };
    case 6:
      return { ...dated, do: "add-leads", campaign, leads: leads(chance, 100 * (index + 1), chance.between(1, 8)) };
    case 7:
      return { ...dated, do: "suppress", lead };
    case 8:
      return { ...dated, do: "stop", ...worker, forMs };
    case 9:
      return { ...dated, do: "crash", ...worker, forMs };
    case 10:
      return { line: index + 1, do: "crash", when: { point: chance.pick(CRASH_POINTS), lead }, forMs };
    case 11:
      return { ...dated, do: "clock", byMs: chance.pick([-2 * HOUR_MS, -MINUTE_MS, 5 * MINUTE_MS, 3 * HOUR_MS]) };
    case 12:
      return { ...dated, do: "database", fail: "busy", forMs: chance.pick([SECOND_MS, 10 * SECOND_MS, 60 * SECOND_MS]) };
    default:
      return randomTrouble(chance, dated, chance.isLucky(0.5) ? { lead } : { mailbox });
  }
}

/** A campaign that moves between the engine and the fallback sender, again and again. */
function randomSwitches(
  chance: Chance,
  after: number,
  { startAt, runMs, campaigns }: Pick<Scene, "startAt" | "runMs" | "campaigns">,
): ScenarioEvent[] {
  return chance.times(chance.between(1, 6), (index) => ({
    at: startAt + Math.floor(chance.next() ** 2 * runMs),
    line: after + index + 1,
    do: chance.isLucky(0.5) ? "roll-back" : "cut-over",
    campaign: chance.pick(campaigns).name,
  }));
}

function randomTrouble(
  chance: Chance,
  dated: { at: number; line: number },
  target: { lead: string } | { mailbox: string },
): SmtpEvent {
  const common = { ...dated, ...target, do: "smtp", forMs: chance.pick([MINUTE_MS, HOUR_MS, DAY_MS]) } as const;
  if (chance.isLucky(0.5)) {
    return {
      ...common,
      fail: chance.pick(["connection", "timeout", "auth", "lost-before-body", "lost-after-body", "dropped-after-body"]),
    };
  }
  const reply = chance.pick([
    "421 4.7.0 too many messages",
    "451 4.7.1 greylisted",
    "451 4.3.0 later",
    "550 5.1.1 no such user",
    "552 5.2.2 full",
    "554 5.7.1 refused",
  ]);
  return { ...common, reply, atStage: chance.pick(["connect", "mail", "rcpt", "data", "body"]), times: chance.between(1, 6) };
}
