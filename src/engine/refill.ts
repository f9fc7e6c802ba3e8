import type { Campaign, CampaignFacts } from "../domain/campaign.ts";
import { causeText } from "../domain/explain.ts";
import { SECOND_MS } from "../domain/instant.ts";
import { isUnpaced } from "../domain/pace.ts";
import { say } from "../domain/phrase.ts";
import { type Candidate, plan, type Slot, storedCandidate } from "../domain/plan.ts";
import type { EngineContext } from "./context.ts";
import type { PlanChange, PlannedEmail, StoreTransaction, WaitingLead } from "./ports.ts";
import { skipReason } from "./render.ts";

/** A slot that differs less than this from the stored one is the same slot: timers and commits take milliseconds. */
const MOVE_MIN_MS = SECOND_MS;
/** Leads that cannot be written to and are passed over in one transaction; the next pass goes on. */
const SKIPS_MAX = 500;

/** Mails that wait for another try at the same time; with more, the campaign takes no new leads until some are settled. */
const STARTED_MAX = 500;

export interface LayOptions {
  /** Why the plan may change, for the history: "paused", "settings changed", "retry of ewa@...". */
  readonly cause: string;
  /** Lay all pending rows anew from now, so that they may also move forward; otherwise they keep their slots unless those are gone. */
  readonly anew?: boolean;
}

type PlanContext = Pick<EngineContext, "clock" | "templates">;

/** Fills the campaign's plan for the first time, up to its buffer size; called when it starts. */
export async function initializeQueue(ctx: PlanContext, tx: StoreTransaction, facts: CampaignFacts): Promise<void> {
  await layPlan(ctx, tx, facts, { cause: say("started"), anew: true });
}

/** Tops the plan up after a change and notes when the engine has to look at the campaign next. Never depends on a mail's success. */
export async function scheduleNextEmail(
  ctx: PlanContext,
  tx: StoreTransaction,
  facts: CampaignFacts,
  cause: string,
): Promise<void> {
  await layPlan(ctx, tx, facts, { cause });
}

/**
 * Brings the stored plan in line with the facts, in one transaction: takes leads in while there is room, gives every row its slot by the
 * one planning function, records each move with its cause, and stores the instant at which the campaign can really send next.
 */
export async function layPlan(ctx: PlanContext, tx: StoreTransaction, facts: CampaignFacts, options: LayOptions): Promise<void> {
  const now = ctx.clock.now();
  const { campaign } = facts;
  const pending = await tx.plannedEmails(campaign.id);
  const crew = await chooseCrew(ctx, tx, facts, pending, options.anew === true);
  const laid = plan(
    facts,
    crew.map((member) => toCandidate(member, options.anew === true)),
    now,
  );
  const change = changesOf(crew, laid.slots, pending, options, now, campaign.zone);
  await tx.changePlan(campaign.id, change, now);
  if (change.move.length > 0) await recordMoves(tx, facts, change, now);
  const head = laid.slots[0];
  if (head !== undefined) return tx.setNextDue(campaign.id, head.at, head.after?.gate);
  if (crew.length > 0) return tx.setNextDue(campaign.id, now + RECHECK_MS, laid.stopped?.gate);
  // Leads still wait when more of them were barred than one transaction passes over: the next pass goes on at once.
  const isUnfinished = (await tx.waitingLeads(campaign.id, 1)).length > 0;
  return tx.setNextDue(campaign.id, isUnfinished ? now : undefined, undefined);
}

/** When a campaign that only an event can free is looked at again, in case the event was missed. */
export const RECHECK_MS = 300_000;

/** A mail of the stored plan, or a lead that is about to become one. */
type Member = { readonly planned: PlannedEmail } | { readonly waiting: WaitingLead };

function orderOf(member: Member): { priority: number; position: number } {
  return "planned" in member ? member.planned : member.waiting;
}

/**
 * The mails that make up the plan: the most urgent of the planned and waiting ones up to the buffer size, and every retry.
 * Only when the plan is laid anew may a waiting lead of higher priority displace a planned one.
 */
async function chooseCrew(
  ctx: PlanContext,
  tx: StoreTransaction,
  facts: CampaignFacts,
  pending: readonly PlannedEmail[],
  anew: boolean,
): Promise<Member[]> {
  const size = stretchOf(facts.campaign);
  const started = pending.filter(isStarted).map((planned): Member => ({ planned }));
  // Retries wait for minutes or hours and take no place from leads that could go meanwhile, as long as there are not very many.
  const isCrowded = started.length > STARTED_MAX;
  const room = isCrowded ? 0 : anew ? size : size - (pending.length - started.length);
  const waiting = room > 0 ? await sendableLeads(ctx, tx, facts, room) : [];
  const fresh = [
    ...pending.filter((row) => !isStarted(row)).map((planned): Member => ({ planned })),
    ...waiting.map((lead): Member => ({ waiting: lead })),
  ];
  fresh.sort(byOrder);
  const kept = anew ? fresh.slice(0, size) : fresh;
  return [...started, ...kept].sort(byOrder);
}

/** Without a pace the order is all that a plan says, and mails leave it by dozens: it is laid further ahead, and so less often. */
const UNPACED_STRETCH_MIN = 200;

function stretchOf(campaign: Campaign): number {
  return isUnpaced(campaign) ? Math.max(campaign.bufferSize, UNPACED_STRETCH_MIN) : campaign.bufferSize;
}

/** A mail that was claimed before keeps its row: it has a Message-ID and perhaps a retry to come. */
function isStarted(row: PlannedEmail): boolean {
  return row.attempt > 0 || row.mailboxId !== undefined;
}

function byOrder(a: Member, b: Member): number {
  const [first, second] = [orderOf(a), orderOf(b)];
  return first.priority - second.priority || first.position - second.position;
}

/** The next waiting leads that can be written to; the others are skipped with their reason before they could take a slot. */
async function sendableLeads(
  ctx: PlanContext,
  tx: StoreTransaction,
  facts: CampaignFacts,
  count: number,
): Promise<WaitingLead[]> {
  const { messageId } = facts.campaign;
  const template = messageId === undefined ? undefined : await ctx.templates.get(tx, messageId);
  for (let skipped = 0; skipped < SKIPS_MAX; ) {
    const leads = await tx.waitingLeads(facts.campaign.id, count);
    const reasons = leads.map((lead) => skipReason(template, lead));
    const unsendable = leads.filter((_, index) => reasons[index] !== undefined);
    if (unsendable.length === 0) return leads;
    for (const [index, lead] of leads.entries()) {
      const reason = reasons[index];
      if (reason === undefined) continue;
      await tx.skipLead(lead.campaignLeadId, reason, ctx.clock.now());
      skipped += 1;
    }
  }
  return [];
}

function toCandidate(member: Member, anew: boolean): Candidate {
  if ("waiting" in member) return { id: -member.waiting.campaignLeadId };
  return storedCandidate(member.planned.id, member.planned, anew);
}

function changesOf(
  crew: readonly Member[],
  slots: readonly Slot[],
  pending: readonly PlannedEmail[],
  options: LayOptions,
  now: number,
  zone: string,
): PlanChange {
  const slotOf = new Map(slots.map((slot) => [slot.id, slot]));
  const planned = new Set(crew.flatMap((member) => ("planned" in member ? [member.planned.id] : [])));
  const add: PlanChange["add"][number][] = [];
  const move: PlanChange["move"][number][] = [];
  for (const member of crew) {
    const slot = slotOf.get("planned" in member ? member.planned.id : -member.waiting.campaignLeadId);
    if (slot === undefined) continue;
    const cause = slot.after === undefined || slot.after.gate === "pace" ? options.cause : causeText(slot.after, zone);
    if ("waiting" in member) add.push({ lead: member.waiting, at: slot.at, mailboxId: slot.mailboxId, cause });
    else if (isMove(member.planned.scheduledAt, slot.at, now)) {
      move.push({
        id: member.planned.id,
        address: member.planned.address,
        from: member.planned.scheduledAt,
        at: slot.at,
        mailboxId: slot.mailboxId,
        cause,
      });
    }
  }
  return { anew: options.anew === true, add, move, withdraw: pending.filter((row) => !planned.has(row.id)) };
}

/** A mail that is due and may go now stays where it is, however late: its row shows since when it waits. */
function isMove(from: number, to: number, now: number): boolean {
  return Math.abs(to - from) > MOVE_MIN_MS && !(from <= now && to <= now);
}

async function recordMoves(tx: StoreTransaction, facts: CampaignFacts, change: PlanChange, now: number): Promise<void> {
  const first = change.move[0];
  await tx.record({
    kind: "plan-moved",
    at: now,
    actor: "engine",
    campaignId: facts.campaign.id,
    cause: first?.cause,
    data: change.move.map(({ id, address, from, at, cause }) => ({ id, address, from, at, cause })),
  });
}
