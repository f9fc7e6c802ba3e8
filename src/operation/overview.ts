import { daysBefore, localDay } from "../domain/days.ts";
import { type EngineState, engineState, type Worker } from "../domain/engine-state.ts";
import { DAY_MS, type Instant } from "../domain/instant.ts";
import { activeCampaigns, type QueueFigures, queueFigures } from "../storage/figures.ts";
import { type MailboxCondition, mailboxConditions } from "../storage/health.ts";
import { type OutboxMail, outboxPage } from "../storage/outbox.ts";
import { runningCampaignIds } from "../storage/campaign-list.ts";
import { forecastsOf } from "./campaign-forecast.ts";
import { viewWorkers } from "./campaign-views.ts";
import type { DailyNumbers, DayNumbers } from "./daily-numbers.ts";
import type { Questions } from "./questions.ts";

const NEXT_SHOWN = 10;
const NEXT_WITHIN_MS = 366 * DAY_MS;
const DAYS_SHOWN = 30;
/** The forecasts of more campaigns at once would keep whoever asks waiting. */
const FORECAST_CAMPAIGNS_MAX = 12;

/** What a person wants to see first. */
export interface Overview {
  readonly at: Instant;
  readonly engine: EngineState;
  readonly workers: readonly Worker[];
  readonly campaigns: { readonly running: number; readonly scheduled: number };
  readonly queue: QueueFigures;
  /** Mails that are still to leave today; of the first running campaigns only when there are very many. */
  readonly stillToday: { readonly mails: number; readonly isPartial: boolean };
  readonly next: readonly OutboxMail[];
  readonly lastHours: { readonly startsAt: Instant; readonly numbers: DayNumbers };
  /** Of the mailboxes, those that do not send until a person has looked at them. */
  readonly attention: readonly MailboxCondition[];
  readonly todayStartsAt: Instant;
  /** The last days, today at the end. */
  readonly days: readonly DayNumbers[];
}

/** The installation at a glance; days are those of `zone`'s calendar. */
export async function viewOverview(asked: Questions, numbers: DailyNumbers, zone: string): Promise<Overview> {
  const { reader, clock } = asked;
  const at = clock.now();
  const workers = await viewWorkers(asked);
  const today = localDay(zone, at);
  const first = daysBefore(zone, today, DAYS_SHOWN - 1);
  return {
    at,
    workers,
    engine: engineState(workers),
    campaigns: await activeCampaigns(reader),
    queue: await queueFigures(reader, at),
    stillToday: await stillToday(asked, today.endsAt),
    next: await outboxPage(reader, { until: at + NEXT_WITHIN_MS, limit: NEXT_SHOWN }),
    lastHours: await numbers.lastHours(),
    attention: (await mailboxConditions(reader)).filter(({ attention }) => attention !== null),
    todayStartsAt: today.startsAt,
    days: await numbers.get({ zone, first, last: today, withTimes: false }),
  };
}

async function stillToday(asked: Questions, endsAt: Instant): Promise<Overview["stillToday"]> {
  const ids = await runningCampaignIds(asked.reader, FORECAST_CAMPAIGNS_MAX + 1);
  let mails = 0;
  for (const id of ids.slice(0, FORECAST_CAMPAIGNS_MAX)) {
    const slots = (await forecastsOf(asked).get(id))?.slots ?? [];
    mails += slots.filter(({ at }) => at < endsAt).length;
  }
  return { mails, isPartial: ids.length > FORECAST_CAMPAIGNS_MAX };
}
