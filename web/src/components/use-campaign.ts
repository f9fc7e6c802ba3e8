import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type Campaign, campaignQuery } from "../api/campaign.ts";

/** The id in the address of a campaign's page. */
export function useCampaignId(): number {
  const { campaignId } = useParams({ strict: false });
  return Number(campaignId);
}

/** The campaign whose page this is part of; the page shows its parts only once it is there. */
export function useCampaign(): Campaign {
  const { data } = useQuery(campaignQuery(useCampaignId()));
  if (data === undefined) throw new Error("a part of a campaign's page is shown without its campaign");
  return data;
}
