import { z } from "zod";
import type { ComingMail, LeadTimeline, TimelineEntry } from "../../operation/lead-timeline.ts";
import { CAMPAIGN_STATUSES, LEAD_STATES, LEDGER_STATES } from "../../domain/states.ts";
import type { StoredLead } from "../../storage/lead-edit.ts";
import type { ListedLead } from "../../storage/lead-list.ts";
import { versionOf } from "../version.ts";
import { EXPLAINED_LEAD, leadWire as explainedLeadWire } from "./campaign-explain.ts";
import { INSTANT, iso, isoOrNull } from "./instants.ts";
import { PHRASE_OR_NULL, phraseWire } from "./phrases.ts";

export const LEAD_STATUS = z
  .enum(["ACTIVE", "ON_HOLD", "BLOCKED"])
  .describe("Only an active lead gets mail: the place of another one is skipped when its turn comes");

const LEAD_BASE = {
  id: z.int(),
  address: z.string(),
  fields: z.record(z.string(), z.string()),
  status: LEAD_STATUS,
  createdAt: INSTANT,
  updatedAt: INSTANT,
};

export const LISTED_LEAD = z
  .object({
    ...LEAD_BASE,
    suppressedFor: z.string().nullable().describe("Why nothing is ever sent to it"),
    suppressedForPhrase: PHRASE_OR_NULL,
  })
  .meta({ id: "ListedLead" });

export const LEAD = z
  .object({
    ...LEAD_BASE,
    suppression: z
      .object({ reason: z.string(), reasonPhrase: PHRASE_OR_NULL, source: z.string(), createdAt: INSTANT })
      .nullable(),
    version: z.string().describe("Of its fields and status; for If-Match"),
  })
  .meta({ id: "Lead" });

const LEAD_CAMPAIGN = z
  .object({
    campaignId: z.int(),
    name: z.string(),
    status: z.enum(CAMPAIGN_STATUSES),
    zone: z.string(),
    state: z.enum(LEAD_STATES),
  })
  .meta({ id: "LeadCampaign" });

const PAST_TRY = z
  .object({
    kind: z.literal("try"),
    at: INSTANT,
    id: z.int().describe("Its entry in the send log"),
    campaignId: z.int(),
    campaign: z.string(),
    attempt: z.int(),
    mailbox: z.string(),
    state: z.enum(LEDGER_STATES),
    outcome: z.string().nullable(),
    replyCode: z.int().nullable(),
    reply: z.string().nullable().describe("The server's words, or what went wrong instead"),
    replyPhrase: PHRASE_OR_NULL,
    handedOverAt: INSTANT.nullable(),
    nextTryAt: INSTANT.nullable(),
    messageId: z.string().describe("Our Message-ID"),
    text: z
      .object({ subject: z.string(), text: z.string(), html: z.string().nullable() })
      .nullable()
      .describe("The text as it was sent; null where it cannot be written again, as of another sender's mails"),
  })
  .meta({ id: "PastTry" });

const PAST_EVENT = z
  .object({
    kind: z.literal("event"),
    at: INSTANT,
    event: z.string().describe("What happened: `lead-edited`, `lead-skipped`, ..."),
    campaignId: z.int().nullable(),
    actor: z.string(),
    cause: z.string().nullable(),
    causePhrase: PHRASE_OR_NULL,
  })
  .meta({ id: "PastEvent" });

export const TIMELINE = z
  .object({
    at: INSTANT,
    lead: LEAD,
    campaigns: z.array(LEAD_CAMPAIGN).describe("That have the lead, newest first"),
    coming: z
      .array(z.object({ campaign: LEAD_CAMPAIGN, lead: EXPLAINED_LEAD }).meta({ id: "ComingMail" }))
      .describe("What may still come, and why it has not yet, by campaign"),
    past: z.array(z.discriminatedUnion("kind", [PAST_TRY, PAST_EVENT])).describe("Newest first"),
    isPastCut: z.boolean().describe("Older entries were left out"),
  })
  .meta({ id: "LeadTimeline" });

export function listedLeadWire({ fields, createdAt, updatedAt, ...lead }: ListedLead): z.infer<typeof LISTED_LEAD> {
  return {
    ...lead,
    fields: { ...fields },
    suppressedForPhrase: phraseWire(lead.suppressedFor),
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
  };
}

export function leadWire({ suppression, ...lead }: StoredLead): z.infer<typeof LEAD> {
  const { id, address, fields, status, createdAt, updatedAt } = lead;
  return {
    ...{ id, address, status, fields: { ...fields } },
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
    suppression:
      suppression === null
        ? null
        : { ...suppression, reasonPhrase: phraseWire(suppression.reason), createdAt: iso(suppression.createdAt) },
    version: versionOf([fields, status]),
  };
}

export function timelineWire({ at, lead, campaigns, coming, past, isPastCut }: LeadTimeline): z.infer<typeof TIMELINE> {
  return {
    at: iso(at),
    lead: leadWire(lead),
    campaigns: [...campaigns],
    coming: coming.map(comingWire),
    past: past.map(pastWire),
    isPastCut,
  };
}

function comingWire({ campaign, place, explanation }: ComingMail): z.infer<typeof TIMELINE>["coming"][number] {
  return { campaign, lead: explainedLeadWire(place, explanation) };
}

function pastWire(entry: TimelineEntry): z.infer<typeof TIMELINE>["past"][number] {
  const at = iso(entry.at);
  if (entry.kind === "event") {
    const { kind: event, campaignId, actor, cause } = entry.event;
    return { kind: "event", at, event, campaignId, actor, cause, causePhrase: phraseWire(cause) };
  }
  const { rfcMessageId, handedOverAt, nextTryAt, ...one } = entry.try;
  const { sent } = entry;
  return {
    ...one,
    kind: "try",
    at,
    replyPhrase: one.replyCode === null ? phraseWire(one.reply) : null,
    handedOverAt: isoOrNull(handedOverAt),
    nextTryAt: isoOrNull(nextTryAt),
    messageId: rfcMessageId,
    text: sent === undefined ? null : { subject: sent.subject, text: sent.text, html: sent.html ?? null },
  };
}
