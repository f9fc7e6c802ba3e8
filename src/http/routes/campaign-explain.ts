import { z } from "zod";
import { normalizeAddress } from "../../domain/address.ts";
import { explainNow } from "../../operation/explain.ts";
import { leadInCampaign } from "../../storage/lead-in-campaign.ts";
import { campaignReports } from "../../storage/reports.ts";
import { viewer } from "../access.ts";
import type { Routes } from "../api.ts";
import type { Parts } from "../parts.ts";
import { found, notFound, valueOf } from "../problem.ts";
import { EXPLANATION, explanationWire } from "../schemas/campaign-explain.ts";
import { ID } from "../schemas/instants.ts";

const QUERY = {
  leadId: ID.optional().describe("Explains this lead of the campaign too"),
  address: z.string().max(500).optional().describe("The same by its address"),
};

/** Why a campaign, or one of its leads, gets no mail out at this moment. */
export const campaignExplainRoutes: Routes = (api, parts) => {
  api.get(
    "/campaigns/:id/explain",
    {
      config: { access: viewer("campaigns:read") },
      schema: {
        tags: ["campaigns"],
        summary: "Say what a campaign does now and why: every gate, by the engine's own functions",
        params: z.object({ id: ID }),
        querystring: z.strictObject(QUERY).refine(({ leadId, address }) => leadId === undefined || address === undefined, {
          path: ["address"],
          message: "say which lead by its id or by its address, not both",
        }),
        response: { 200: EXPLANATION },
      },
    },
    async ({ params: { id }, query: { leadId, address } }) => {
      const [report] = await campaignReports(parts.reader, id);
      const campaign = found(report, "campaign", id);
      const lead = leadId === undefined ? addressOf(address) : await addressById(parts, id, leadId);
      const explained = await explainNow(parts, campaign, lead);
      if (!explained.ok) throw notFound("lead of this campaign", lead ?? "");
      return explanationWire(explained.value);
    },
  );
};

function addressOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : valueOf(normalizeAddress(text)).address;
}

async function addressById(parts: Parts, campaignId: number, leadId: number): Promise<string> {
  return found(await leadInCampaign(parts.reader, campaignId, leadId), "lead of this campaign", leadId).address;
}
