import { sql, type Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { say } from "../domain/phrase.ts";
import { fail, ok, type Problem, type Result } from "../domain/result.ts";
import type { CampaignStatus } from "../domain/states.ts";
import { setCampaignStatus } from "./campaigns.ts";
import { recordEvent } from "./events.ts";
import type { Database } from "./schema.ts";
import { checksBeforeStart } from "./start-checks.ts";

type Trx = Transaction<Database>;

/** Who gives an order, for the history: a user's name, or the command line. */
export type Actor = string;

interface CampaignRow {
  readonly id: number;
  readonly name: string;
  readonly status: CampaignStatus;
  readonly startAt: Instant | null;
  readonly hasOldProcess: number;
}

/**
 * Starts a campaign: at once, or at its start time when that lies ahead. Starting one that runs already changes nothing, and one that had
 * completed goes on when it has got new leads. Refused with what is missing, or in a state that cannot start.
 */
export async function startCampaign(trx: Trx, campaignId: number, actor: Actor, now: Instant): Promise<Result<CampaignStatus>> {
  const campaign = await campaignRow(trx, campaignId);
  if (campaign.status === "IN_PROGRESS") return ok("IN_PROGRESS");
  if (campaign.hasOldProcess === 1) return fail(elsewhereProblem(campaign, "start"));
  if (campaign.status === "PAUSED") return resumeCampaign(trx, campaignId, actor, now);
  if (campaign.status === "CANCELLED")
    return fail(stateProblem(campaign, "start", "a draft, scheduled, paused or completed campaign"));
  const lack = (await checksBeforeStart(trx, campaignId, now)).find(({ severity }) => severity === "blocking");
  if (lack !== undefined)
    return fail({ field: "campaign", value: campaign.name, message: `cannot start: ${lack.text}`, allowed: lack.remedy });
  const isAhead = campaign.startAt !== null && campaign.startAt > now;
  const to = isAhead ? "SCHEDULED" : "IN_PROGRESS";
  if (!(await setCampaignStatus(trx, campaignId, [campaign.status], to, now)))
    return fail(stateProblem(campaign, "start", "a campaign that nobody has changed or deleted meanwhile"));
  await trx.updateTable("Campaign").set({ completedAt: null }).where("id", "=", campaignId).execute();
  await lookAgain(trx, campaignId, isAhead ? (campaign.startAt ?? now) : now, say("started"));
  await recordEvent(trx, { kind: isAhead ? "campaign-scheduled" : "campaign-started", at: now, actor, campaignId });
  return ok(to);
}

/** Pauses a running campaign; its plan keeps its order. When this has committed, at most a mail past its intent still leaves. */
export async function pauseCampaign(trx: Trx, campaignId: number, actor: Actor, now: Instant): Promise<Result<CampaignStatus>> {
  return changeStatus(
    trx,
    campaignId,
    { verb: "pause", from: ["IN_PROGRESS", "SCHEDULED"], to: "PAUSED", event: "campaign-paused" },
    actor,
    now,
  );
}

/** Lets a paused campaign go on; its plan is laid anew from now, with the gaps that were drawn. */
export async function resumeCampaign(trx: Trx, campaignId: number, actor: Actor, now: Instant): Promise<Result<CampaignStatus>> {
  const campaign = await campaignRow(trx, campaignId);
  if (campaign.hasOldProcess === 1) return fail(elsewhereProblem(campaign, "resume"));
  const result = await changeStatus(
    trx,
    campaignId,
    { verb: "resume", from: ["PAUSED"], to: "IN_PROGRESS", event: "campaign-resumed" },
    actor,
    now,
  );
  if (result.ok) await lookAgain(trx, campaignId, now, say("resumed"));
  return result;
}

/** Ends a campaign for good. Mails on their way are settled; every other open lead is skipped with that reason. */
export async function cancelCampaign(trx: Trx, campaignId: number, actor: Actor, now: Instant): Promise<Result<CampaignStatus>> {
  const order = {
    verb: "cancel",
    from: ["DRAFT", "SCHEDULED", "IN_PROGRESS", "PAUSED"],
    to: "CANCELLED",
    event: "campaign-cancelled",
  } as const;
  const result = await changeStatus(trx, campaignId, order, actor, now);
  if (!result.ok) return result;
  await trx
    .updateTable("CampaignEmailQueue")
    .set({ state: "cancelled", reason: say("campaign-cancelled"), updatedAt: now })
    .where("campaignId", "=", campaignId)
    .where("state", "=", sql.lit("pending"))
    .execute();
  await trx
    .updateTable("CampaignLead")
    .set({ state: "skipped", reason: say("campaign-cancelled"), updatedAt: now })
    .where("campaignId", "=", campaignId)
    .where("state", "in", ["waiting", "planned", "retrying"])
    .execute();
  return result;
}

/** Makes the engine lay the campaign's plan anew, because of `cause`, when it looks next, at `at`. */
export async function lookAgain(trx: Trx, campaignId: number, at: Instant, cause: string): Promise<void> {
  await trx
    .updateTable("Campaign")
    .set({ relayCause: cause, nextDueAt: at, waitGate: null })
    .where("id", "=", campaignId)
    .execute();
}

/** Has the engine take a change into account at once, in a campaign that is open; a draft has no plan yet. */
export async function replan(trx: Trx, campaignId: number, now: Instant, cause: string): Promise<void> {
  const row = await trx
    .selectFrom("Campaign")
    .select(["status", "startAt"])
    .where("id", "=", campaignId)
    .executeTakeFirstOrThrow();
  if (row.status === "IN_PROGRESS" || row.status === "PAUSED") await lookAgain(trx, campaignId, now, cause);
  if (row.status === "SCHEDULED") await lookAgain(trx, campaignId, Math.max(now, row.startAt ?? now), cause);
}

/** As `replan`, for every campaign that sends from the mailbox. */
export async function replanCampaignsOf(trx: Trx, mailboxId: number, now: Instant, cause: string): Promise<void> {
  const campaigns = await trx.selectFrom("CampaignMailbox").select("campaignId").where("mailboxId", "=", mailboxId).execute();
  for (const { campaignId } of campaigns) await replan(trx, campaignId, now, cause);
}

interface StatusOrder {
  readonly verb: string;
  readonly from: readonly CampaignStatus[];
  readonly to: CampaignStatus;
  readonly event: string;
}

/** A state that the campaign has already is a success without a trace; one that cannot lead there is refused. */
async function changeStatus(
  trx: Trx,
  campaignId: number,
  order: StatusOrder,
  actor: Actor,
  now: Instant,
): Promise<Result<CampaignStatus>> {
  const campaign = await campaignRow(trx, campaignId);
  if (campaign.status === order.to) return ok(order.to);
  if (!(await setCampaignStatus(trx, campaignId, order.from, order.to, now))) {
    return fail(stateProblem(campaign, order.verb, order.from.join(", ")));
  }
  await recordEvent(trx, { kind: order.event, at: now, actor, campaignId });
  return ok(order.to);
}

/** Two senders of one campaign would mail people twice. */
function elsewhereProblem({ name }: CampaignRow, verb: string): Problem {
  const message = `cannot ${verb}: the older sender has this campaign`;
  return {
    field: "campaign",
    value: name,
    message,
    allowed: `a campaign of Goniec; hand it over with \`goniec cutover "${name}"\``,
  };
}

function stateProblem(campaign: CampaignRow, verb: string, allowed: string): Problem {
  return { field: "campaign", value: campaign.name, message: `cannot ${verb}: it is ${campaign.status}`, allowed };
}

async function campaignRow(trx: Trx, campaignId: number): Promise<CampaignRow> {
  return trx
    .selectFrom("Campaign")
    .select(["id", "name", "status", "startAt", "hasOldProcess"])
    .where("id", "=", campaignId)
    .executeTakeFirstOrThrow();
}
