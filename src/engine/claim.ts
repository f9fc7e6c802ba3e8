import type { Campaign, CampaignFacts, MailboxFacts } from "../domain/campaign.ts";
import { localDay } from "../domain/days.ts";
import { causeText } from "../domain/explain.ts";
import { type ClosedGate, chooseMailbox, firstClosedGate, oneMore } from "../domain/gates.ts";
import { messageIdFor } from "../domain/ids.ts";
import { type Instant, SECOND_MS } from "../domain/instant.ts";
import { barText } from "../domain/intent.ts";
import { advance, gapMs, isUnpaced, paceGate } from "../domain/pace.ts";
import { say } from "../domain/phrase.ts";
import { isFirstOfDay } from "../domain/plan.ts";
import type { EngineContext } from "./context.ts";
import type { Claim, ClaimedEmail, QueuedEmail, StoreTransaction } from "./ports.ts";
import { layPlan, RECHECK_MS, scheduleNextEmail } from "./refill.ts";
import { type Rendered, renderFor } from "./render.ts";

/** A mail in this worker's hands: its row after the claim and its text. */
export interface ClaimedMail {
  readonly email: ClaimedEmail;
  readonly content: Extract<Rendered, { kind: "rendered" }>;
  readonly campaign: string;
  readonly mailbox: string;
  /** Since when the mailbox's settings are what they are. */
  readonly mailboxSettingsAt: Instant;
  /** The campaign's starts up to and including this one. */
  readonly paceIndex: number;
  /** Whether another mail may follow at once. */
  readonly isUnpaced: boolean;
}

/** The mails' mailboxes, each once. */
export function mailboxesOf(mails: readonly ClaimedMail[]): number[] {
  return [...new Set(mails.map(({ email }) => email.mailboxId))];
}

export type ClaimResult =
  | { readonly kind: "claimed"; readonly mails: readonly ClaimedMail[] }
  /** Nothing may leave now; the reason is stored with the instant of the next look. */
  | { readonly kind: "waiting"; readonly gate: ClosedGate }
  /** Nothing to send at the moment: no row is due, or no lead is open any more. */
  | { readonly kind: "idle" }
  /** The row was taken since it was read; look again. */
  | { readonly kind: "lost" }
  /** Another worker has the campaign in its hands, or just had. */
  | { readonly kind: "elsewhere" };

/** Rows whose lead got barred since they were planned, passed over in one transaction. */
const BARRED_ROWS_MAX = 100;

/** When a campaign whose mailboxes are all in conversation is looked at again, in case a worker died between an end and its news. */
const BUSY_RECHECK_MS = 10_000;

/** Thrown to roll a claim back that lost its race; never leaves this file. */
class ClaimLost extends Error {}

/**
 * Commit 1 of a mail: from the campaign's head row to a claim with lease, fence, reserved allowances and moved pace; or the reason why not.
 * Where no pace keeps them apart, up to `room` mails are claimed together.
 */
export async function claimNext(ctx: EngineContext, campaignId: number, room: number): Promise<ClaimResult> {
  try {
    // A claim that a crash of the machine loses is no harm: its intent, which is durable, would not find it and refuse.
    const result = await ctx.store.transaction((tx) => claimIn(ctx, tx, campaignId, room), "ordered");
    const last = result.kind === "claimed" ? result.mails.at(-1) : undefined;
    if (last !== undefined) ctx.anchors.noteStart(campaignId, last.paceIndex);
    return result;
  } catch (error) {
    if (error instanceof ClaimLost) return { kind: "lost" };
    throw error;
  }
}

async function claimIn(ctx: EngineContext, tx: StoreTransaction, campaignId: number, room: number): Promise<ClaimResult> {
  if (!(await tx.holdIfDue(campaignId, ctx.clock.now()))) return { kind: "elsewhere" };
  const now = ctx.clock.now();
  const stored = await tx.campaignFacts(campaignId, now);
  if (stored?.campaign.status !== "IN_PROGRESS" || stored.campaign.sender !== ctx.sender) return { kind: "idle" };
  const facts = ctx.anchors.correct(stored);
  if (facts.campaign.relayCause !== undefined) await layPlan(ctx, tx, facts, { cause: facts.campaign.relayCause, anew: true });
  const gate = firstClosedGate(facts, now);
  // Its holder takes the campaign, or lets go of the mailbox, within seconds; what it is now is not worth writing down.
  if (gate?.gate === "mailboxes" && facts.mailboxes.some(({ keptElsewhere }) => keptElsewhere)) return { kind: "elsewhere" };
  if (gate !== undefined) return wait(ctx, tx, facts, gate);
  const next = await getNextEmailsForCampaign(ctx, tx, facts, room);
  if (next.ready.length === 0) return rest(ctx, tx, facts);
  return lockEmails(ctx, tx, facts, next);
}

/** A closed gate that the clock opens moves the plan; one that an event opens is looked at again in a while. */
async function wait(ctx: EngineContext, tx: StoreTransaction, facts: CampaignFacts, gate: ClosedGate): Promise<ClaimResult> {
  const [recheckMs, waitGate] = isBusy(gate) ? [BUSY_RECHECK_MS, "busy"] : [RECHECK_MS, gate.gate];
  if (gate.until === undefined) await tx.setNextDue(facts.campaign.id, ctx.clock.now() + recheckMs, waitGate);
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
  await scheduleNextEmail(ctx, tx, facts, say("next-in-order"));
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

/**
 * The campaign's head: its first due row whose lead may be written to, with the text, and, where no pace keeps mails apart, those behind
 * it. Rows of barred leads are skipped on the way.
 */
async function getNextEmailsForCampaign(
  ctx: EngineContext,
  tx: StoreTransaction,
  facts: CampaignFacts,
  room: number,
): Promise<NextEmails> {
  const count = isUnpaced(facts.campaign) ? Math.min(room, freeSessions(facts)) : 1;
  const now = ctx.clock.now();
  for (let barred = 0; barred < BARRED_ROWS_MAX; barred += 1) {
    // One more than can go, to know whether the plan has others behind them.
    const due = await tx.nextEmails(facts.campaign.id, now, count + 1);
    const { ready, barredFirst } = await readyUntilBarred(ctx, tx, facts, due.slice(0, count));
    if (barredFirst === undefined) return { ready, dueCount: due.length };
    const { email, reason } = barredFirst;
    await tx.skipLead(email.campaignLeadId, reason, now);
    ctx.log.info("mail skipped", { campaign: facts.campaign.name, queueId: email.id, lead: email.address, reason });
    await layPlan(ctx, tx, facts, { cause: say("skipped-mail", { address: email.address, part: reason }), anew: true });
  }
  return { ready: [], dueCount: 0 };
}

interface NextEmails {
  readonly ready: readonly NextEmail[];
  /** How many rows are known to be due, the ready ones among them. */
  readonly dueCount: number;
}

/** How many mails the campaign's mailboxes can take at the same time, beside those that they are sending. */
function freeSessions({ mailboxes }: CampaignFacts): number {
  return mailboxes.reduce((sum, { sessionsMax, sessionsBusy }) => sum + Math.max(0, sessionsMax - sessionsBusy), 0);
}

interface Ready {
  readonly ready: NextEmail[];
  /** The very first row, when its lead may not be written to. One further behind comes first at the next look. */
  readonly barredFirst?: { readonly email: QueuedEmail; readonly reason: string };
}

async function readyUntilBarred(
  ctx: EngineContext,
  tx: StoreTransaction,
  facts: CampaignFacts,
  due: readonly QueuedEmail[],
): Promise<Ready> {
  const ready: NextEmail[] = [];
  for (const email of due) {
    const messageId = email.messageId ?? facts.campaign.messageId;
    if (messageId === undefined) break;
    const content = await contentOf(ctx, tx, email, messageId);
    if (content.kind === "rendered") ready.push({ email, content, messageId });
    else if (ready.length === 0) return { ready, barredFirst: { email, reason: barText(content.bar) } };
    else break;
  }
  return { ready };
}

async function contentOf(ctx: EngineContext, tx: StoreTransaction, email: QueuedEmail, messageId: number): Promise<Rendered> {
  if (email.leadBar !== undefined) return { kind: "barred", bar: email.leadBar };
  return renderFor(ctx.templates, tx, messageId, email);
}

/** The atomic claim: the rows, as far as gates and mailboxes allow, become this worker's, or the whole transaction is undone. */
async function lockEmails(
  ctx: EngineContext,
  tx: StoreTransaction,
  facts: CampaignFacts,
  { ready, dueCount }: NextEmails,
): Promise<ClaimResult> {
  const claims: Claim[] = [];
  const mails: ClaimedMail[] = [];
  let left = facts;
  for (const one of ready) {
    await ctx.observer.reached("before-claim", one.email.address);
    const now = ctx.clock.now();
    if (mails.length > 0 && firstClosedGate(left, now) !== undefined) break;
    const ownMailboxId = one.email.rfcMessageId === undefined ? undefined : one.email.mailboxId;
    const mailbox = chooseMailbox(left.mailboxes, now, ownMailboxId);
    if (mailbox === undefined) break;
    const email = claimedEmail(ctx, left, one, mailbox, now);
    claims.push(claimOf(ctx, left.campaign, one.email, email, now));
    mails.push(claimedMail(left.campaign, one, email, mailbox));
    left = afterClaim(left, email, now);
  }
  if (claims.length === 0 || !(await tx.claim(claims))) throw new ClaimLost();
  await planBehind(ctx, tx, left, dueCount > claims.length, lateness(mails[0]?.email, ctx.clock.now()));
  return { kind: "claimed", mails };
}

/** Lays the plan behind claimed mails, and notes when the campaign can send next; `hasDue` says that rows behind them are due too. */
async function planBehind(
  ctx: EngineContext,
  tx: StoreTransaction,
  facts: CampaignFacts,
  hasDue: boolean,
  cause: string,
): Promise<void> {
  const { campaign } = facts;
  const now = ctx.clock.now();
  const gate = firstClosedGate(facts, now);
  // The order of an unpaced campaign is all that its plan says, and it stands as long as rows are left.
  const stands = isUnpaced(campaign) && hasDue && (gate === undefined || isBusy(gate));
  if (!stands) await scheduleNextEmail(ctx, tx, facts, cause);
  // The end of a conversation wakes the campaign; looking before that would find the same and cost a commit.
  if (gate !== undefined && isBusy(gate)) await tx.setNextDue(campaign.id, now + BUSY_RECHECK_MS, "busy");
  else if (stands) await tx.setNextDue(campaign.id, now, undefined);
}

function claimOf(ctx: EngineContext, campaign: Campaign, email: QueuedEmail, claimed: ClaimedEmail, now: Instant): Claim {
  const { mailboxId, gapBeforeMs, campaignDay, mailboxDay, messageId, rfcMessageId, composedAt } = claimed;
  return {
    email,
    worker: ctx.worker.bootId,
    at: now,
    leaseExpiresAt: now + ctx.limits.emailLeaseMs,
    position: advance(campaign, now, isFirstOfDay(campaign, now)),
    ...{ mailboxId, gapBeforeMs, campaignDay, mailboxDay, messageId, rfcMessageId, composedAt },
  };
}

function claimedMail(campaign: Campaign, next: NextEmail, email: ClaimedEmail, mailbox: MailboxFacts): ClaimedMail {
  return {
    email,
    content: next.content,
    campaign: campaign.name,
    mailbox: mailbox.address,
    mailboxSettingsAt: mailbox.settingsAt,
    paceIndex: campaign.paceIndex + 1,
    isUnpaced: isUnpaced(campaign),
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
function lateness(email: ClaimedEmail | undefined, now: Instant): string {
  const lateMs = email === undefined ? 0 : now - email.scheduledAt;
  return email !== undefined && lateMs > SECOND_MS
    ? say("started-late", { address: email.address, seconds: Math.round(lateMs / SECOND_MS) })
    : say("next-in-order");
}
