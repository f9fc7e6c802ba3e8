import type { CampaignFacts } from "../domain/campaign.ts";
import { localDay } from "../domain/days.ts";
import type { HandOver, Permit } from "../domain/hand-over.ts";
import { decideIntent, type IntentDecision, type WithheldReason } from "../domain/intent.ts";
import type { Instant } from "../domain/instant.ts";
import type { Conversation } from "../domain/outcome.ts";
import { say } from "../domain/phrase.ts";
import type { Verdict } from "../domain/settlement.ts";
import { type ClaimedMail, mailboxesOf } from "./claim.ts";
import type { EngineContext } from "./context.ts";
import type { Intent, QueuedEmail, StoreTransaction } from "./ports.ts";
import { mailFields } from "./settle.ts";
import { delay } from "./wait.ts";

/** Between two tries to record an outcome that the database did not take. */
const RECORD_PAUSE_MS = { first: 100, most: 5_000 } as const;

/** Thrown to roll an intent back; never leaves this file. */
class IntentRefused extends Error {}

/**
 * One claimed mail to its end: the conversation with the mailbox's server, the intent just before its final dot, and the outcome.
 * Never rejects for what a server, the network or the database does; resolves when the outcome is recorded.
 */
export async function sendEmailFromQueue(ctx: EngineContext, mail: ClaimedMail, flight: Flight): Promise<Verdict> {
  const { email, content } = mail;
  await ctx.observer.reached("after-claim", email.address);
  ctx.log.debug("mail claimed", mailFields(ctx, mail));
  ctx.meter.mailStarted(email.claimedAt - email.scheduledAt);
  const startedMs = ctx.clock.monotonicMs();
  const outgoing = {
    queueId: email.id,
    campaignId: email.campaignId,
    leadId: email.leadId,
    step: email.step,
    mailboxId: email.mailboxId,
    mailboxSettingsAt: mail.mailboxSettingsAt,
    to: email.address,
    subject: content.subject,
    text: content.text,
    html: content.html,
    messageId: email.messageId,
    rfcMessageId: email.rfcMessageId,
    composedAt: email.composedAt,
    keepConnection: mail.isUnpaced,
  };
  const conversation = await ctx.mailer
    .send(outgoing, handOver(ctx, mail, flight), flight.signal)
    .catch((error: unknown) => broken(ctx, mail, flight, error));
  const durationMs = ctx.clock.monotonicMs() - startedMs;
  if (conversation.reply !== undefined && conversation.dotSent) await ctx.observer.reached("accepted", email.address);
  const verdict = await recordOutcome(ctx, mail, conversation, flight.withheld);
  ctx.meter.mailSettled(verdict.outcome, durationMs);
  await ctx.observer.reached("after-outcome", email.address);
  return verdict;
}

/** The mailer itself failed, which is a bug or a stored password that cannot be read: unknown after the intent, provably unsent before. */
function broken(ctx: EngineContext, mail: ClaimedMail, flight: Flight, error: unknown): Conversation {
  ctx.log.error("mail could not be sent", { ...mailFields(ctx, mail), error: String(error) });
  if (!flight.armed) flight.withheld = { kind: "not-recorded", detail: String(error) };
  const fault = { kind: flight.armed ? "lost" : "withheld", message: String(error) } as const;
  return { stage: flight.armed ? "dot" : "connect", dotSent: flight.armed, fault };
}

/** A conversation under way: what the engine can still stop, and why it stopped it. */
export class Flight {
  readonly #abort = new AbortController();
  /** Set by the intent when it refuses the dot. */
  withheld: WithheldReason | undefined;
  /** The intent is being committed or is committed: breaking off now would make the mail unconfirmed. */
  armed = false;

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Breaks the conversation off unless its mail may have been handed over. */
  abortUnlessArmed(): void {
    if (!this.armed) this.#abort.abort();
  }
}

function handOver(ctx: EngineContext, mail: ClaimedMail, flight: Flight): HandOver {
  const reached = (point: "connected" | "in-body" | "after-body"): void => {
    void ctx.observer.reached(point, mail.email.address);
  };
  return {
    connected: () => reached("connected"),
    inBody: () => reached("in-body"),
    dotSent: () => reached("after-body"),
    beforeDot: () => passIntent(ctx, mail, flight),
  };
}

/** The point of no return: waits out the pace if the mail before left late, commits the intent, and lets the dot follow; or says why not. */
async function passIntent(ctx: EngineContext, mail: ClaimedMail, flight: Flight): Promise<Permit> {
  await ctx.observer.reached("before-intent", mail.email.address);
  try {
    for (;;) {
      flight.armed = true;
      const decision = await decide(ctx, mail);
      if (decision.kind === "withhold") return refuse(flight, decision.why);
      if (decision.kind === "go") {
        const permit: Permit = { go: true, monotonicMs: ctx.clock.monotonicMs() };
        await ctx.observer.reached("after-intent", mail.email.address);
        return permit;
      }
      const waitMs = decision.until - ctx.clock.now();
      flight.armed = false;
      if (waitMs > ctx.limits.holdMaxMs || flight.signal.aborted) return refuse(flight, { kind: "pace", until: decision.until });
      await delay(ctx.clock, waitMs);
    }
  } catch (error) {
    ctx.log.error("intent not recorded, mail withheld", { ...mailFields(ctx, mail), error: String(error) });
    return refuse(flight, { kind: "not-recorded", detail: say("not-recorded", { part: String(error) }) });
  }
}

function refuse(flight: Flight, why: WithheldReason): Permit {
  flight.withheld = why;
  flight.armed = false;
  return { go: false, why: why.kind };
}

async function decide(ctx: EngineContext, mail: ClaimedMail): Promise<IntentDecision> {
  try {
    return await ctx.intents.do(mail.email.campaignId, mail);
  } catch (error) {
    if (error instanceof IntentRefused) return { kind: "withhold", why: { kind: "lost-claim" } };
    throw error;
  }
}

/**
 * Commit 2 of mails of one campaign, in one transaction: judge the campaign, the lead and the mailbox once more at this instant, then write
 * the ledger entry. Throws, with nothing written, when one of them is not this worker's any more.
 */
export async function commitIntents(
  ctx: EngineContext,
  mails: readonly ClaimedMail[],
  committed: () => void,
): Promise<IntentDecision[]> {
  const campaignId = mails[0]?.email.campaignId ?? 0;
  let handedOverAt: Instant | undefined;
  const work = async (tx: StoreTransaction): Promise<IntentDecision[]> => {
    handedOverAt = undefined;
    const stored = await tx.hold(campaignId, mailboxesOf(mails));
    const rows = await tx.emailsToHandOver(mails.map(({ email }) => email.id));
    const now = ctx.clock.now();
    if (stored === undefined) throw new IntentRefused();
    const judged = judgeIntents(ctx.anchors.correct(stored), mails, rows, now);
    const intents = judged.flatMap(({ decision, intent }) => (decision.kind === "go" ? [intent] : []));
    if (intents.length === 0) return judged.map(({ decision }) => decision);
    if (!(await tx.recordIntents(intents.map((intent) => ({ ...intent, worker: ctx.worker.bootId }))))) throw new IntentRefused();
    handedOverAt = now;
    return judged.map(({ decision }) => decision);
  };
  const decisions = await ctx.store.transaction(work, "durable", committed);
  if (handedOverAt !== undefined) ctx.anchors.noteHandOver(campaignId, handedOverAt);
  return decisions;
}

interface JudgedIntent {
  readonly decision: IntentDecision;
  readonly intent: Omit<Intent, "worker">;
}

/** Each mail in turn: the hand-over before it, if it goes at the same instant, counts for its gap. */
function judgeIntents(
  stored: CampaignFacts,
  mails: readonly ClaimedMail[],
  rows: readonly QueuedEmail[],
  now: Instant,
): JudgedIntent[] {
  let facts = stored;
  return mails.map(({ email, mailbox: address }) => {
    const row = rows.find(({ id }) => id === email.id);
    const mailbox = facts.mailboxes.find(({ id }) => id === email.mailboxId);
    if (row === undefined) throw new IntentRefused();
    const campaignDay = localDay(facts.campaign.zone, now).day;
    const decision: IntentDecision =
      mailbox === undefined
        ? { kind: "withhold", why: { kind: "mailbox", detail: `${address} left the campaign` } }
        : decideIntent({ facts, mailbox, leadBar: row.leadBar, gapBeforeMs: email.gapBeforeMs }, now);
    if (decision.kind === "go") facts = { ...facts, campaign: { ...facts.campaign, lastHandOverAt: now } };
    const mailboxDay = mailbox === undefined ? email.mailboxDay : localDay(mailbox.zone, now).day;
    return { decision, intent: { email, at: now, campaignDay, mailboxDay } };
  });
}

/**
 * Keeps trying until the database takes the outcome: what is known of a hand-over must not be lost while this process lives. Should it die
 * first, the next start finds the intent without an outcome and calls the mail unconfirmed.
 */
async function recordOutcome(
  ctx: EngineContext,
  mail: ClaimedMail,
  conversation: Conversation,
  withheld: WithheldReason | undefined,
): Promise<Verdict> {
  for (let pauseMs: number = RECORD_PAUSE_MS.first; ; pauseMs = Math.min(pauseMs * 2, RECORD_PAUSE_MS.most)) {
    try {
      return await ctx.outcomes.do(mail.email.campaignId, { mail, conversation, withheld });
    } catch (error) {
      ctx.log.error("outcome not recorded yet", { ...mailFields(ctx, mail), error: String(error), retryInMs: pauseMs });
      await delay(ctx.clock, pauseMs);
    }
  }
}
