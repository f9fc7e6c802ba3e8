import { createHash } from "node:crypto";
import { domainOf } from "./address.ts";

/** What makes a mail this one and no other. */
export interface MailIdentity {
  readonly campaignId: number;
  readonly leadId: number;
  readonly step: number;
  readonly address: string;
}

/**
 * The Message-ID of a mail (RFC 5322, 3.6.4), with angle brackets. It depends on the mail's identity alone and on the campaign's random
 * seed, so the same mail can never carry two, and two installations never make the same. The right side is the sender's domain.
 */
export function messageIdFor(mail: MailIdentity, seed: number, mailboxAddress: string): string {
  const identity = [seed, mail.campaignId, mail.leadId, mail.step, mail.address].join("\n");
  const hash = createHash("sha256").update(identity).digest("hex").slice(0, 32);
  return `<${hash}@${domainOf(mailboxAddress)}>`;
}
