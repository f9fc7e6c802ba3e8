/** `failed`: refused, and not tried again. */
export const LOGGED_STATES = ["transmitting", "sent", "rejected", "failed", "unconfirmed"] as const;
export const MAIL_KINDS = ["campaign", "test", "reply"] as const;

/** Which tries of the send log are shown; it stands in the address, so that a number elsewhere can open the list behind it. */
export interface LogFilter {
  readonly campaignId?: number;
  readonly mailboxId?: number;
  /** The whole address. */
  readonly lead?: string;
  readonly state?: (typeof LOGGED_STATES)[number];
  readonly outcome?: string;
  readonly kind?: (typeof MAIL_KINDS)[number];
  /** UTC in ISO 8601, as the API gave it beside a number. */
  readonly from?: string;
}

/** What an address asks for; what it has no sense for is left out. */
export function logFilter(search: Readonly<Record<string, unknown>>): LogFilter {
  const { campaignId, mailboxId, lead, outcome, from } = search;
  const state = LOGGED_STATES.find((one) => one === search["state"]);
  const kind = MAIL_KINDS.find((one) => one === search["kind"]);
  return {
    ...(typeof campaignId === "number" && { campaignId }),
    ...(typeof mailboxId === "number" && { mailboxId }),
    ...(typeof lead === "string" && lead !== "" && { lead }),
    ...(state !== undefined && { state }),
    ...(typeof outcome === "string" && outcome !== "" && { outcome }),
    ...(kind !== undefined && { kind }),
    ...(typeof from === "string" && !Number.isNaN(Date.parse(from)) && { from: new Date(from).toISOString() }),
  };
}
