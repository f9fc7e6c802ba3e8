import { say } from "../domain/phrase.ts";
import type { LeadState } from "../domain/states.ts";
import type { EngineContext } from "./context.ts";
import type { AbandonedEmail, Asker, Settlement, StoreTransaction } from "./ports.ts";
import { scheduleNextEmail } from "./refill.ts";

/**
 * Takes back the mails of workers that are gone, and those of this worker of which it does not know (a claim whose commit succeeded
 * although its answer was lost): without an intent nothing was sent, so the row waits again with the same number of attempts; with one
 * nobody can know, so it becomes unconfirmed and a person decides. Returns how many there were.
 *
 * @param inFlight the rows, by id, whose mails this worker is sending
 */
export async function recoverAbandoned(ctx: EngineContext, inFlight: ReadonlySet<number>): Promise<number> {
  const asker = { bootId: ctx.worker.bootId, inFlight };
  let count = await ctx.store.giveUpSingleMails(ctx.clock.now());
  for (const campaignId of await ctx.store.abandonedCampaigns(asker, ctx.clock.now()))
    count += await ctx.store.transaction((tx) => recoverCampaign(ctx, tx, campaignId, asker));
  return count;
}

async function recoverCampaign(ctx: EngineContext, tx: StoreTransaction, campaignId: number, asker: Asker): Promise<number> {
  const facts = await tx.hold(campaignId, []);
  const now = ctx.clock.now();
  // Asked again under the hold: a worker that was only slow may have committed an intent since.
  const abandoned = await tx.abandonedEmails(campaignId, asker, now);
  for (const one of abandoned) await takeBack(ctx, tx, one, facts?.campaign.status === "CANCELLED");
  const after = abandoned.length > 0 ? await tx.campaignFacts(campaignId, now) : undefined;
  if (after?.campaign.status === "IN_PROGRESS") await scheduleNextEmail(ctx, tx, after, "a worker was lost");
  return abandoned.length;
}

async function takeBack(
  ctx: EngineContext,
  tx: StoreTransaction,
  { email, intent }: AbandonedEmail,
  cancelled: boolean,
): Promise<void> {
  const now = ctx.clock.now();
  const worker = email.leaseOwner ?? "?";
  const lost = say("worker-lost", { worker });
  const fate = fateOf(email.attempt, intent, cancelled);
  const settlement: Settlement = {
    email,
    worker: ctx.worker.bootId,
    at: now,
    ...(intent && { ledger: { state: "unconfirmed", outcome: "unknown" } as const }),
    queue: { state: fate.queue, attempt: email.attempt, reason: intent ? say("worker-lost-unanswered", { worker }) : lost },
    lead: { state: fate.lead, reason: lost },
    giveBack: !intent,
  };
  await tx.settle([settlement]);
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
