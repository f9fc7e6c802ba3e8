import { leadChecks, type StartCheck } from "../domain/start-checks.ts";
import { compileTemplate, type MessageTemplate } from "../domain/template.ts";
import { templateFaults } from "../domain/template-faults.ts";
import type { WaitingLead } from "../engine/ports.ts";
import { renderLead } from "../engine/render.ts";
import { messageVersion } from "../storage/messages.ts";
import { waitingPage } from "../storage/plan-list.ts";
import type { Questions } from "./questions.ts";

/** More leads than people look through; a field that many lack is seen among the first ones. */
const LEADS_MAX = 20_000;
/** SQLite answers on the event loop, where conversations wait meanwhile. */
const LEADS_PER_PAGE = 500;

export interface LeadsChecked {
  readonly checks: readonly StartCheck[];
  /** How many of the waiting leads were looked at, in their order. */
  readonly looked: number;
  readonly isPartial: boolean;
}

/** Which of the campaign's waiting leads would get no mail, and what they lack. */
export async function checkLeads({ reader, clock }: Questions, campaignId: number, messageId: number): Promise<LeadsChecked> {
  const compiled = compileTemplate(await messageVersion(reader, messageId));
  const template = compiled.ok ? compiled.value : undefined;
  const missing = new Map<string, number>();
  let barred = 0;
  let looked = 0;
  for (let last: WaitingLead | undefined; looked < LEADS_MAX; ) {
    const page = await waitingPage(reader, campaignId, last, LEADS_PER_PAGE);
    for (const lead of page) {
      const fields = lead.leadBar === undefined && template !== undefined ? fieldsLacked(template, lead) : [];
      for (const field of fields) missing.set(field, (missing.get(field) ?? 0) + 1);
      if (lead.leadBar !== undefined) barred += 1;
    }
    looked += page.length;
    last = page.at(-1);
    if (page.length < LEADS_PER_PAGE) return { checks: leadChecks(missing, barred), looked, isPartial: false };
    await new Promise<void>((resolve) => void clock.setTimer(0, resolve));
  }
  return { checks: leadChecks(missing, barred), looked, isPartial: true };
}

function fieldsLacked(template: MessageTemplate, lead: WaitingLead): string[] {
  if (renderLead(template, lead).kind === "rendered") return [];
  return templateFaults(template, { email: lead.address, ...lead.fields }).flatMap((fault) =>
    fault.kind === "missing-field" ? [fault.field] : [],
  );
}
