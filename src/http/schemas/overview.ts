import { z } from "zod";
import type { DayNumbers } from "../../operation/daily-numbers.ts";
import type { Overview } from "../../operation/overview.ts";
import { type Histogram, summaryOf } from "../../storage/histogram.ts";
import { ENGINE_STATE, engineWire } from "./campaign-gates.ts";
import { INSTANT, iso } from "./instants.ts";
import { PHRASE_OR_NULL, phraseWire } from "./phrases.ts";
import { WORKER, workerWire } from "./workers.ts";

const P95 = 0.95;

const DAY_COUNTS = z
  .object({ day: z.iso.date(), sent: z.int(), failed: z.int(), unconfirmed: z.int() })
  .meta({ id: "DayCounts" });

const TIMES = z.object({ meanMs: z.int(), p95Ms: z.int() }).nullable();

export const DAY_NUMBERS = DAY_COUNTS.extend({
  errors: z.record(z.string(), z.int()).describe("Refused tries by their class, also those that were tried again"),
  sendDuration: TIMES.describe("From the claim to the server's answer, of sent mails; null of none"),
  slip: TIMES.describe("How much later than planned they began"),
  activeCampaigns: z.int().describe("That sent a mail"),
}).meta({ id: "DayNumbers" });

export const OVERVIEW = z
  .object({
    at: INSTANT,
    zone: z.string(),
    engine: ENGINE_STATE,
    workers: z.array(WORKER),
    campaigns: z.object({ running: z.int(), scheduled: z.int() }),
    queue: z
      .object({ pending: z.int(), due: z.int(), sending: z.int(), unconfirmed: z.int() })
      .describe("Each counted up to 100,000"),
    today: z.object({
      day: z.iso.date(),
      startsAt: INSTANT.describe("From then on its tries are counted; by it the send log lists them"),
      sent: z.int(),
      failed: z.int().describe("For good, as the send log lists them by `state=failed`"),
      stillPlanned: z.int().describe("Mails that are still to leave today, by the forecasts"),
      isPartial: z.boolean().describe("There are more running campaigns than the forecasts look at"),
    }),
    next: z.array(
      z.object({
        campaignId: z.int(),
        campaign: z.string(),
        zone: z.string(),
        leadId: z.int(),
        lead: z.string(),
        mailboxId: z.int().nullable(),
        mailbox: z.string().nullable(),
        at: INSTANT,
      }),
    ),
    needsPerson: z.object({
      unconfirmed: z.int(),
      mailboxes: z.array(z.object({ id: z.int(), address: z.string(), attention: z.string(), attentionPhrase: PHRASE_OR_NULL })),
      failedLast24h: z.int(),
      failedSince: INSTANT.describe("Where those 24 hours begin"),
      errorsLast24h: z.record(z.string(), z.int()),
    }),
    days: z.array(DAY_COUNTS).describe("The last thirty, today at the end"),
  })
  .meta({ id: "Overview" });

const countsWire = ({ day, sent, failed, unconfirmed }: DayNumbers): z.infer<typeof DAY_COUNTS> => ({
  day,
  sent,
  failed,
  unconfirmed,
});

export function dayNumbersWire(numbers: DayNumbers): z.infer<typeof DAY_NUMBERS> {
  const { times, errors } = numbers;
  return {
    ...countsWire(numbers),
    errors: Object.fromEntries(errors),
    sendDuration: timesWire(times?.durations),
    slip: timesWire(times?.slips),
    activeCampaigns: times?.activeCampaigns ?? 0,
  };
}

function timesWire(histogram: Histogram | undefined): z.infer<typeof TIMES> {
  const summary = histogram === undefined ? undefined : summaryOf(histogram, P95);
  return summary === undefined ? null : { meanMs: summary.meanMs, p95Ms: summary.shareMs };
}

export function overviewWire(seen: Overview, zone: string): z.infer<typeof OVERVIEW> {
  const { at, queue, days, lastHours, stillToday } = seen;
  const today = days.at(-1);
  return {
    at: iso(at),
    zone,
    engine: engineWire(seen.engine, at),
    workers: seen.workers.map(workerWire),
    campaigns: seen.campaigns,
    queue,
    today: {
      day: today?.day ?? "",
      startsAt: iso(seen.todayStartsAt),
      sent: today?.sent ?? 0,
      failed: today?.failed ?? 0,
      stillPlanned: stillToday.mails,
      isPartial: stillToday.isPartial,
    },
    next: seen.next.map(({ scheduledAt, ...mail }) => ({ ...mail, at: iso(scheduledAt) })),
    needsPerson: {
      unconfirmed: queue.unconfirmed,
      mailboxes: seen.attention.map(({ id, address, attention }) => ({
        ...{ id, address, attention: attention ?? "" },
        attentionPhrase: phraseWire(attention),
      })),
      failedLast24h: lastHours.numbers.failed,
      failedSince: iso(lastHours.startsAt),
      errorsLast24h: Object.fromEntries(lastHours.numbers.errors),
    },
    days: days.map(countsWire),
  };
}
