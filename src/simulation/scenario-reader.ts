import { readFile, stat } from "node:fs/promises";
import { CAMPAIGN_DEFAULTS } from "../domain/campaign.ts";
import { DAY_MS, type Instant } from "../domain/instant.ts";
import { fail, ok, problemText, type Result } from "../domain/result.ts";
import { parseCampaignName } from "../domain/setting-text.ts";
import type { Scenario, ScenarioCampaign, ScenarioMailbox } from "./scenario.ts";
import { readEvent, readKnownMailbox, type Stage } from "./scenario-events.ts";
import { LeadBook, type ReadCsv, readCsvLeads } from "./scenario-leads.ts";
import { MAILBOX_KEYS, readMailboxRules, readSettings, SETTING_KEYS } from "./scenario-settings.ts";
import { type Read, type ScenarioProblem, SourceFile, type SourceMap, type SourceValue } from "./scenario-source.ts";
import { readAddress, readDuration, readInstant, readList, readText, readWhole, readZone } from "./scenario-values.ts";

const FILE_BYTES_MAX = 16 * 1024 * 1024;
const SEED_MAX = 2 ** 31 - 1;
const SEED_DEFAULT = 1;
const WORKERS_MAX = 64;
const LATENCY_DEFAULT_MS = 800;
/** Longer than any campaign; a simulated year takes minutes. */
const SIMULATED_MAX_MS = 3_660 * DAY_MS;
const ROOT_KEYS = ["seed", "timezone", "start", "until", "workers", "smtp", "mailboxes", "campaigns", "events"];

/** Reads a scenario file, YAML or JSON; paths in it are relative to the file. */
export async function readScenario(path: string, readCsv: ReadCsv = readCsvLeads): Promise<Result<Scenario, ScenarioProblem>> {
  const text = await readFileText(path);
  return text.ok ? parseScenario(text.value, path, readCsv) : text;
}

/** Reads a scenario's text; of several problems the one that was found first. `fileName` is for the errors and for the paths in the text. */
export async function parseScenario(
  text: string,
  fileName: string,
  readCsv: ReadCsv = readCsvLeads,
): Promise<Result<Scenario, ScenarioProblem>> {
  const file = new SourceFile(text, fileName);
  if (file.firstProblem !== undefined) return fail(file.firstProblem);
  const root = file.root.isEmpty ? file.root.refuse("the file is empty", `a map of ${ROOT_KEYS.join(", ")}`) : file.root.map();
  const scenario = root && (await readRoot(root, readCsv));
  if (file.firstProblem !== undefined) return fail(file.firstProblem);
  if (scenario === undefined) throw new Error("a scenario is either read or refused");
  return ok(scenario);
}

/** The scenario that an object of the file's shape describes, for programs that make scenarios up. Throws on what a file would be refused for. */
export async function scenarioFrom(object: object): Promise<Scenario> {
  const scenario = await parseScenario(JSON.stringify(object, null, 2), "scenario");
  if (!scenario.ok) throw new Error(scenarioProblemText(scenario.error));
  return scenario.value;
}

/** A problem as one line: `week.yaml:12: campaigns.spring.delay "90": has no unit; allowed: ...`. */
export function scenarioProblemText({ file, line, key, value, message, allowed }: ScenarioProblem): string {
  const place = line === 0 ? file : `${file}:${line}`;
  if (value !== undefined) return `${place}: ${problemText({ field: key, value, message, ...(allowed && { allowed }) })}`;
  return `${place}: ${key === "" ? "" : `${key}: `}${message}${allowed === undefined ? "" : `; allowed: ${allowed}`}`;
}

async function readFileText(path: string): Promise<Result<string, ScenarioProblem>> {
  const refuse = (message: string, allowed?: string) =>
    fail({ file: path, line: 0, key: "", message, ...(allowed !== undefined && { allowed }) });
  try {
    const { size } = await stat(path);
    if (size > FILE_BYTES_MAX) return refuse(`has ${size} bytes`, `a scenario of at most ${FILE_BYTES_MAX} bytes`);
    return ok(new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path)));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return refuse(FILE_PROBLEMS[code] ?? `cannot be read (${code})`, "a scenario in YAML or JSON, saved as UTF-8");
  }
}

const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  EISDIR: "is a directory",
  ERR_ENCODING_INVALID_ENCODED_DATA: "is not UTF-8 text",
};

async function readRoot(root: SourceMap, readCsv: ReadCsv): Promise<Scenario> {
  root.allowOnly(ROOT_KEYS, "a scenario");
  const zone = root.optional("timezone", readZone) ?? CAMPAIGN_DEFAULTS.zone;
  // What stands in for a refused value only has to let the reading go on; the scenario will be refused.
  const startAt = root.required("start", readInstant(zone), "a date and time such as 2026-01-07T09:00:00") ?? 0;
  const until = root.optional("until", readUntil(zone, startAt)) ?? { kind: "idle" };
  const workers = root.optional("workers", readWhole(1, WORKERS_MAX)) ?? 1;
  const latencyMs = root.optional("smtp", readLatency) ?? LATENCY_DEFAULT_MS;
  const mailboxes = root.required("mailboxes", readMailboxes(zone), "a map such as { anna@acme.test: {} }") ?? [];
  const leads = new LeadBook(readCsv);
  const scene = { zone, startAt, mailboxes: mailboxes.map(({ address }) => address), leads };
  const campaigns = await readCampaigns(root, scene);
  const endAt = until.kind === "instant" ? until.at : undefined;
  const stage = { ...scene, endAt, workers, campaigns: campaigns.map(({ name }) => name) };
  const events = await readEvents(root, stage);
  leads.checkMentions();
  const seed = root.optional("seed", readWhole(0, SEED_MAX)) ?? SEED_DEFAULT;
  return { seed, zone, startAt, until, workers, smtp: { latencyMs }, mailboxes, campaigns, events };
}

function readUntil(zone: string, startAt: Instant): Read<Scenario["until"]> {
  return (value) => {
    if (value.text() === "idle") return { kind: "idle" };
    const at = readInstant(zone)(value);
    if (at === undefined) return undefined;
    if (at <= startAt) return value.refuse("is not after `start`", "a later time, or idle");
    return at - startAt > SIMULATED_MAX_MS
      ? value.refuse("is more than ten years after `start`", "an earlier time")
      : { kind: "instant", at };
  };
}

const readLatency: Read<number> = (value) => {
  const map = value.map();
  map?.allowOnly(["latency"], "`smtp`");
  return map?.optional("latency", readDuration);
};

function readMailboxes(zone: string): Read<readonly ScenarioMailbox[]> {
  return (value) => {
    const mailboxes = new Map<string, ScenarioMailbox>();
    for (const { label, value: rules } of value.map()?.entries ?? []) {
      const address = readAddress(label);
      if (address === undefined) continue;
      if (mailboxes.has(address)) label.refuse("this mailbox has been given before, in another spelling");
      mailboxes.set(address, readMailbox(address, rules, zone));
    }
    if (mailboxes.size === 0 && value.isMap) return value.refuse("holds no mailbox", "at least one");
    return [...mailboxes.values()];
  };
}

/** Nothing behind the address means all defaults. */
function readMailbox(address: string, value: SourceValue, zone: string): ScenarioMailbox {
  const map = value.isEmpty ? undefined : value.map();
  map?.allowOnly(MAILBOX_KEYS, "a mailbox");
  const { perDayMax, ...rules } = map === undefined ? {} : readMailboxRules(map);
  return { address, zone, minGapMs: 0, active: true, ...rules, ...(typeof perDayMax === "number" && { perDayMax }) };
}

type Scene = Pick<Stage, "zone" | "startAt" | "mailboxes" | "leads">;

async function readCampaigns(root: SourceMap, scene: Scene): Promise<readonly ScenarioCampaign[]> {
  const map = root.required("campaigns", (value) => value.map(), "a map such as { spring: { leads: 100 } }");
  const campaigns = new Map<string, ScenarioCampaign>();
  for (const { label, value } of map?.entries ?? []) {
    const name = readText(parseCampaignName)(label);
    if (name === undefined) continue;
    if (campaigns.has(name)) label.refuse("this campaign has been given before, in another spelling");
    const campaign = await readCampaign(name, value, scene);
    if (campaign !== undefined) campaigns.set(name, campaign);
  }
  if (map?.entries.length === 0) map.place.refuse("holds no campaign", "at least one");
  return [...campaigns.values()];
}

async function readCampaign(name: string, value: SourceValue, scene: Scene): Promise<ScenarioCampaign | undefined> {
  const map = value.map();
  if (map === undefined) return undefined;
  map.allowOnly(["mailboxes", "leads", ...SETTING_KEYS], "a campaign");
  const place = map.required("leads", (leads) => leads, "a number, a list of addresses, or { csv: path }");
  const leads = place && (await scene.leads.read(place, name, 0));
  return {
    name,
    mailboxes: map.optional("mailboxes", readCampaignMailboxes(scene.mailboxes)) ?? scene.mailboxes,
    leads: leads ?? [],
    settings: await readSettings(map, scene.zone),
    startAt: map.optional("startAt", readCampaignStart(scene)) ?? scene.startAt,
  };
}

function readCampaignMailboxes(known: readonly string[]): Read<readonly string[]> {
  return (value) => {
    const addresses = readList(readKnownMailbox(known))(value);
    if (addresses?.length === 0) return value.refuse("names no mailbox", `one or more of ${known.join(", ")}; all when left out`);
    return addresses && [...new Set(addresses)];
  };
}

function readCampaignStart({ zone, startAt }: Scene): Read<Instant | "never"> {
  return (value) => {
    if (value.text() === "never") return "never";
    const at = readInstant(zone)(value);
    if (at === undefined || at >= startAt) return at;
    return value.refuse("lies before the scenario's `start`", "a time from `start` on, or never");
  };
}

async function readEvents(root: SourceMap, stage: Stage): Promise<Scenario["events"]> {
  const events = [];
  for (const value of root.optional("events", (list) => list.list()) ?? []) {
    const event = await readEvent(value, stage);
    if (event !== undefined) events.push(event);
  }
  return events;
}
