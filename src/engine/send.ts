import { localDay } from "../domain/days.ts";
import type { HandOver, Permit } from "../domain/hand-over.ts";
import { decideIntent, type IntentDecision, type WithheldReason } from "../domain/intent.ts";
import type { Conversation } from "../domain/outcome.ts";
import type { Verdict } from "../domain/settlement.ts";
import type { ClaimedMail } from "./claim.ts";
import type { EngineContext } from "./context.ts";
import { mailFields, settleEmail } from "./settle.ts";
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
  const outgoing = {
    queueId: email.id,
    campaignId: email.campaignId,
    leadId: email.leadId,
    step: email.step,
    mailboxId: email.mailboxId,
    to: email.address,
    subject: content.subject,
    text: content.text,
    html: content.html,
    messageId: email.messageId,
    rfcMessageId: email.rfcMessageId,
    composedAt: email.composedAt,
  };
  const conversation = await ctx.mailer
    .send(outgoing, handOver(ctx, mail, flight), flight.signal)
    .catch((error: unknown) => broken(ctx, mail, flight, error));
  if (conversation.reply !== undefined && conversation.dotSent) await ctx.observer.reached("accepted", email.address);
  const verdict = await recordOutcome(ctx, mail, conversation, flight.withheld);
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
      const decision = await commitIntent(ctx, mail);
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
    return refuse(flight, { kind: "not-recorded", detail: `the database did not take the intent: ${String(error)}` });
  }
}

function refuse(flight: Flight, why: WithheldReason): Permit {
  flight.withheld = why;
  flight.armed = false;
  return { go: false, why: why.kind };
}

/** Commit 2, in one transaction: judge the campaign, the lead and the mailbox once more at this instant, then write the ledger entry. */
async function commitIntent(ctx: EngineContext, mail: ClaimedMail): Promise<IntentDecision> {
  try {
    let handedOverAt = 0;
    const decided = await ctx.store.transaction(async (tx): Promise<IntentDecision> => {
      const now = ctx.clock.now();
      const stored = await tx.campaignFacts(mail.email.campaignId, now);
      const facts = stored && ctx.anchors.correct(stored);
      const row = await tx.email(mail.email.id);
      const mailbox = facts?.mailboxes.find(({ id }) => id === mail.email.mailboxId);
      if (facts === undefined || row === undefined) throw new IntentRefused();
      if (mailbox === undefined)
        return { kind: "withhold", why: { kind: "mailbox", detail: `${mail.mailbox} left the campaign` } };
      const decision = decideIntent({ facts, mailbox, leadBar: row.leadBar, gapBeforeMs: mail.email.gapBeforeMs }, now);
      if (decision.kind !== "go") return decision;
      const campaignDay = localDay(facts.campaign.zone, now).day;
      const mailboxDay = localDay(mailbox.zone, now).day;
      if (!(await tx.recordIntent({ email: mail.email, worker: ctx.worker.bootId, at: now, campaignDay, mailboxDay })))
        throw new IntentRefused();
      handedOverAt = now;
      return decision;
    });
    if (decided.kind === "go") ctx.anchors.noteHandOver(mail.email.campaignId, handedOverAt);
    return decided;
  } catch (error) {
    if (error instanceof IntentRefused) return { kind: "withhold", why: { kind: "lost-claim" } };
    throw error;
  }
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
      return await settleEmail(ctx, mail, conversation, withheld);
    } catch (error) {
      ctx.log.error("outcome not recorded yet", { ...mailFields(ctx, mail), error: String(error), retryInMs: pauseMs });
      await delay(ctx.clock, pauseMs);
    }
  }
}
