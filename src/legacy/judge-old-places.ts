import { say } from "../domain/phrase.ts";
import type { JudgedLead } from "./judge-old-leads.ts";
import type { Judging } from "./judging.ts";
import type { OldPlace } from "./old-picture.ts";
import { numberOf, type PlaceRow } from "./old-rows.ts";
import { placeBar } from "./old-vocabulary.ts";

export interface PlaceParts extends Judging {
  readonly campaigns: ReadonlySet<string>;
  readonly leads: ReadonlyMap<string, JudgedLead>;
}

const PRIORITY_MAX = 999_999;

/** In the order in which that sender would have gone on: priority, then when they were made, then id. */
export function judgePlaces(rows: readonly PlaceRow[], parts: PlaceParts): OldPlace[] {
  const ordered = rows
    .map((row, index) => ({
      row,
      index,
      priority: numberOf(row.priority) ?? 0,
      createdAt: parts.instants.read("CampaignLead.createdAt", row.createdAt, `place ${row.id ?? "?"}`) ?? 0,
    }))
    .sort((a, b) => a.priority - b.priority || a.createdAt - b.createdAt || a.index - b.index);
  const taken = new Set<string>();
  return ordered.flatMap(({ row, priority }) => {
    const place = judgePlace(row, priority, parts);
    if (place === undefined) return [];
    const lead = parts.leads.get(place.leadKey)?.lead.keys[0] ?? "";
    const key = `${place.campaignKey}\n${lead}`;
    if (taken.has(key)) return [];
    taken.add(key);
    return [place];
  });
}

function judgePlace(row: PlaceRow, priority: number, { campaigns, leads, remarks }: PlaceParts): OldPlace | undefined {
  const judged = row.leadId === null ? undefined : leads.get(row.leadId);
  if (row.leadId === null || row.campaignId === null || judged === undefined || !campaigns.has(row.campaignId)) {
    remarks.add(
      "skipped-rows",
      "Places whose lead or campaign is not there, or has no address, are left out.",
      `place ${row.id ?? "?"}`,
    );
    return undefined;
  }
  if (judged.lead.standing === "TEST") return undefined;
  const barred = barOf(row, judged, row.campaignId);
  return {
    campaignKey: row.campaignId,
    leadKey: row.leadId,
    priority: Math.min(Math.max(Math.trunc(priority), 1), PRIORITY_MAX),
    ...(barred !== undefined && { barred }),
  };
}

function barOf(row: PlaceRow, { blockedIn, lacksGreeting }: JudgedLead, campaignKey: string): string | undefined {
  if (blockedIn === "all" || blockedIn.has(campaignKey)) return say("old-blocked-here");
  return placeBar(row.status) ?? (lacksGreeting ? say("old-no-greeting") : undefined);
}
