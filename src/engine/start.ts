import type { CampaignFacts } from "../domain/campaign.ts";
import { say } from "../domain/phrase.ts";
import type { EngineContext } from "./context.ts";
import { initializeQueue, RECHECK_MS } from "./refill.ts";

/**
 * A scheduled campaign whose start time has come begins, also when no process ran at that moment. One that lacks a message, a mailbox or
 * leads stays scheduled with that as its stored reason. `elsewhere`: another worker has it in its hands, or just had.
 */
export async function startDueCampaign(ctx: EngineContext, campaignId: number): Promise<"started" | "waiting" | "elsewhere"> {
  return ctx.store.transaction(async (tx) => {
    if (!(await tx.holdIfDue(campaignId, ctx.clock.now()))) return "elsewhere";
    const now = ctx.clock.now();
    const facts = await tx.campaignFacts(campaignId, now);
    if (facts?.campaign.status !== "SCHEDULED" || facts.campaign.sender !== ctx.sender) return "waiting";
    const lack = lackOf(facts) ?? ((await tx.hasOpenLeads(campaignId)) ? undefined : "leads");
    if (lack !== undefined) {
      await tx.setNextDue(campaignId, now + RECHECK_MS, `no ${lack}`);
      return "waiting";
    }
    await tx.setCampaignStatus(campaignId, ["SCHEDULED"], "IN_PROGRESS", now);
    await tx.record({ kind: "campaign-started", at: now, actor: "engine", campaignId, cause: say("start-time-came") });
    ctx.log.info("campaign started", { campaign: facts.campaign.name });
    await initializeQueue(ctx, tx, { ...facts, campaign: { ...facts.campaign, status: "IN_PROGRESS" } });
    return "started";
  });
}

function lackOf(facts: CampaignFacts): string | undefined {
  if (facts.campaign.messageId === undefined) return "message";
  return facts.mailboxes.length === 0 ? "mailbox" : undefined;
}
