import type { CampaignFacts, MailboxFacts } from "./campaign.ts";
import type { Instant } from "./instant.ts";
import { problemText, type Problem } from "./result.ts";
import { nextOpenInstant } from "./window.ts";

export const CHECKS = [
  "message",
  "template",
  "mailbox",
  "leads",
  "hours",
  "campaign-limit",
  "mailbox-off",
  "mailbox-attention",
  "mailbox-limit",
  "lead-fields",
  "barred-leads",
] as const;
export type CheckName = (typeof CHECKS)[number];

/** Something that is to be seen to before a campaign starts. */
export interface StartCheck {
  readonly check: CheckName;
  /** `blocking`: nothing could ever leave, so the campaign does not start; `warning`: it starts, and not all goes as meant. */
  readonly severity: "blocking" | "warning";
  /** As the end of a sentence that begins with the campaign. */
  readonly text: string;
  readonly remedy: string;
  readonly mailboxId?: number;
  /** The mailbox's address, or the field's name. */
  readonly subject?: string;
  readonly leads?: number;
}

/** What is known of the campaign beside its facts. */
export interface StartFacts {
  readonly facts: CampaignFacts;
  /** Whether a lead is still to be written to. */
  readonly hasOpenLeads: boolean;
  /** Why its message cannot be read as a template. */
  readonly fault?: Problem | undefined;
}

/** What keeps the campaign from being started, or its mailboxes from sending; its leads are looked at elsewhere, because they are many. */
export function startChecks({ facts, hasOpenLeads, fault }: StartFacts, at: Instant): StartCheck[] {
  const { campaign, mailboxes, calendar } = facts;
  const checks: StartCheck[] = [];
  const block = (check: CheckName, text: string, remedy: string): void =>
    void checks.push({ check, severity: "blocking", text, remedy });
  if (campaign.messageId === undefined) block("message", "it has no message", "write its message");
  if (fault !== undefined) block("template", `its message cannot be read: ${problemText(fault)}`, "correct the message");
  if (mailboxes.length === 0) block("mailbox", "it has no mailbox", "choose a mailbox");
  if (!hasOpenLeads) block("leads", "it has no lead that is still to be written to", "import leads");
  if (nextOpenInstant(calendar, Math.max(at, campaign.startAt ?? at)) === undefined)
    block("hours", "its hours never open", "widen its hours, or remove holidays");
  if (campaign.perDayMax === 0) block("campaign-limit", "its daily limit is 0", "raise its daily limit");
  return [...checks, ...mailboxes.flatMap(mailboxChecks)];
}

function mailboxChecks(mailbox: MailboxFacts): StartCheck[] {
  const { id: mailboxId, address: subject, active, attention, perDayMax } = mailbox;
  const checks: StartCheck[] = [];
  const warn = (check: CheckName, text: string, remedy: string): void =>
    void checks.push({ check, severity: "warning", text, remedy, mailboxId, subject });
  if (!active) warn("mailbox-off", `its mailbox ${subject} is switched off`, "switch the mailbox on, or choose another");
  if (attention !== undefined)
    warn("mailbox-attention", `its mailbox ${subject} needs attention: ${attention}`, "repair the mailbox, or choose another");
  if (perDayMax === 0) warn("mailbox-limit", `its mailbox ${subject} has a daily limit of 0`, "raise the mailbox's limit");
  return checks;
}

/** Leads that get no mail, by the field that they lack; and those that are barred. */
export function leadChecks(missing: ReadonlyMap<string, number>, barred: number): StartCheck[] {
  const lacking = [...missing].map(
    ([field, leads]): StartCheck => ({
      check: "lead-fields",
      severity: "warning",
      text: `${leads === 1 ? "1 lead has" : `${leads} leads have`} no ${field} and will be skipped`,
      remedy: `give the leads a ${field}, or the message a fallback for it`,
      subject: field,
      leads,
    }),
  );
  if (barred === 0) return lacking;
  const text = `${barred === 1 ? "1 lead is" : `${barred} leads are`} suppressed, blocked or on hold, and will be skipped`;
  return [...lacking, { check: "barred-leads", severity: "warning", text, remedy: "none is needed", leads: barred }];
}
