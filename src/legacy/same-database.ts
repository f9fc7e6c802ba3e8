import type { LinkedCampaign } from "../storage/legacy-sources.ts";
import type { OldPicture } from "./old-picture.ts";

/**
 * Whether the database that was read is the one from which these campaigns came: some of them are in it, and all of those were made when they
 * were made. Where its file lies says nothing.
 */
export function isSameDatabase({ campaigns }: OldPicture, linked: readonly LinkedCampaign[]): boolean {
  if (linked.length === 0) return true;
  const there = new Map(campaigns.map((campaign) => [campaign.key, campaign]));
  const met = linked.filter(({ legacyId }) => there.has(legacyId));
  const isOther = ({ legacyId, createdAt }: LinkedCampaign): boolean =>
    (there.get(legacyId)?.createdAt ?? createdAt) !== createdAt;
  return met.length > 0 && !met.some(isOther);
}
