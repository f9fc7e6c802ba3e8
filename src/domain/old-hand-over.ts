import type { Instant } from "./instant.ts";

/** A mail that an older sender's tables tell of. */
export interface ToldMail {
  /** The row that tells it: `log:17`, `place:4`, `queue:9`. */
  readonly key: string;
  readonly state: "sent" | "unconfirmed";
  readonly at?: Instant | undefined;
  readonly rfcMessageId?: string | undefined;
}

/** What is known here of the mails of one campaign to one lead. */
export interface KnownMails {
  /** The ledger's entry of a mail that was, or may have been, handed over. */
  readonly entry?: KnownEntry | undefined;
  /** What was read before. */
  readonly told: readonly Pick<ToldMail, "key" | "state">[];
}

export interface KnownEntry {
  /** False of one that an import has made. */
  readonly isOurs: boolean;
  readonly at: Instant | null;
  readonly rfcMessageId: string;
}

/** What a mail that is read says beyond what is known. */
export type OldMailMeaning =
  | { readonly kind: "nothing" }
  /** The lead is written to: the ledger has to know it. */
  | { readonly kind: "first" }
  /** A mail more to a lead that was written to. */
  | { readonly kind: "repeated" }
  /** Goniec's own mail, of which the older sender was told when the campaign went back to it. */
  | { readonly kind: "ours" }
  /** A known mail, told in another state or by a better row than the one with the key `before`. */
  | { readonly kind: "told-anew"; readonly before: string };

/**
 * What is to be done about a mail that an older sender's tables tell of. Only its log, or an export's row, can tell of a second mail to a
 * lead; what a place or a queue row tells is the mail that the log names later, or has named before.
 */
export function meaningOf(told: ToldMail, { entry, told: before }: KnownMails): OldMailMeaning {
  const same = before.find(({ key }) => key === told.key);
  if (same !== undefined) return isAnswer(told, same) ? { kind: "told-anew", before: same.key } : { kind: "nothing" };
  if (entry?.isOurs === true && isSameMail(told, entry)) return { kind: "ours" };
  if (isHearsay(told.key)) return meaningOfHearsay(told, entry, before);
  const hearsay = before.find(({ key }) => isHearsay(key));
  if (hearsay !== undefined) return { kind: "told-anew", before: hearsay.key };
  return entry === undefined ? { kind: "first" } : { kind: "repeated" };
}

function meaningOfHearsay(told: ToldMail, entry: KnownEntry | undefined, before: KnownMails["told"]): OldMailMeaning {
  const open = before.find((one) => isAnswer(told, one));
  if (open !== undefined) return { kind: "told-anew", before: open.key };
  return entry === undefined && before.length === 0 ? { kind: "first" } : { kind: "nothing" };
}

/** Told by the lead's place or its queue row, and not by the log. */
const isHearsay = (key: string): boolean => /^(?:place|queue):/.test(key);

const isAnswer = (told: Pick<ToldMail, "state">, before: Pick<ToldMail, "state">): boolean =>
  told.state === "sent" && before.state === "unconfirmed";

const isSameMail = (told: ToldMail, entry: KnownEntry): boolean =>
  told.rfcMessageId === entry.rfcMessageId || (told.at !== undefined && told.at === entry.at);
