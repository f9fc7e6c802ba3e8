import type { Kysely } from "kysely";
import type { CampaignFacts } from "../domain/campaign.ts";
import type { Instant } from "../domain/instant.ts";
import { type StartCheck, startChecks } from "../domain/start-checks.ts";
import { compileTemplate } from "../domain/template.ts";
import { campaignFacts } from "./campaigns.ts";
import { hasOpenLeads } from "./leads.ts";
import { messageVersion } from "./messages.ts";
import type { Database } from "./schema.ts";

/** What is to be seen to before the campaign starts, as `db` sees it; the campaign must be there. */
export async function checksBeforeStart(db: Kysely<Database>, campaignId: number, now: Instant): Promise<StartCheck[]> {
  const facts = await campaignFacts(db, campaignId, now);
  if (facts === undefined) throw new Error(`campaign ${campaignId} is gone`);
  const known = { facts, hasOpenLeads: await hasOpenLeads(db, campaignId), fault: await faultOf(db, facts) };
  return startChecks(known, now);
}

async function faultOf(db: Kysely<Database>, { campaign: { messageId } }: CampaignFacts) {
  if (messageId === undefined) return undefined;
  const template = compileTemplate(await messageVersion(db, messageId));
  return template.ok ? undefined : template.error;
}
