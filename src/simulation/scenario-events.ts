import type { Instant } from "../domain/instant.ts";
import { CRASH_POINTS } from "../engine/ports.ts";
import { type CrashEvent, type ScenarioEvent, SMTP_FAILURES, SMTP_STAGES, type SmtpEvent } from "./scenario.ts";
import type { LeadBook } from "./scenario-leads.ts";
import { given, MAILBOX_KEYS, readMailboxRules, readSettingChanges, SETTING_KEYS } from "./scenario-settings.ts";
import type { Read, SourceMap, SourceValue } from "./scenario-source.ts";
import { readAddress, readDuration, readInstant, readOneOf, readRefusal, readStep, readWhole } from "./scenario-values.ts";

/** What the file has said of the world by the time that its events are read. */
export interface Stage {
  readonly zone: string;
  readonly startAt: Instant;
  /** Undefined when the scenario ends by itself. */
  readonly endAt: Instant | undefined;
  readonly workers: number;
  readonly mailboxes: readonly string[];
  readonly campaigns: readonly string[];
  readonly leads: LeadBook;
}

type Dated = Pick<ScenarioEvent, "at" | "line">;

interface EventReader {
  /** Besides `do` and `at`. */
  readonly keys: readonly string[];
  /** Whether it may do without `at`. */
  readonly undated?: true;
  read(map: SourceMap, dated: Dated, stage: Stage): ScenarioEvent | undefined | Promise<ScenarioEvent | undefined>;
}

const TIMES_MAX = 1_000_000;
const PRIORITY_MAX = 999_999;

const EVENT_READERS: { readonly [K in ScenarioEvent["do"]]: EventReader } = {
  start: { keys: ["campaign"], read: (map, dated, stage) => readOrder("start", map, dated, stage) },
  pause: { keys: ["campaign"], read: (map, dated, stage) => readOrder("pause", map, dated, stage) },
  resume: { keys: ["campaign"], read: (map, dated, stage) => readOrder("resume", map, dated, stage) },
  cancel: { keys: ["campaign"], read: (map, dated, stage) => readOrder("cancel", map, dated, stage) },
  "cut-over": { keys: ["campaign"], read: (map, dated, stage) => readOrder("cut-over", map, dated, stage) },
  "roll-back": { keys: ["campaign"], read: (map, dated, stage) => readOrder("roll-back", map, dated, stage) },
  "update-campaign": { keys: ["campaign", "set"], read: readCampaignUpdate },
  "update-mailbox": { keys: ["mailbox", "set"], read: readMailboxUpdate },
  "add-leads": { keys: ["campaign", "leads", "priority"], read: readAddedLeads },
  suppress: { keys: ["lead"], read: readSuppression },
  stop: { keys: ["worker", "for"], read: readStop },
  crash: { keys: ["worker", "when", "for"], undated: true, read: readCrash },
  smtp: { keys: ["mailbox", "lead", "fail", "reply", "at-stage", "times", "for"], undated: true, read: readSmtp },
  clock: { keys: ["by"], read: readClock },
  database: { keys: ["fail", "for"], read: readDatabase },
};
const EVENT_KINDS = Object.keys(EVENT_READERS) as ScenarioEvent["do"][];

/** Reads one event; undefined after a refusal. */
export async function readEvent(value: SourceValue, stage: Stage): Promise<ScenarioEvent | undefined> {
  const map = value.map();
  const kind = map?.required("do", readOneOf(EVENT_KINDS), EVENT_KINDS.join(", "));
  if (map === undefined || kind === undefined) return undefined;
  const reader = EVENT_READERS[kind];
  map.allowOnly(["at", "do", ...reader.keys], `the event ${kind}`);
  const at = map.get("at") === undefined && reader.undated ? undefined : map.required("at", readEventInstant(stage), AT_ALLOWED);
  return reader.read(map, { line: value.line, ...given({ at }) }, stage);
}

const AT_ALLOWED = "a date and time such as 2026-01-07T09:00:00";

function readEventInstant({ zone, startAt, endAt }: Stage): Read<Instant> {
  return (value) => {
    const at = readInstant(zone)(value);
    if (at === undefined) return undefined;
    if (at < startAt) return value.refuse("lies before the scenario's `start`", "a time from `start` to `until`");
    return at > (endAt ?? at) ? value.refuse("lies after the scenario's `until`", "a time from `start` to `until`") : at;
  };
}

type Order = Extract<ScenarioEvent["do"], "start" | "pause" | "resume" | "cancel" | "cut-over" | "roll-back">;

function readOrder(order: Order, map: SourceMap, dated: Dated, stage: Stage) {
  const campaign = readCampaignName(map, stage);
  return campaign === undefined ? undefined : { ...dated, do: order, campaign };
}

function readCampaignName(map: SourceMap, { campaigns }: Stage): string | undefined {
  return map.required("campaign", readOneOf(campaigns), campaigns.join(", "));
}

/** A mailbox of the file, in any spelling of its address. */
export function readKnownMailbox(mailboxes: readonly string[]): Read<string> {
  return (value) => {
    const address = readAddress(value);
    if (address === undefined || mailboxes.includes(address)) return address;
    return value.refuseWord("is no mailbox of this file", address, mailboxes);
  };
}

async function readCampaignUpdate(map: SourceMap, dated: Dated, stage: Stage): Promise<ScenarioEvent | undefined> {
  const campaign = readCampaignName(map, stage);
  const changes = readChanges(map, SETTING_KEYS);
  const set = changes && (await readSettingChanges(changes, stage.zone));
  return campaign === undefined || set === undefined ? undefined : { ...dated, do: "update-campaign", campaign, set };
}

function readMailboxUpdate(map: SourceMap, dated: Dated, stage: Stage): ScenarioEvent | undefined {
  const mailbox = map.required("mailbox", readKnownMailbox(stage.mailboxes), stage.mailboxes.join(", "));
  const changes = readChanges(map, MAILBOX_KEYS);
  const set = changes && readMailboxRules(changes);
  return mailbox === undefined || set === undefined ? undefined : { ...dated, do: "update-mailbox", mailbox, set };
}

function readChanges(map: SourceMap, keys: readonly string[]): SourceMap | undefined {
  const set = map.required("set", (value) => value.map(), `a map of ${keys.join(", ")}`);
  set?.allowOnly(keys, "an update's `set`");
  return set?.entries.length === 0 ? set.place.refuse("changes nothing", `one or more of ${keys.join(", ")}`) : set;
}

async function readAddedLeads(map: SourceMap, dated: Dated, stage: Stage): Promise<ScenarioEvent | undefined> {
  const campaign = readCampaignName(map, stage);
  const place = map.required("leads", (value) => value, "a number, a list of addresses, or { csv: path }");
  const priority = map.optional("priority", readWhole(1, PRIORITY_MAX));
  if (campaign === undefined || place === undefined) return undefined;
  const leads = await stage.leads.read(place, campaign, 1);
  return leads && { ...dated, do: "add-leads", campaign, leads: leads.map((lead) => ({ ...lead, ...given({ priority }) })) };
}

function readSuppression(map: SourceMap, dated: Dated, stage: Stage): ScenarioEvent | undefined {
  const lead = map.required("lead", stage.leads.mention);
  return lead === undefined ? undefined : { ...dated, do: "suppress", lead };
}

function readStop(map: SourceMap, dated: Dated, stage: Stage): ScenarioEvent | undefined {
  const worker = map.optional("worker", readWhole(1, stage.workers));
  const forMs = readFor(map);
  return forMs === undefined ? undefined : { ...dated, do: "stop", forMs, ...given({ worker }) };
}

function readFor(map: SourceMap): number | undefined {
  return map.required("for", readDuration, "a duration such as 10s, 5m or 1h");
}

function readCrash(map: SourceMap, dated: Dated, stage: Stage): ScenarioEvent | undefined {
  const worker = map.optional("worker", readWhole(1, stage.workers));
  const when = map.optional("when", readCrashMoment(stage));
  const forMs = readFor(map);
  const isAt = map.get("at") !== undefined;
  const isWhen = map.get("when") !== undefined;
  if (isAt === isWhen) return map.place.refuse(`has ${isAt ? "both" : "neither"} of \`at\` and \`when\``, "one of them");
  // The mail decides which worker it is that dies with it.
  if (isWhen && worker !== undefined)
    return map.get("worker")?.refuse("a crash with `when` hits the worker that has the mail", "no `worker`");
  return forMs === undefined ? undefined : { ...dated, do: "crash", forMs, ...given({ worker, when }) };
}

function readCrashMoment({ leads }: Stage): Read<NonNullable<CrashEvent["when"]>> {
  return (value) => {
    const map = value.map();
    map?.allowOnly(["point", "lead"], "a crash's `when`");
    const point = map?.required("point", readOneOf(CRASH_POINTS), CRASH_POINTS.join(", "));
    const lead = map?.required("lead", leads.mention);
    return point === undefined || lead === undefined ? undefined : { point, lead };
  };
}

function readSmtp(map: SourceMap, dated: Dated, stage: Stage): SmtpEvent | undefined {
  const isFail = map.get("fail") !== undefined;
  const isReply = map.get("reply") !== undefined;
  if (isFail === isReply) return map.place.refuse(`has ${isFail ? "both" : "neither"} of \`fail\` and \`reply\``, "one of them");
  if (isFail) map.get("at-stage")?.refuse("is the stage of a `reply`, and this event has none", "`at-stage` only beside `reply`");
  return {
    ...dated,
    do: "smtp",
    ...given({
      mailbox: map.optional("mailbox", readKnownMailbox(stage.mailboxes)),
      lead: map.optional("lead", stage.leads.mention),
      fail: map.optional("fail", readOneOf(SMTP_FAILURES)),
      reply: map.optional("reply", readRefusal),
      atStage: map.optional("at-stage", readOneOf(SMTP_STAGES)),
      times: map.optional("times", readWhole(1, TIMES_MAX)),
      forMs: map.optional("for", readDuration),
    }),
  };
}

function readClock(map: SourceMap, dated: Dated): ScenarioEvent | undefined {
  const byMs = map.required("by", readStep, "a duration such as 2h, or -2h for a step back");
  return byMs === undefined ? undefined : { ...dated, do: "clock", byMs };
}

function readDatabase(map: SourceMap, dated: Dated): ScenarioEvent | undefined {
  const failure = map.required("fail", readOneOf(["busy"]), "busy");
  const forMs = readFor(map);
  return failure === undefined || forMs === undefined ? undefined : { ...dated, do: "database", fail: failure, forMs };
}
