import type { CampaignSettings } from "../domain/campaign.ts";
import { type HolidayCalendar, loadHolidays } from "../domain/holidays.ts";
import type { Instant } from "../domain/instant.ts";
import type { HolidaySource, LeadRecord } from "./judge-evidence.ts";
import { Timeline } from "./judge-timeline.ts";
import type { Scenario, ScenarioCampaign, ScenarioEvent, ScenarioLead } from "./scenario.ts";
import type { TraceEntry } from "./trace.ts";

/** What a mailbox may do. */
export interface MailboxRules {
  readonly zone: string;
  /** Undefined: no limit. */
  readonly perDayMax: number | undefined;
  readonly minGapMs: number;
  readonly active: boolean;
}

/** What the scenario ordered in a run, at the times at which it was in force: the standard that the run is judged by. */
export interface Orders {
  readonly settings: ReadonlyMap<string, Timeline<CampaignSettings>>;
  readonly rules: ReadonlyMap<string, Timeline<MailboxRules>>;
  readonly leads: ReadonlyMap<string, ReadonlyMap<string, LeadRecord>>;
  /** Elapsed time at which an address was suppressed. */
  readonly suppressedMs: ReadonlyMap<string, number>;
}

const PRIORITY_DEFAULT = 999;

/** Follows the scenario's events through the instants at which they were applied. */
export function ordersOf(scenario: Scenario, trace: readonly TraceEntry[]): Orders {
  const settings = new Map(
    scenario.campaigns.map((campaign) => [campaign.name, new Timeline(firstSettings(scenario, campaign))]),
  );
  const rules = new Map(
    scenario.mailboxes.map(({ address, zone, perDayMax, minGapMs, active }) => [
      address,
      new Timeline<MailboxRules>({ zone, perDayMax, minGapMs, active }),
    ]),
  );
  const leads = new Map(scenario.campaigns.map(({ name, leads: first }) => [name, withLeads(new Map(), first, 0)]));
  const suppressedMs = new Map<string, number>();
  for (const { event, elapsedMs } of appliedEvents(scenario, trace)) {
    if (event.do === "update-campaign") {
      const timeline = known(settings, event.campaign);
      timeline.change(elapsedMs, { ...timeline.latest, ...event.set });
    } else if (event.do === "update-mailbox") {
      const timeline = known(rules, event.mailbox);
      timeline.change(elapsedMs, changedRules(timeline.latest, event.set));
    } else if (event.do === "add-leads") {
      withLeads(known(leads, event.campaign), event.leads, elapsedMs);
    } else if (event.do === "suppress" && !suppressedMs.has(event.lead)) {
      suppressedMs.set(event.lead, elapsedMs);
    }
  }
  return { settings, rules, leads, suppressedMs };
}

/** An event of the scenario that has taken effect. */
export interface AppliedEvent {
  readonly event: ScenarioEvent;
  readonly elapsedMs: number;
  readonly at: Instant;
}

/** The events that took effect in a run, in that order. */
export function appliedEvents(scenario: Scenario, trace: readonly TraceEntry[]): AppliedEvent[] {
  return trace
    .filter((entry) => entry.type === "applied")
    .map(({ event: index, elapsedMs, at }) => {
      const event = scenario.events[index];
      if (event === undefined) throw new Error(`the trace applies event ${index}, the scenario has ${scenario.events.length}`);
      return { event, elapsedMs, at };
    });
}

/** A start time that is not ahead when the scenario begins is none: the campaign runs from then on, whatever the wall clock does. */
function firstSettings({ startAt: begin }: Scenario, { settings, startAt }: ScenarioCampaign): CampaignSettings {
  return startAt === "never" || startAt <= begin ? settings : { ...settings, startAt };
}

type RuleChanges = Extract<ScenarioEvent, { do: "update-mailbox" }>["set"];

function changedRules(rules: MailboxRules, { zone, perDayMax, minGapMs, active }: RuleChanges): MailboxRules {
  return {
    zone: zone ?? rules.zone,
    perDayMax: perDayMax === undefined ? rules.perDayMax : (perDayMax ?? undefined),
    minGapMs: minGapMs ?? rules.minGapMs,
    active: active ?? rules.active,
  };
}

/** A lead that the campaign has already keeps its place. */
function withLeads(leads: Map<string, LeadRecord>, added: readonly ScenarioLead[], addedMs: number): Map<string, LeadRecord> {
  for (const { address, priority = PRIORITY_DEFAULT } of added) {
    if (!leads.has(address)) leads.set(address, { address, priority, position: leads.size, addedMs });
  }
  return leads;
}

function known<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new Error(`an event names ${name}, which the scenario does not have`);
  return value;
}

/** The holidays of every country that the scenario names, read beforehand because judging itself waits for nothing. */
export async function holidaysFor(scenario: Scenario): Promise<HolidaySource> {
  const lists = [
    ...scenario.campaigns.map(({ settings }) => settings.holidays),
    ...scenario.events.map((event) => (event.do === "update-campaign" ? (event.set.holidays ?? []) : [])),
  ];
  const calendars = new Map<string, HolidayCalendar>();
  for (const countries of lists) calendars.set(countries.join(), await loadHolidays(countries));
  return (countries) => calendars.get(countries.join());
}
