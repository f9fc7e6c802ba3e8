import { type Kysely, sql } from "kysely";
import { HOUR_MS, type Instant } from "../domain/instant.ts";
import type { LedgerState, LoggedState, MailKind } from "../domain/states.ts";
import type { Clock } from "../engine/ports.ts";
import { COUNTED_AT, FAILED_OUTCOMES } from "./daily-numbers.ts";
import { importedIdsBetween } from "./legacy-ledger.ts";
import { type ScannedPage, scanBack } from "./scan-back.ts";
import type { Database } from "./schema.ts";
import { IMPORT_WORKER } from "./watch-facts.ts";

/** Which entries of the ledger are asked for; what is left out does not matter. */
export interface SendLogFilter {
  readonly campaignId?: number | undefined;
  readonly mailboxId?: number | undefined;
  /** Normalised. Of test mails only where `kind` says so: their entries name no lead. */
  readonly address?: string | undefined;
  readonly state?: LoggedState | undefined;
  readonly kind?: MailKind | undefined;
  /** An `OutcomeClass`, or `written-off`. */
  readonly outcome?: string | undefined;
  /** When the try counts, as in the daily numbers: at this instant or later. */
  readonly from?: Instant | undefined;
  /** And before this one. */
  readonly to?: Instant | undefined;
}

export type LoggedSend = Awaited<ReturnType<ReturnType<typeof selectSends>["execute"]>>[number];

/** Ids are given out in the order of intents and outcomes, which follow the beginning of a try within this time. */
const ORDER_SLACK_MS = HOUR_MS;

/** Over every id. */
export const NEWEST = Number.MAX_SAFE_INTEGER;

/** A page of the ledger over all campaigns, the newest entry first, from below the id `beforeId` on. */
export async function sendLogPage(
  db: Kysely<Database>,
  filter: SendLogFilter,
  { beforeId, limit }: { readonly beforeId: number; readonly limit: number },
  clock: Clock,
): Promise<ScannedPage<LoggedSend>> {
  const lead = await leadOf(db, filter);
  if (lead === "nobody") return { rows: [], isPartial: false };
  const { floor, ceiling } = await idsOf(db, filter);
  const list = {
    isSifted: isSifted(filter, lead),
    async idBehind(before: number, skip: number): Promise<number | undefined> {
      const row = await basis(db, filter, lead)
        .select("log.id")
        .where("log.id", "<", before)
        .where("log.id", ">=", floor)
        .orderBy("log.id", "desc")
        .offset(skip)
        .limit(1)
        .executeTakeFirst();
      return row?.id;
    },
    rows: (before: number, from: number, count: number) => {
      const rows = sifted(selectSends(basis(db, filter, lead)), filter, lead);
      return rows
        .where("log.id", "<", before)
        .where("log.id", ">=", Math.max(from, floor))
        .orderBy("log.id", "desc")
        .limit(count)
        .execute();
    },
  };
  return scanBack(list, Math.min(beforeId, ceiling), limit, clock);
}

/** Among these ids are all entries of the filter's instants, also those that were brought in from an older sender later. */
async function idsOf(db: Kysely<Database>, { from, to, campaignId }: SendLogFilter) {
  if (from === undefined && to === undefined) return { floor: 0, ceiling: NEWEST };
  const floor = from === undefined ? 0 : await idAround(db, from - ORDER_SLACK_MS);
  const ceiling = to === undefined ? NEWEST : await idAround(db, to + ORDER_SLACK_MS);
  const imported = await importedIdsBetween(db, { startsAt: from ?? 0, endsAt: to ?? NEWEST, campaignId });
  if (imported === undefined) return { floor, ceiling };
  return { floor: Math.min(floor, imported.first), ceiling: Math.max(ceiling, imported.last + 1) };
}

/** The lead whose entries an index finds; undefined when the filter names none. */
async function leadOf(db: Kysely<Database>, { address, kind }: SendLogFilter): Promise<number | "nobody" | undefined> {
  if (address === undefined || kind === "test") return undefined;
  const lead = await db.selectFrom("Lead").select("id").where("address", "=", address).executeTakeFirst();
  return lead?.id ?? "nobody";
}

function isSifted(filter: SendLogFilter, lead: number | undefined): boolean {
  const { campaignId, mailboxId, address, state, kind, outcome, from, to } = filter;
  const isSecond = campaignId !== undefined && lead !== undefined;
  const isAddress = address !== undefined && lead === undefined;
  return isSecond || isAddress || [mailboxId, state, kind, outcome, from, to].some((one) => one !== undefined);
}

/** The ledger as the best index of the filter gives it, by id. */
function basis(db: Kysely<Database>, { campaignId }: SendLogFilter, lead: number | undefined) {
  const entries = db.selectFrom("SendLog as log");
  if (lead !== undefined) return entries.where("log.leadId", "=", lead);
  return campaignId === undefined ? entries : entries.where("log.campaignId", "=", campaignId);
}

/** The rest of the filter. Sums and not columns, so that no planner thinks of an index that would have to be sorted. */
function sifted(entries: ReturnType<typeof selectSends>, filter: SendLogFilter, lead: number | undefined) {
  const { campaignId, mailboxId, address, state, kind, outcome, from, to } = filter;
  return entries
    .$if(campaignId !== undefined && lead !== undefined, (some) =>
      some.where(sql`log."campaignId" + 0`, "=", campaignId as number),
    )
    .$if(mailboxId !== undefined, (some) => some.where(sql`log."mailboxId" + 0`, "=", mailboxId as number))
    .$if(address !== undefined && lead === undefined, (some) => some.where("log.toAddress", "=", address as string))
    .$if(state === "failed", failedForGood)
    .$if(state !== undefined && state !== "failed", (some) => some.where("log.state", "=", state as LedgerState))
    .$if(kind !== undefined, (some) => some.where("log.kind", "=", kind as MailKind))
    .$if(outcome !== undefined, (some) => some.where("log.outcome", "=", outcome as string))
    .$if(from !== undefined, (some) => some.where(COUNTED_AT, ">=", from as Instant))
    .$if(to !== undefined, (some) => some.where(COUNTED_AT, "<", to as Instant));
}

/** The tries that the daily numbers count as failed: of campaigns, refused, and not tried again. */
function failedForGood(entries: ReturnType<typeof selectSends>): ReturnType<typeof selectSends> {
  return entries
    .where("log.state", "=", "rejected")
    .where("log.kind", "=", "campaign")
    .where("log.nextTryAt", "is", null)
    .where("log.outcome", "in", FAILED_OUTCOMES);
}

/** What is told of an entry, wherever it is told. */
export function selectSends(entries: ReturnType<typeof basis>) {
  return (
    entries
      .innerJoin("Mailbox as m", "m.id", "log.mailboxId")
      .leftJoin("Campaign as c", "c.id", "log.campaignId")
      // The row of the plan knows the slot of its last claim only, and a new one once it waits again. An older sender had no slots.
      .leftJoin("CampaignEmailQueue as q", (join) =>
        join
          .onRef("q.id", "=", "log.queueId")
          .onRef("q.fence", "=", "log.fence")
          .on("q.state", "<>", "pending")
          .on("log.worker", "<>", sql.lit(IMPORT_WORKER)),
      )
      .select(["log.id", "log.kind", "log.campaignId", "c.name as campaign", "log.leadId", "log.toAddress as lead", "log.step"])
      .select(["log.attempt", "log.mailboxId", "m.address as mailbox", "log.state", "log.outcome", "log.stage"])
      .select(["log.replyCode", "log.reply", "log.rfcMessageId", "log.serverMessageId", "log.startedAt", "log.handedOverAt"])
      .select(["log.settledAt", "log.settledBy", "log.nextTryAt", "q.scheduledAt as plannedAt"])
  );
}

/** The least id at which entries have come to `at`, by halving: two dozen looks at single rows among ten million. */
async function idAround(db: Kysely<Database>, at: Instant): Promise<number> {
  const last = await db.selectFrom("SendLog").select("id").orderBy("id", "desc").limit(1).executeTakeFirst();
  let low = 0;
  let high = (last?.id ?? 0) + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = await db
      .selectFrom("SendLog")
      .select(["id", "startedAt"])
      .where("id", ">=", middle)
      .orderBy("id")
      .limit(1)
      .executeTakeFirst();
    if (row === undefined || row.startedAt >= at) high = middle;
    else low = row.id + 1;
  }
  return low;
}
