import type { Transaction } from "kysely";
import { causeText } from "../domain/explain.ts";
import type { Instant } from "../domain/instant.ts";
import { planOfAll } from "../domain/forecast.ts";
import type { MessageTemplate } from "../domain/template.ts";
import { skipReason } from "../engine/render.ts";
import { campaignFacts } from "../storage/campaigns.ts";
import { waitingLeads } from "../storage/leads.ts";
import { plannedEmails } from "../storage/queue.ts";
import type { Database } from "../storage/schema.ts";

export interface PlannedMail {
  readonly at: Instant;
  readonly lead: string;
  readonly mailbox: string;
}

export interface SkippedLead {
  readonly lead: string;
  readonly reason: string;
}

/** What the engine will do with a campaign's open leads when nothing comes in between. */
export interface Forecast {
  /** Leads that will be written to. */
  readonly mails: number;
  readonly skipped: readonly SkippedLead[];
  readonly first?: PlannedMail;
  readonly last?: PlannedMail;
  /** What keeps the mails without a slot from ever leaving by the clock alone. */
  readonly stopped?: string;
}

const OPEN_LEADS_MAX = 10_000_000;

/** Lays the plan of all open leads with the function that the engine lays it with, from what the transaction sees. */
export async function forecastOf(
  trx: Transaction<Database>,
  campaignId: number,
  template: MessageTemplate,
  now: Instant,
): Promise<Forecast> {
  const facts = await campaignFacts(trx, campaignId, now);
  if (facts === undefined) throw new Error(`campaign ${campaignId} is gone`);
  const skipped: SkippedLead[] = [];
  const waiting = (await waitingLeads(trx, campaignId, OPEN_LEADS_MAX)).filter((lead) => {
    const reason = skipReason(template, lead);
    if (reason !== undefined) skipped.push({ lead: lead.address, reason });
    return reason === undefined;
  });
  const mails = [...(await plannedEmails(trx, campaignId)), ...waiting].sort(
    (a, b) => a.priority - b.priority || a.position - b.position,
  );
  const stored = mails.map((mail) => ("scheduledAt" in mail ? mail : undefined));
  const { slots, stopped } = planOfAll(facts, stored, now);
  const mailOf = (slot: (typeof slots)[number] | undefined): PlannedMail | undefined =>
    slot && {
      at: slot.at,
      lead: mails[slot.id]?.address ?? "",
      mailbox: facts.mailboxes.find((mailbox) => mailbox.id === slot.mailboxId)?.address ?? "",
    };
  const [first, last] = [mailOf(slots[0]), mailOf(slots.at(-1))];
  return {
    mails: mails.length,
    skipped,
    ...(first !== undefined && { first }),
    ...(last !== undefined && { last }),
    ...(stopped !== undefined && { stopped: causeText(stopped, facts.campaign.zone) }),
  };
}
