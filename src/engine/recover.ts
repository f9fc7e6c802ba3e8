import type { LeadState } from "../domain/states.ts";
import type { EngineContext } from "./context.ts";
import type { AbandonedEmail, StoreTransaction } from "./ports.ts";
import { scheduleNextEmail } from "./refill.ts";

/**
 * Takes back the mails of workers that are gone: without an intent nothing was sent, so the row waits again with the same number of
 * attempts; with one nobody can know, so it becomes unconfirmed and a person decides. Returns how many there were.
 */
export async function recoverAbandoned(ctx: EngineContext): Promise<number> {
  return ctx.store.transaction(async (tx) => {
    const abandoned = await tx.abandonedEmails(ctx.worker.bootId, ctx.clock.now());
    for (const one of abandoned) await takeBack(ctx, tx, one);
    for (const campaignId of new Set(abandoned.map(({ email }) => email.campaignId))) {
      const facts = await tx.campaignFacts(campaignId, ctx.clock.now());
      if (facts?.campaign.status === "IN_PROGRESS") await scheduleNextEmail(ctx, tx, facts, "a worker was lost");
    }
    return abandoned.length;
  });
}

async function takeBack(ctx: EngineContext, tx: StoreTransaction, { email, intent }: AbandonedEmail): Promise<void> {
  const now = ctx.clock.now();
  const lost = `worker ${email.leaseOwner} was lost`;
  const facts = await tx.campaignFacts(email.campaignId, now);
  const fate = fateOf(email.attempt, intent, facts?.campaign.status === "CANCELLED");
  await tx.settle({
    email,
    worker: ctx.worker.bootId,
    at: now,
    ...(intent && { ledger: { state: "unconfirmed", outcome: "unknown" } as const }),
    queue: { state: fate.queue, attempt: email.attempt, reason: intent ? `${lost} before the server's answer` : lost },
    lead: { state: fate.lead, reason: lost },
    giveBack: !intent,
  });
  const event = {
    at: now,
    actor: "engine",
    campaignId: email.campaignId,
    leadId: email.leadId,
    mailboxId: email.mailboxId,
    cause: lost,
  };
  await tx.record({ kind: intent ? "mail-unconfirmed" : "mail-taken-back", ...event });
  const fields = { queueId: email.id, lead: email.address, worker: email.leaseOwner, attempt: email.attempt + 1 };
  ctx.log.warn(intent ? "mail unconfirmed" : "mail taken back", fields);
}

function fateOf(
  attempt: number,
  intent: boolean,
  cancelled: boolean,
): { queue: "unconfirmed" | "cancelled" | "pending"; lead: LeadState } {
  if (intent) return { queue: "unconfirmed", lead: "unconfirmed" };
  if (cancelled) return { queue: "cancelled", lead: "skipped" };
  return { queue: "pending", lead: attempt > 0 ? "retrying" : "planned" };
}
