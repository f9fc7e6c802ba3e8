/** Which engine has a campaign: while a team moves over from an older sender, exactly one of the two may mail its leads. */
export const OWNERS = ["goniec", "legacy"] as const;
export type Owner = (typeof OWNERS)[number];

/**
 * Who mails a campaign's leads: Goniec's engine; an older sender, whose process works on a database of its own and knows nothing of this
 * one; or, where that process is gone, the deprecated fallback sender (legacy/scheduledSender.ts).
 */
export const SENDERS = ["goniec", "old-process", "fallback"] as const;
export type Sender = (typeof SENDERS)[number];

/** @param hasOldProcess whether the older sender's own process may still work on a campaign that is `legacy`'s */
export function senderOf(owner: Owner, hasOldProcess: boolean): Sender {
  if (owner === "goniec") return "goniec";
  return hasOldProcess ? "old-process" : "fallback";
}
