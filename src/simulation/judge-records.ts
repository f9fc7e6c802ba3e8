import type { CampaignSettings } from "../domain/campaign.ts";
import { localDay } from "../domain/days.ts";
import { DAY_MS, type Instant, MINUTE_MS } from "../domain/instant.ts";
import { gapRangeMs } from "../domain/pace.ts";
import type { CampaignStatus } from "../domain/states.ts";
import type { Scenario, ScenarioCampaign, ScenarioMailbox } from "./scenario.ts";
import type { TraceEntry } from "./trace.ts";

type Entry<T extends TraceEntry["type"]> = Extract<TraceEntry, { type: T }>;

/** Of one lead in one campaign's step. */
const mailKey = (mail: { campaign: string; lead: string; step: number }): string => `${mail.campaign} ${mail.lead} ${mail.step}`;

/** The longest that the calendar can close a campaign: a long weekend with holidays on both sides, and a night. */
const CLOSED_MAX_MS = 7 * DAY_MS;
/** Rests, second looks and steps aside that a mailbox's trouble can add up to before something is tried again. */
const RESTING_MAX_MS = 45 * MINUTE_MS;
const PRIORITY_DEFAULT = 999;

/** Counts mails per local day against the largest limit that was in force on it. */
class DayCount {
  readonly #counts = new Map<string, number>();
  readonly #limits: { readonly at: Instant; readonly max: number }[] = [];
  #zone: string;

  constructor(zone: string, max: number | undefined) {
    this.#zone = zone;
    this.limit(Number.NEGATIVE_INFINITY, max);
  }

  /** From `at` on another limit, or the days of another zone, count. */
  limit(at: Instant, max: number | undefined, zone = this.#zone): void {
    // A day of the old zone and one of the new overlap, and each may be full.
    if (zone !== this.#zone) this.#counts.clear();
    this.#zone = zone;
    this.#limits.push({ at, max: max ?? Number.POSITIVE_INFINITY });
  }

  countDay(at: Instant): number {
    const { day } = localDay(this.#zone, at);
    const count = (this.#counts.get(day) ?? 0) + 1;
    this.#counts.set(day, count);
    return count;
  }

  dayMaxAt(at: Instant): number {
    const { startsAt, endsAt } = localDay(this.#zone, at);
    const inForce = this.#limits.filter(
      (limit, index) => limit.at < endsAt && (this.#limits[index + 1]?.at ?? endsAt) >= startsAt,
    );
    return Math.max(...inForce.map(({ max }) => max));
  }
}

class MailboxRecord extends DayCount {
  offSinceMs: number | undefined;
  /** A reply said that a person has to look at it. */
  needsAttention = false;
  readonly #sessions = new Map<number, number>();
  #max: number | undefined;

  constructor(mailbox: ScenarioMailbox) {
    super(mailbox.zone, mailbox.perDayMax);
    this.#max = mailbox.perDayMax;
    if (!mailbox.active) this.offSinceMs = 0;
  }

  apply(at: Instant, elapsedMs: number, set: { zone?: string; perDayMax?: number | null; active?: boolean }): void {
    if (set.perDayMax !== undefined) this.#max = set.perDayMax ?? undefined;
    if (set.perDayMax !== undefined || set.zone !== undefined) this.limit(at, this.#max, set.zone);
    if (set.active === false) this.offSinceMs ??= elapsedMs;
    if (set.active === true) [this.offSinceMs, this.needsAttention] = [undefined, false];
  }

  session(worker: number, by: 1 | -1): number {
    this.#sessions.set(worker, Math.max(0, (this.#sessions.get(worker) ?? 0) + by));
    return [...this.#sessions.values()].reduce((sum, open) => sum + open, 0);
  }

  /** The connections of a process die with it. */
  forget(worker: number): void {
    this.#sessions.delete(worker);
  }

  get hasLimit(): boolean {
    return this.#max !== undefined;
  }
}

export class CampaignRecord extends DayCount {
  settings: CampaignSettings;
  status: CampaignStatus | undefined;
  statusSinceMs: number | undefined;
  last: Entry<"accepted"> | undefined;
  /** The smallest gap that was allowed at any time since the last accept. */
  gapMinMs: number;
  /** When something happened to it last. */
  activeMs = 0;
  readonly leads = new Map<string, { readonly priority: number; readonly position: number }>();
  readonly mailboxes: ReadonlySet<string>;

  constructor(campaign: ScenarioCampaign) {
    super(campaign.settings.zone, campaign.settings.perDayMax);
    const { startAt } = campaign;
    this.settings = startAt === "never" ? campaign.settings : { ...campaign.settings, startAt };
    this.gapMinMs = smallestGapMs(this.settings);
    this.mailboxes = new Set(campaign.mailboxes);
    this.addLeads(campaign.leads);
  }

  addLeads(leads: readonly { readonly address: string; readonly priority?: number }[]): void {
    for (const { address, priority = PRIORITY_DEFAULT } of leads) {
      if (!this.leads.has(address)) this.leads.set(address, { priority, position: this.leads.size });
    }
  }

  apply(at: Instant, set: Partial<CampaignSettings>): void {
    this.settings = { ...this.settings, ...set };
    this.gapMinMs = Math.min(this.gapMinMs, smallestGapMs(this.settings));
    this.limit(at, this.settings.perDayMax, this.settings.zone);
  }

  accept(entry: Entry<"accepted">): void {
    this.last = entry;
    this.gapMinMs = smallestGapMs(this.settings);
  }

  /** By the clock on the wall, asked of Intl and not of the engine's own calendar. Holidays are left to the scenarios' own tests. */
  isOpenAt(at: Instant): boolean {
    const { windows, zone } = this.settings;
    if (windows.length === 0) return true;
    const { weekday, minute } = wallClock(zone, at);
    return windows.some(
      (block) => block.days.some((day) => day === weekday) && block.fromMinute <= minute && minute < block.toMinute,
    );
  }

  /** How long nothing may happen to a campaign that could send. */
  patienceMs(mailboxGapMaxMs: number): number {
    const { windows, holidays, perDayMax, longPause, delayMs, jitter } = this.settings;
    const isLimited = perDayMax !== undefined && perDayMax < this.leads.size;
    const closedMs = windows.length > 0 || holidays.length > 0 || isLimited ? CLOSED_MAX_MS : 0;
    const gapMs = Math.max(delayMs * (1 + jitter.max), longPause?.toMs ?? 0);
    return closedMs + gapMs + mailboxGapMaxMs + RESTING_MAX_MS;
  }
}

function smallestGapMs(settings: CampaignSettings): number {
  return Math.max(0, Math.min(gapRangeMs(settings).min, Math.round(settings.delayMs * (1 + settings.jitter.min))));
}

const wallClocks = new Map<string, Intl.DateTimeFormat>();

function wallClock(zone: string, at: Instant): { weekday: string; minute: number } {
  const format =
    wallClocks.get(zone) ??
    new Intl.DateTimeFormat("en-US", { timeZone: zone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  wallClocks.set(zone, format);
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return { weekday: (parts["weekday"] ?? "").toLowerCase(), minute: Number(parts["hour"]) * 60 + Number(parts["minute"]) };
}

/** What is known of a run so far, read off the trace and the scenario alone. */
export class Records {
  readonly #scenario: Scenario;
  readonly #campaigns: ReadonlyMap<string, CampaignRecord>;
  readonly #mailboxes: ReadonlyMap<string, MailboxRecord>;
  readonly #accepted = new Map<string, Entry<"accepted">>();
  readonly #messageIds = new Map<string, string>();
  readonly #suppressed = new Map<string, number>();
  readonly #workersUp = new Set<number>();
  /** When the world around all campaigns changed last: an event, a worker, the clock. */
  disturbedMs = 0;
  /** The longest distance that a mailbox keeps between its mails. */
  readonly restMaxMs: number;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#campaigns = new Map(scenario.campaigns.map((campaign) => [campaign.name, new CampaignRecord(campaign)]));
    this.#mailboxes = new Map(scenario.mailboxes.map((mailbox) => [mailbox.address, new MailboxRecord(mailbox)]));
    this.restMaxMs = Math.max(0, ...scenario.mailboxes.map(({ minGapMs }) => minGapMs));
  }

  campaign(name: string): CampaignRecord {
    const record = this.#campaigns.get(name);
    if (record === undefined) throw new Error(`the trace names the campaign ${name}, which the scenario does not have`);
    return record;
  }

  mailbox(address: string): MailboxRecord {
    const record = this.#mailboxes.get(address);
    if (record === undefined) throw new Error(`the trace names the mailbox ${address}, which the scenario does not have`);
    return record;
  }

  acceptedBefore(entry: Entry<"accepted">): Entry<"accepted"> | undefined {
    return this.#accepted.get(mailKey(entry));
  }

  /** Another mail with the same Message-ID. */
  otherMailOf(entry: Entry<"accepted">): string | undefined {
    const other = this.#messageIds.get(entry.messageId);
    return other === mailKey(entry) ? undefined : other;
  }

  acceptedOf(campaign: string): number {
    return [...this.#accepted.values()].filter((entry) => entry.campaign === campaign).length;
  }

  suppressedSinceMs(lead: string): number | undefined {
    return this.#suppressed.get(lead);
  }

  /** Sessions of the mailbox after this change. */
  session(entry: Entry<"session">): number {
    return this.mailbox(entry.mailbox).session(entry.worker, entry.change === "opened" ? 1 : -1);
  }

  couldSend(campaign: CampaignRecord): boolean {
    const usable = [...campaign.mailboxes].map((address) => this.mailbox(address));
    return (
      this.#workersUp.size > 0 &&
      usable.some((mailbox) => mailbox.offSinceMs === undefined && !mailbox.needsAttention && !mailbox.hasLimit)
    );
  }

  note(entry: TraceEntry): void {
    if ("campaign" in entry) this.campaign(entry.campaign).activeMs = entry.elapsedMs;
    switch (entry.type) {
      case "accepted":
        this.#accepted.set(mailKey(entry), entry);
        this.#messageIds.set(entry.messageId, mailKey(entry));
        return this.campaign(entry.campaign).accept(entry);
      case "status":
        return this.#noteStatus(entry);
      case "attempt":
        if (entry.outcome === "mailbox-broken") this.mailbox(entry.mailbox).needsAttention = true;
        return;
      case "worker":
        return this.#noteWorker(entry);
      case "applied":
        return this.#noteApplied(entry);
      case "reverted":
      case "clock":
        this.disturbedMs = entry.elapsedMs;
        return;
      case "planned":
      case "unconfirmed":
      case "skipped":
      case "session":
      case "end":
    }
  }

  #noteStatus(entry: Entry<"status">): void {
    const campaign = this.campaign(entry.campaign);
    campaign.status = entry.to;
    campaign.statusSinceMs = entry.elapsedMs;
  }

  #noteWorker(entry: Entry<"worker">): void {
    this.disturbedMs = entry.elapsedMs;
    if (entry.change === "up") {
      this.#workersUp.add(entry.worker);
      return;
    }
    this.#workersUp.delete(entry.worker);
    for (const mailbox of this.#mailboxes.values()) mailbox.forget(entry.worker);
  }

  #noteApplied(entry: Entry<"applied">): void {
    this.disturbedMs = entry.elapsedMs;
    const event = this.#scenario.events[entry.event];
    if (event?.do === "update-campaign") this.campaign(event.campaign).apply(entry.at, event.set);
    if (event?.do === "update-mailbox") this.mailbox(event.mailbox).apply(entry.at, entry.elapsedMs, event.set);
    if (event?.do === "add-leads") this.campaign(event.campaign).addLeads(event.leads);
    if (event?.do === "suppress" && !this.#suppressed.has(event.lead)) this.#suppressed.set(event.lead, entry.elapsedMs);
  }
}
