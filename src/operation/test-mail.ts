import type { Kysely } from "kysely";
import { chooseMailbox } from "../domain/gates.ts";
import type { Instant } from "../domain/instant.ts";
import { fail, type Problem, type Result } from "../domain/result.ts";
import type { TemplateFault } from "../domain/template-faults.ts";
import { campaignFacts } from "../storage/campaigns.ts";
import type { Database } from "../storage/schema.ts";
import { previewCampaignMail, type Reader } from "./preview.ts";
import { sendSingleMail, type SingleMailParts, type SingleMailRefusal, type SingleMailReport } from "./single-mail.ts";

/** A mail of a campaign's present text to somebody who wants to see it. */
export interface TestMailOrder extends Reader {
  readonly campaignId: number;
  readonly to: string;
  /** Without it the mailbox that the campaign would use next. */
  readonly mailboxId?: number | undefined;
}

export type TestMailRefusal =
  | SingleMailRefusal
  | { readonly code: "input"; readonly message: string; readonly problem: Problem }
  | { readonly code: "template"; readonly message: string; readonly faults: readonly TemplateFault[] };

/** So that nobody takes it for the mail itself. */
const MARK = "[TEST] ";

/**
 * Sends the campaign's present text once, to an address that a person names, now: hours, pace and status of the campaign do not matter, and
 * none of them is changed. Its text is written for the reader named in the order, and its attachments go with it.
 */
export async function sendTestMail(
  parts: SingleMailParts,
  order: TestMailOrder,
  signal?: AbortSignal,
): Promise<Result<SingleMailReport, TestMailRefusal>> {
  const { campaignId, to } = order;
  const written = await previewCampaignMail(parts.reader, campaignId, order, to);
  if (!written.ok) return fail({ code: "input", message: problemSentence(written.error), problem: written.error });
  const { preview, messageId } = written.value;
  if (preview.kind === "faulty")
    return fail({ code: "template", message: preview.faults.map(faultText).join("; "), faults: preview.faults });
  const mailboxId = order.mailboxId ?? (await mailboxFor(parts.reader, campaignId, parts.clock.now()));
  if (mailboxId === undefined) return fail({ code: "no-mailbox", message: "the campaign has no mailbox that is switched on" });
  const { text, html } = preview;
  const mail = { mailboxId, campaignId, to, subject: `${MARK}${preview.subject}`, text, html, messageId };
  return sendSingleMail(parts, { purpose: "test", ...mail }, signal);
}

/** The mailbox of the campaign's next mail; where none may send at the moment, the one that was not used for longest. */
async function mailboxFor(db: Kysely<Database>, campaignId: number, now: Instant): Promise<number | undefined> {
  const facts = await campaignFacts(db, campaignId, now);
  const active = facts?.mailboxes.filter(({ active: isActive }) => isActive) ?? [];
  const least = active.reduce<(typeof active)[number] | undefined>(
    (best, one) => (best === undefined || (one.lastUsedAt ?? 0) < (best.lastUsedAt ?? 0) ? one : best),
    undefined,
  );
  return (chooseMailbox(active, now) ?? least)?.id;
}

const problemSentence = ({ field, value, message }: Problem): string => `${field} ${value} ${message}`;

function faultText(fault: TemplateFault): string {
  return fault.kind === "missing-field" ? `the field ${fault.field} is missing` : fault.message;
}

export interface MailboxTestOrder {
  readonly mailboxId: number;
  readonly to: string;
}

/** Sends a short mail through a mailbox that need not belong to any campaign, to see that mail arrives. */
export function sendMailboxTest(
  parts: SingleMailParts,
  { mailboxId, to }: MailboxTestOrder,
  signal?: AbortSignal,
): Promise<Result<SingleMailReport, SingleMailRefusal>> {
  const text = "This is a test mail from Goniec. That you read it shows that this mailbox can send.\n";
  return sendSingleMail(parts, { purpose: "test", mailboxId, to, subject: `${MARK}Goniec`, text }, signal);
}
