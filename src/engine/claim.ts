import type { Campaign, CampaignFacts, MailboxFacts } from "../domain/campaign.ts";
import { localDay } from "../domain/days.ts";
import { causeText } from "../domain/explain.ts";
import { type ClosedGate, chooseMailbox, firstClosedGate, oneMore } from "../domain/gates.ts";
import { messageIdFor } from "../domain/ids.ts";
import { type Instant, SECOND_MS } from "../domain/instant.ts";
import { barText } from "../domain/intent.ts";
import { advance, gapMs, paceGate } from "../domain/pace.ts";
import { isFirstOfDay } from "../domain/plan.ts";
import type { EngineContext } from "./context.ts";
import type { ClaimedEmail, QueuedEmail, StoreTransaction } from "./ports.ts";
import { layPlan, RECHECK_MS, scheduleNextEmail } from "./refill.ts";
import { type Rendered, renderFor } from "./render.ts";

/** A mail in this worker's hands: its row after the claim and its text. */
export interface ClaimedMail {
  readonly email: ClaimedEmail;
  readonly content: Extract<Rendered, { kind: "rendered" }>;
  readonly campaign: string;
  readonly mailbox: string;
  /** The campaign's starts up to and including this one. */
  readonly paceIndex: number;
}

export type ClaimResult =
  | { readonly kind: "claimed"; readonly mail: ClaimedMail }
  /** Nothing may leave now; the reason is stored with the instant of the next look. */
  | { readonly kind: "waiting"; readonly gate: ClosedGate }
  /** Nothing to send at the moment: no row is due, or no lead is open any more. */
  | { readonly kind: "idle" }
  /** Another worker was faster; look again. */
  | { readonly kind: "lost" };

/** Rows whose lead got barred since they were planned, passed over in one transaction. */
const BARRED_ROWS_MAX = 100;

/** Thrown to roll a claim back that lost its race; never leaves this file. */
class ClaimLost extends Error {}

/** Commit 1 of a mail: from the campaign's head row to a claim with lease, fence, reserved allowances and moved pace; or the reason why not. */
export async function claimNext(ctx: EngineContext, campaignId: number): Promise<ClaimResult> {
  try {
    const result = await ctx.store.transaction(async (tx): Promise<ClaimResult> => {
      const now = ctx.clock.now();
      const stored = await tx.campaignFacts(campaignId, now);
      if (stored === undefined || stored.campaign.status !== "IN_PROGRESS") return { kind: "idle" };
      const facts = ctx.anchors.correct(stored);
      if (facts.campaign.relayCause !== undefined)
        await layPlan(ctx, tx, facts, { cause: facts.campaign.relayCause, anew: true });
      const gate = firstClosedGate(facts, now);
      if (gate !== undefined) return wait(ctx, tx, facts, gate);
      const next = await getNextEmailForCampaign(ctx, tx, facts);
      if (next === undefined) return rest(ctx, tx, facts);
      return lockEmail(ctx, tx, facts, next);
    });
    if (result.kind === "claimed") ctx.anchors.noteStart(campaignId, result.mail.paceIndex);
    return result;
  } catch (error) {
    if (error instanceof ClaimLost) return { kind: "lost" };
    throw error;
  }
}

/** A closed gate that the clock opens moves the plan; one that an event opens is looked at again in a while. */
async function wait(ctx: EngineContext, tx: StoreTransaction, facts: CampaignFacts, gate: ClosedGate): Promise<ClaimResult> {
  if (gate.until === undefined)
    await tx.setNextDue(facts.campaign.id, ctx.clock.now() + RECHECK_MS, isBusy(gate) ? "busy" : gate.gate);
  else await scheduleNextEmail(ctx, tx, facts, causeText(gate, facts.campaign.zone));
  if (!(await tx.hasOpenLeads(facts.campaign.id))) return rest(ctx, tx, facts);
  return { kind: "waiting", gate };
}

/** Whether a mailbox would take the mail were it not in a conversation; the end of that conversation wakes the campaign. */
function isBusy(gate: ClosedGate): boolean {
  return gate.gate === "mailboxes" && gate.bars.some((bar) => bar.why === "busy");
}

/** No row is due: top up the plan, and complete the campaign when no lead is open. */
async function rest(ctx: EngineContext, tx: StoreTransaction, facts: CampaignFacts): Promise<ClaimResult> {
  await scheduleNextEmail(ctx, tx, facts, "next in order");
  await completeIfDone(ctx, tx, facts);
  return { kind: "idle" };
}

export async function completeIfDone(ctx: EngineContext, tx: StoreTransaction, facts: CampaignFacts): Promise<void> {
  const { id, status } = facts.campaign;
  if (status !== "IN_PROGRESS" || (await tx.hasOpenLeads(id))) return;
  const now = ctx.clock.now();
  if (!(await tx.setCampaignStatus(id, ["IN_PROGRESS"], "COMPLETED", now))) return;
  await tx.record({ kind: "campaign-completed", at: now, actor: "engine", campaignId: id });
  ctx.log.info("campaign completed", { campaign: facts.campaign.name });
}

interface NextEmail {
  readonly email: QueuedEmail;
  readonly content: Extract<Rendered, { kind: "rendered" }>;
  readonly messageId: number;
}

/** The campaign's head: its first due row whose lead may be written to, with the text; rows of barred leads are skipped on the way. */
async function getNextEmailForCampaign(
  ctx: EngineContext,
  tx: StoreTransaction,
  facts: CampaignFacts,
): Promise<NextEmail | undefined> {
  const now = ctx.clock.now();
  for (let barred = 0; barred < BARRED_ROWS_MAX; barred += 1) {
    const email = await tx.nextEmail(facts.campaign.id, now);
    const messageId = email?.messageId ?? facts.campaign.messageId;
    if (email === undefined || messageId === undefined) return undefined;
    const content = await contentOf(ctx, tx, email, messageId);
    if (content.kind === "rendered") return { email, content, messageId };
    const reason = barText(content.bar);
    await tx.skipLead(email.campaignLeadId, reason, now);
    ctx.log.info("mail skipped", { campaign: facts.campaign.name, queueId: email.id, lead: email.address, reason });
    await layPlan(ctx, tx, facts, { cause: `${email.address} skipped: ${reason}`, anew: true });
  }
  return undefined;
}

async function contentOf(ctx: EngineContext, tx: StoreTransaction, email: QueuedEmail, messageId: number): Promise<Rendered> {
  if (email.leadBar !== undefined) return { kind: "barred", bar: email.leadBar };
  return renderFor(ctx.templates, tx, messageId, email);
}

/** The atomic claim: the row becomes this worker's, or the whole transaction is undone. */
async function lockEmail(ctx: EngineContext, tx: StoreTransaction, facts: CampaignFacts, next: NextEmail): Promise<ClaimResult> {
  const { campaign } = facts;
  await ctx.observer.reached("before-claim", next.email.address);
  const now = ctx.clock.now();
  const mailbox = chooseMailbox(facts.mailboxes, now, next.email.rfcMessageId === undefined ? undefined : next.email.mailboxId);
  if (mailbox === undefined) throw new ClaimLost();
  const email = claimedEmail(ctx, facts, next, mailbox, now);
  const claimed = await tx.claim({
    email: next.email,
    worker: ctx.worker.bootId,
    mailboxId: mailbox.id,
    at: now,
    leaseExpiresAt: now + ctx.limits.emailLeaseMs,
    gapBeforeMs: email.gapBeforeMs,
    position: advance(campaign, now, isFirstOfDay(campaign, now)),
    campaignDay: email.campaignDay,
    mailboxDay: email.mailboxDay,
    messageId: email.messageId,
    rfcMessageId: email.rfcMessageId,
    composedAt: email.composedAt,
  });
  if (!claimed) throw new ClaimLost();
  const left = afterClaim(facts, email, now);
  await scheduleNextEmail(ctx, tx, left, lateness(next.email, now));
  const gate = firstClosedGate(left, now);
  // The end of a conversation wakes the campaign; looking before that would find the same and cost a commit.
  if (gate !== undefined && isBusy(gate)) await tx.setNextDue(campaign.id, now + RECHECK_MS, "busy");
  return {
    kind: "claimed",
    mail: { email, content: next.content, campaign: campaign.name, mailbox: mailbox.address, paceIndex: campaign.paceIndex + 1 },
  };
}

function claimedEmail(
  ctx: EngineContext,
  facts: CampaignFacts,
  next: NextEmail,
  mailbox: MailboxFacts,
  now: Instant,
): ClaimedEmail {
  const { email, messageId } = next;
  return {
    ...email,
    state: "sending",
    fence: email.fence + 1,
    leaseOwner: ctx.worker.bootId,
    claimedAt: now,
    mailboxId: mailbox.id,
    gapBeforeMs: gapBefore(facts.campaign),
    campaignDay: localDay(facts.campaign.zone, now).day,
    mailboxDay: localDay(mailbox.zone, now).day,
    messageId,
    rfcMessageId: email.rfcMessageId ?? messageIdFor(email, facts.campaign.seed, mailbox.address),
    composedAt: email.composedAt ?? now,
  };
}

/** The first mail has a gap too: it may be overtaken on its way, and then follows another. */
function gapBefore(campaign: Campaign): number {
  return paceGate(campaign, campaign)?.gapMs ?? gapMs(campaign, campaign.seed, campaign.paceIndex);
}

/** The facts as the claim has left them, without another look at the database. */
function afterClaim(facts: CampaignFacts, email: ClaimedEmail, now: Instant): CampaignFacts {
  const { campaign } = facts;
  return {
    ...facts,
    campaign: { ...campaign, ...advance(campaign, now, isFirstOfDay(campaign, now)) },
    usage: oneMore(facts.usage, email.campaignDay),
    mailboxes: facts.mailboxes.map((mailbox) =>
      mailbox.id === email.mailboxId
        ? { ...mailbox, lastUsedAt: now, sessionsBusy: mailbox.sessionsBusy + 1, usage: oneMore(mailbox.usage, email.mailboxDay) }
        : mailbox,
    ),
  };
}

/** The rows behind follow the claimed mail at the pace; when it started late that is the cause of their move. */
function lateness(email: QueuedEmail, now: Instant): string {
  const lateMs = now - email.scheduledAt;
  return lateMs > SECOND_MS ? `${email.address} started ${Math.round(lateMs / SECOND_MS)} s late` : "next in order";
}
