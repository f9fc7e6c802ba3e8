import { localDay, type LocalDay } from "../domain/days.ts";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "../domain/instant.ts";
import { countTries, ledgerIdsBetween, timeTries, type TryCounts } from "../storage/daily-numbers.ts";
import { countImported } from "../storage/legacy-ledger.ts";
import { type Histogram, NOTHING, together } from "../storage/histogram.ts";
import type { Questions } from "./questions.ts";

/** A local day's numbers. */
export interface DayNumbers extends TryCounts {
  readonly day: string;
  /** Absent where only counts were asked for. */
  readonly times?: { readonly durations: Histogram; readonly slips: Histogram; readonly activeCampaigns: number };
}

/** Which days, of which calendar and campaign. */
export interface NumbersAsked {
  readonly zone: string;
  readonly first: LocalDay;
  readonly last: LocalDay;
  readonly campaignId?: number | undefined;
  readonly withTimes: boolean;
}

/** Entries that one statement looks at: SQLite answers on the event loop, where conversations wait meanwhile. */
const ENTRIES_PER_STEP = 10_000;
const KEPT_MAX = 2_000;
/** A past day's numbers change only when a person decides about an unconfirmed mail. */
const PAST_KEPT_MS = 10 * MINUTE_MS;
const TODAY_KEPT_MS = 10 * SECOND_MS;

type Filter = Pick<NumbersAsked, "campaignId" | "withTimes">;

interface Kept {
  readonly until: Instant;
  readonly numbers: Promise<DayNumbers>;
}

/** Numbers by local days, from the ledger's part of those days alone, kept for a while. */
export class DailyNumbers {
  readonly #asked: Questions;
  readonly #kept = new Map<string, Kept>();

  constructor(asked: Questions) {
    this.#asked = asked;
  }

  /** What happened in the 24 hours up to the present minute. */
  async lastHours(): Promise<{ readonly startsAt: Instant; readonly numbers: DayNumbers }> {
    const endsAt = Math.ceil(this.#asked.clock.now() / MINUTE_MS) * MINUTE_MS;
    const day = { day: "", startsAt: endsAt - DAY_MS, endsAt };
    return { startsAt: day.startsAt, numbers: await this.#ofDay({ withTimes: false }, day) };
  }

  /** One entry for each day, oldest first, also where nothing happened. */
  async get(asked: NumbersAsked): Promise<DayNumbers[]> {
    const numbers: DayNumbers[] = [];
    for (let day = asked.first; day.startsAt <= asked.last.startsAt; day = localDay(asked.zone, day.endsAt))
      numbers.push(await this.#ofDay(asked, day));
    return numbers;
  }

  #ofDay(asked: Filter, day: LocalDay): Promise<DayNumbers> {
    const now = this.#asked.clock.now();
    const key = [day.startsAt, day.endsAt, asked.campaignId, asked.withTimes].join(" ");
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.until > now) return kept.numbers;
    if (this.#kept.size >= KEPT_MAX) this.#kept.clear();
    const isOver = day.endsAt + HOUR_MS < now;
    const numbers = numbersOf(this.#asked, asked, day);
    this.#kept.set(key, { until: now + (isOver ? PAST_KEPT_MS : TODAY_KEPT_MS), numbers });
    numbers.catch(() => this.#kept.delete(key));
    return numbers;
  }
}

async function numbersOf({ reader, clock }: Questions, asked: Filter, day: LocalDay): Promise<DayNumbers> {
  const { startsAt, endsAt } = day;
  const counts = { sent: 0, unconfirmed: 0, failed: 0, errors: new Map<string, number>() };
  let [durations, slips] = [NOTHING, NOTHING];
  const campaignIds = new Set<number>();
  const imported = await countImported(reader, { startsAt, endsAt, campaignId: asked.campaignId });
  add(counts, { ...imported, failed: 0, errors: new Map() });
  const { fromId, toId } = await ledgerIdsBetween(reader, startsAt, endsAt);
  for (let id = fromId; id < toId; id += ENTRIES_PER_STEP) {
    const stretch = { fromId: id, toId: Math.min(toId, id + ENTRIES_PER_STEP), startsAt, endsAt, campaignId: asked.campaignId };
    add(counts, await countTries(reader, stretch));
    if (asked.withTimes) {
      const times = await timeTries(reader, stretch);
      durations = together(durations, times.durations);
      slips = together(slips, times.slips);
      for (const campaignId of times.campaignIds) campaignIds.add(campaignId);
    }
    await new Promise<void>((resolve) => void clock.setTimer(0, resolve));
  }
  const times = { durations, slips, activeCampaigns: campaignIds.size };
  return { day: day.day, ...counts, ...(asked.withTimes && { times }) };
}

function add(sums: { sent: number; unconfirmed: number; failed: number; errors: Map<string, number> }, more: TryCounts): void {
  sums.sent += more.sent;
  sums.unconfirmed += more.unconfirmed;
  sums.failed += more.failed;
  for (const [outcome, n] of more.errors) sums.errors.set(outcome, (sums.errors.get(outcome) ?? 0) + n);
}
