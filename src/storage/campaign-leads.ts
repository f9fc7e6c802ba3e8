import type { Kysely, Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { say } from "../domain/phrase.ts";
import { fail, ok, type Problem, type Result } from "../domain/result.ts";
import type { CampaignStatus, LeadState } from "../domain/states.ts";
import { campaignById, holdForEdit } from "./campaign-edit.ts";
import { setCampaignStatus } from "./campaigns.ts";
import { recordEvent } from "./events.ts";
import { skipLead } from "./leads.ts";
import { type Actor, replan } from "./lifecycle.ts";
import { addLeads, type ImportCount, type NewLead } from "./registry.ts";
import type { Database } from "./schema.ts";

type Trx = Transaction<Database>;

/** Whether the campaign takes new leads: it is not cancelled, and nobody has deleted it. Its status if so. */
export async function campaignForLeads(db: Kysely<Database>, campaignId: number): Promise<Result<CampaignStatus>> {
  const campaign = await campaignById(db, campaignId);
  if (campaign === undefined) return fail({ field: "campaign", value: String(campaignId), message: say("campaign-gone") });
  if (campaign.status !== "CANCELLED") return ok(campaign.status);
  const allowed = "a campaign that is not cancelled";
  return fail({ field: "campaign", value: campaign.name, message: say("campaign-closed"), allowed });
}

/**
 * Holds the campaign for new leads, until the transaction ends. One that is completed becomes a paused one: it has somebody to write to
 * again, and writes to nobody before a person resumes it.
 */
export async function reopenForLeads(trx: Trx, campaignId: number, actor: Actor, now: Instant): Promise<Result<CampaignStatus>> {
  await holdForEdit(trx, campaignId);
  const status = await campaignForLeads(trx, campaignId);
  if (!status.ok || status.value !== "COMPLETED") return status;
  await setCampaignStatus(trx, campaignId, ["COMPLETED"], "PAUSED", now);
  await trx.updateTable("Campaign").set({ completedAt: null }).where("id", "=", campaignId).execute();
  await recordEvent(trx, { kind: "campaign-reopened", at: now, actor, campaignId, cause: say("new-leads") });
  return ok("PAUSED");
}

/** Adds leads that a person has entered; otherwise as `addLeads`. Refused by a campaign that takes none. */
export async function addLeadsByHand(
  trx: Trx,
  campaignId: number,
  leads: readonly NewLead[],
  actor: Actor,
  now: Instant,
): Promise<Result<ImportCount>> {
  const campaign = await reopenForLeads(trx, campaignId, actor, now);
  if (!campaign.ok) return campaign;
  const count = await addLeads(trx, campaignId, leads, now);
  await recordEvent(trx, { kind: "leads-added", at: now, actor, campaignId, data: count });
  return ok(count);
}

/** States from which a person may still move a lead or take it out. */
const MOVABLE: readonly LeadState[] = ["waiting", "planned", "retrying"];

/**
 * Gives leads of the campaign another priority (1 goes next, 999 is the ordinary one) and has the plan laid anew; all of them or none.
 * Refused for a lead that is not in the campaign, or has nothing before it any more.
 */
export async function setLeadPriority(
  trx: Trx,
  campaignId: number,
  leadIds: readonly number[],
  priority: number,
  actor: Actor,
  now: Instant,
): Promise<Result<number>> {
  await holdForEdit(trx, campaignId);
  for (const leadId of leadIds) {
    const place = await movablePlace(trx, campaignId, leadId, "get another priority");
    if (!place.ok) return place;
    await trx.updateTable("CampaignLead").set({ priority, updatedAt: now }).where("id", "=", place.value).execute();
    await recordEvent(trx, { kind: "lead-priority-set", at: now, actor, campaignId, leadId, data: { priority } });
  }
  if (leadIds.length > 0) await replan(trx, campaignId, now, say("priorities-changed"));
  return ok(leadIds.length);
}

/** Takes one lead out of the campaign, for good, with the reason that will stand beside it. Refused when its mail is on its way, or was. */
export async function skipByHand(
  trx: Trx,
  campaignId: number,
  leadId: number,
  reason: string,
  actor: Actor,
  now: Instant,
): Promise<Result<void>> {
  await holdForEdit(trx, campaignId);
  const place = await movablePlace(trx, campaignId, leadId, "be skipped");
  if (!place.ok) return place;
  await skipLead(trx, place.value, reason, now);
  await recordEvent(trx, { kind: "lead-skipped", at: now, actor, campaignId, leadId, cause: reason });
  await replan(trx, campaignId, now, say("lead-skipped"));
  return ok(undefined);
}

async function movablePlace(trx: Trx, campaignId: number, leadId: number, verb: string): Promise<Result<number>> {
  const place = await trx
    .selectFrom("CampaignLead as cl")
    .innerJoin("Lead as l", "l.id", "cl.leadId")
    .select(["cl.id", "cl.state", "l.address"])
    .where("cl.campaignId", "=", campaignId)
    .where("cl.leadId", "=", leadId)
    .executeTakeFirst();
  if (place === undefined) return fail({ field: "lead", value: String(leadId), message: say("lead-not-here") });
  return MOVABLE.includes(place.state) ? ok(place.id) : fail(placeProblem(place.address, place.state, verb));
}

function placeProblem(address: string, state: LeadState, verb: string): Problem {
  return {
    field: "lead",
    value: address,
    message: `cannot ${verb}: it is ${state}`,
    allowed: `a lead that is ${MOVABLE.join(", ")}`,
  };
}
