import type { Campaign } from "../domain/campaign.ts";
import { SESSION_LEFT_AFTER_MS } from "../domain/hand-over.ts";
import { type Instant, MINUTE_MS } from "../domain/instant.ts";
import type { WithheldReason } from "../domain/intent.ts";
import type { Conversation } from "../domain/outcome.ts";
import { say } from "../domain/phrase.ts";
import { mailboxRestUntil } from "../domain/retry.ts";
import { judge, type Verdict } from "../domain/settlement.ts";
import { type ClaimedMail, completeIfDone, mailboxesOf } from "./claim.ts";
import type { EngineContext } from "./context.ts";
import type { LogFields, Settlement, StoreTransaction } from "./ports.ts";
import { scheduleNextEmail } from "./refill.ts";

/** What a conversation ended with. */
export interface Outcome {
  readonly mail: ClaimedMail;
  readonly conversation: Conversation;
  /** Why the intent refused the dot, if it did. */
  readonly withheld: WithheldReason | undefined;
}

/**
 * Commit 3 of mails of one campaign: the ledger, the plan rows, the leads, the mailboxes' conditions and the rows behind, in one
 * transaction. Returns the verdict on each, also when its outcome came too late to change anything.
 */
export async function settleEmails(ctx: EngineContext, outcomes: readonly Outcome[], committed: () => void): Promise<Verdict[]> {
  const campaignId = outcomes[0]?.mail.email.campaignId ?? 0;
  const work = async (tx: StoreTransaction): Promise<Verdict[]> => {
    const facts = await tx.hold(campaignId, mailboxesOf(outcomes.map(({ mail }) => mail)));
    const now = ctx.clock.now();
    if (facts === undefined) throw new Error(`campaign ${campaignId} is gone`);
    const verdicts: Verdict[] = [];
    const restCounts = new Map(facts.mailboxes.map(({ id, restCount }) => [id, restCount]));
    for (const outcome of outcomes) verdicts.push(await judgeOutcome(ctx, tx, facts.campaign, restCounts, outcome));
    const settled = await tx.settle(
      outcomes.map((outcome, index) => settlementOf(ctx, outcome, verdicts[index] as Verdict, now)),
    );
    for (const [index, outcome] of outcomes.entries()) {
      const verdict = verdicts[index] as Verdict;
      if (settled[index] === true) await followUp(ctx, tx, outcome.mail, verdict);
      logOutcome(ctx, outcome.mail, verdict, settled[index] === true, outcome.conversation);
    }
    const handedBack = verdicts.findIndex(({ giveBack }, index) => giveBack && settled[index] === true);
    // A mail that was sent, or may have been, leaves the plan as its claim had laid it.
    if (handedBack >= 0) await replanAfter(ctx, tx, (outcomes[handedBack] as Outcome).mail, verdicts[handedBack] as Verdict);
    if (settled.includes(true)) await completeIfDone(ctx, tx, facts);
    return verdicts;
  };
  return ctx.store.transaction(work, "durable", committed);
}

/** The verdict on one outcome; what it says of the mailbox is written at once, because it counts for the next outcome's verdict. */
async function judgeOutcome(
  ctx: EngineContext,
  tx: StoreTransaction,
  { retryDelaysMs, status }: Campaign,
  restCounts: Map<number, number>,
  { mail, conversation, withheld }: Outcome,
): Promise<Verdict> {
  const settledMail = { attempt: mail.email.attempt, retryDelaysMs, withheld, cancelled: status === "CANCELLED" };
  const judged = judge(settledMail, conversation, ctx.clock.now());
  const restingUntil = await settleMailbox(ctx, tx, restCounts, mail, judged);
  return restingUntil === undefined ? judged : { ...judged, notBefore: restingUntil + STEP_ASIDE_MS };
}

function settlementOf(ctx: EngineContext, { mail, conversation }: Outcome, verdict: Verdict, now: Instant): Settlement {
  return {
    email: mail.email,
    worker: ctx.worker.bootId,
    at: now,
    ledger: { state: verdict.ledger, conversation, outcome: verdict.outcome },
    queue: {
      state: verdict.queue,
      attempt: verdict.attempt,
      reason: verdict.summary,
      ...(verdict.notBefore !== undefined && { notBefore: verdict.notBefore }),
    },
    lead: { state: verdict.lead, ...(verdict.queue !== "sent" && { reason: verdict.summary }) },
    giveBack: verdict.giveBack,
    ...(mail.isUnpaced && verdict.queue === "sent" && { keepsMailboxUntil: now + SESSION_LEFT_AFTER_MS }),
  };
}

/** What the outcome means beyond its own mail: a bounced address, a line of history. */
async function followUp(ctx: EngineContext, tx: StoreTransaction, mail: ClaimedMail, verdict: Verdict): Promise<void> {
  const now = ctx.clock.now();
  const { email } = mail;
  if (verdict.suppress !== undefined) await tx.suppress(email.address, verdict.suppress, "bounce", now);
  if (verdict.queue === "unconfirmed" || verdict.queue === "failed") {
    await tx.record({
      kind: `mail-${verdict.queue}`,
      at: now,
      actor: "engine",
      campaignId: email.campaignId,
      leadId: email.leadId,
      mailboxId: email.mailboxId,
      cause: verdict.summary,
    });
  }
}

async function replanAfter(ctx: EngineContext, tx: StoreTransaction, mail: ClaimedMail, verdict: Verdict): Promise<void> {
  const stored = await tx.campaignFacts(mail.email.campaignId, ctx.clock.now());
  if (stored === undefined) return;
  const facts = ctx.anchors.correct(stored);
  const again = { address: mail.email.address, part: verdict.summary };
  const cause = verdict.queue === "pending" ? say("tries-again", again) : say("next-in-order");
  await scheduleNextEmail(ctx, tx, facts, cause);
}

/** After a repeated trouble the mailbox is probed with another lead's mail, in case the trouble is this lead's and not the server's. */
const STEP_ASIDE_MS = MINUTE_MS;

/** Writes what the outcome says of the mailbox; returns until when it rests when its trouble repeats. */
async function settleMailbox(
  ctx: EngineContext,
  tx: StoreTransaction,
  restCounts: Map<number, number>,
  mail: ClaimedMail,
  verdict: Verdict,
): Promise<Instant | undefined> {
  const { mailboxId } = mail.email;
  const now = ctx.clock.now();
  const restCount = restCounts.get(mailboxId) ?? 0;
  const event = { at: now, actor: "engine", mailboxId, campaignId: mail.email.campaignId, cause: verdict.summary };
  switch (verdict.mailbox) {
    case "none":
      return undefined;
    case "works":
      if (restCount > 0) await tx.changeMailbox(mailboxId, { restCount: 0, restingUntil: null, restReason: null });
      restCounts.set(mailboxId, 0);
      return undefined;
    case "rest": {
      const restingUntil = mailboxRestUntil(restCount + 1, now);
      await tx.changeMailbox(mailboxId, { restCount: restCount + 1, restingUntil, restReason: verdict.summary });
      restCounts.set(mailboxId, restCount + 1);
      await tx.record({ kind: "mailbox-rests", ...event, data: { until: restingUntil } });
      ctx.log.warn("mailbox rests", {
        mailbox: mail.mailbox,
        until: new Date(restingUntil).toISOString(),
        reason: verdict.summary,
      });
      return restCount > 0 ? restingUntil : undefined;
    }
    case "attention":
      await tx.changeMailbox(mailboxId, { attention: verdict.summary });
      await tx.record({ kind: "mailbox-needs-attention", ...event });
      ctx.log.error("mailbox needs attention", { mailbox: mail.mailbox, reason: verdict.summary });
      return undefined;
  }
}

/** The fields that every log line about a mail carries. */
export function mailFields(ctx: EngineContext, mail: ClaimedMail): LogFields {
  const { email } = mail;
  return {
    campaign: mail.campaign,
    queueId: email.id,
    lead: email.address,
    mailbox: mail.mailbox,
    worker: ctx.worker.bootId,
    attempt: email.attempt + 1,
    durationMs: ctx.clock.now() - email.claimedAt,
  };
}

function logOutcome(ctx: EngineContext, mail: ClaimedMail, verdict: Verdict, settled: boolean, conversation: Conversation): void {
  const fields = { ...mailFields(ctx, mail), outcome: verdict.outcome, stage: conversation.stage, reply: verdict.summary };
  if (!settled) ctx.log.warn("outcome came too late", fields);
  else if (verdict.queue === "sent") ctx.log.info("mail sent", fields);
  else if (verdict.queue === "pending" && verdict.notBefore !== undefined) ctx.log.info("mail retried later", fields);
  else if (verdict.queue === "pending") ctx.log.info("mail handed back", fields);
  else if (verdict.queue === "skipped" || verdict.queue === "cancelled") ctx.log.info("mail withheld", fields);
  else ctx.log.warn(verdict.queue === "unconfirmed" ? "mail unconfirmed" : "mail failed", fields);
}
