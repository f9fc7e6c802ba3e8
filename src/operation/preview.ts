import type { Kysely } from "kysely";
import { say } from "../domain/phrase.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { compileTemplate, type MessageTemplate } from "../domain/template.ts";
import { type TemplateFault, templateFaults } from "../domain/template-faults.ts";
import { renderLead } from "../engine/render.ts";
import { textFromHtml } from "../mail/text-from-html.ts";
import { firstLeadIn, leadInCampaign } from "../storage/lead-in-campaign.ts";
import { messageVersion } from "../storage/messages.ts";
import type { Database } from "../storage/schema.ts";

/** A mail as its reader gets it, or everything that keeps it from being written. */
export type Preview =
  | { readonly kind: "rendered"; readonly subject: string; readonly text: string; readonly html?: string | undefined }
  | { readonly kind: "faulty"; readonly faults: readonly TemplateFault[] };

/** For whom a campaign's text is written: one of its leads, somebody made up, or, when neither is named, its first lead. */
export interface Reader {
  readonly leadId?: number | undefined;
  readonly fields?: Readonly<Record<string, string>> | undefined;
}

/** A campaign's present text for one reader, with what else a mail of it needs. */
export interface CampaignPreview {
  readonly messageId: number;
  /** The address that stands in the text as `{{ email }}`. */
  readonly address: string;
  readonly preview: Preview;
}

const SAMPLE_ADDRESS = "lead@example.test";

/**
 * The campaign's present text as `reader` would get it, written by the engine's own function; nothing is sent. Refused when the campaign has
 * no text yet, or no such lead.
 *
 * @param sampleAddress the address of a reader who is made up
 */
export async function previewCampaignMail(
  db: Kysely<Database>,
  campaignId: number,
  reader: Reader,
  sampleAddress = SAMPLE_ADDRESS,
): Promise<Result<CampaignPreview>> {
  const campaign = await db.selectFrom("Campaign").select(["name", "messageId"]).where("id", "=", campaignId).executeTakeFirst();
  if (campaign === undefined) return fail({ field: "campaign", value: String(campaignId), message: "there is no such campaign" });
  const { messageId } = campaign;
  if (messageId === null) return fail({ field: "campaign", value: campaign.name, message: say("no-message-yet") });
  const lead = await readerOf(db, campaignId, reader, sampleAddress);
  if (lead === undefined)
    return fail({ field: "lead", value: String(reader.leadId), message: `is not in campaign ${campaign.name}` });
  const compiled = compileTemplate(await messageVersion(db, messageId));
  if (!compiled.ok) return compiled;
  return ok({ messageId, address: lead.address, preview: previewOf(compiled.value, lead) });
}

interface Recipient {
  readonly address: string;
  readonly fields: Readonly<Record<string, string>>;
}

async function readerOf(
  db: Kysely<Database>,
  campaignId: number,
  { leadId, fields }: Reader,
  sampleAddress: string,
): Promise<Recipient | undefined> {
  const id = leadId ?? (fields === undefined ? await firstLeadIn(db, campaignId) : undefined);
  return id === undefined ? { address: sampleAddress, fields: fields ?? {} } : leadInCampaign(db, campaignId, id);
}

/** The text of `template`, which need not be stored yet, as the lead would get it. */
export function previewOf(template: MessageTemplate, lead: Recipient): Preview {
  const rendered = renderLead(template, lead);
  return rendered.kind === "rendered" ? readable(rendered) : faulty(template, lead);
}

/** The text part is made from the HTML as `composeMail` makes it. */
function readable({ subject, text, html }: { subject: string; text?: string | undefined; html?: string | undefined }): Preview {
  return { kind: "rendered", subject, text: text ?? textFromHtml(html ?? ""), html };
}

const faulty = (template: MessageTemplate, { address, fields }: Recipient): Preview => ({
  kind: "faulty",
  faults: templateFaults(template, { email: address, ...fields }),
});
