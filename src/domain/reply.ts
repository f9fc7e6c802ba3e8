export interface SmtpReply {
  /** 200-599. */
  readonly code: number;
  /** RFC 3463, such as `5.1.1`, when the server gave one. */
  readonly enhanced?: string;
  /** The whole reply, code included, on one line of at most 500 characters. */
  readonly text: string;
}

const REPLY_CHARS_MAX = 500;

/** RFC 5321 section 4.2: `550-5.1.1 first line`, `550 5.1.1 last line`, as one line. `undefined` when it is no reply at all. */
export function parseReply(lines: string): SmtpReply | undefined {
  const head = /^([2-5]\d\d)(?:[ -](?:([245]\.\d{1,3}\.\d{1,3})(?=[ \r\n]|$))?|\r?\n|$)/.exec(lines);
  if (head?.[1] === undefined) return undefined;
  const [, code, enhanced] = head;
  const prefix = new RegExp(`^${code}[ -]?${enhanced === undefined ? "" : `(?:${enhanced.replaceAll(".", "\\.")} ?)?`}`);
  const words = lines.split(/\r?\n/).map((line) => line.replace(prefix, "").trim());
  const text = oneLine([code, enhanced, ...words].filter((word) => word !== undefined && word !== "").join(" "));
  return enhanced === undefined ? { code: Number(code), text } : { code: Number(code), enhanced, text };
}

/** A server's words made fit for a log and a screen: one line, no control characters, bounded. */
export function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, REPLY_CHARS_MAX);
}

/*
 * What servers mean by one and the same code. Enhanced codes (RFC 3463, registry of RFC 5248) are asked first; the words were
 * collected from the replies of Postfix, Exim, Exchange Online, Gmail, Yahoo and OVH.
 */

/** The provider's limit on how much the mailbox may send: the mailbox rests, whatever the code's first digit says. */
export function isRateLimit(reply: SmtpReply): boolean {
  if (isRecipientsQuota(reply)) return false;
  // 432: too many connections (Exchange Online). x.7.28: unusual rate, 5.4.5: daily quota (Gmail). 4.7.5nn-8nn: throttled (Exchange).
  return (
    reply.code === 432 ||
    /^[45]\.7\.28$|^[45]\.4\.5$|^4\.7\.[5-8]\d\d$/.test(reply.enhanced ?? "") ||
    RATE_LIMIT_WORDS.test(reply.text)
  );
}

const RATE_LIMIT_WORDS = new RegExp(
  [
    String.raw`\brate[ -]?limit|\brate exceeded|\bsending rate\b|\bunusual rate\b|\bthrottl`,
    String.raw`\btoo (many|much) (messages|mails?|e-?mails?|connections|sessions|recipients|requests)\b`,
    String.raw`\bsending (limit|quota)|\b(daily|hourly)\b.*\b(limit|quota)\b|\bquota\b.*\bsending\b`,
    String.raw`\b(message|messages|mail|e-?mail)s? (per|an?) (hour|day|minute)\b|\bmax(imum)? (e-?mails|messages) per\b`,
    String.raw`\bsubmission ?quota`,
  ].join("|"),
  "i",
);

/** Gmail's 4.2.1 "is receiving mail too quickly" and every full mailbox are the recipient's limits, not ours. */
function isRecipientsQuota(reply: SmtpReply): boolean {
  return /^[45]\.2\.\d+$/.test(reply.enhanced ?? "") && !/\bsubmission ?quota/i.test(reply.text);
}

/** A server that holds something against our address or host, not against the recipient. */
export function namesBlockedClient(reply: SmtpReply): boolean {
  return /\bclient host\b|\bblocked using\b|\bspamhaus\b|\b(dns)?[rb]bl\b|\bblack-?list(ed|ing)?\b|\bblock-?list(ed|ing)?\b/i.test(
    reply.text,
  );
}

/** Greylisting, or another plain request to try the same mail again. A bare "try again later" is on every second 4yz: no sign. */
export function asksToComeBack(reply: SmtpReply): boolean {
  if (/gr[ea]y-?\s?list/i.test(reply.text)) return true;
  if (reply.enhanced === "4.7.1" && /\b(again|later|retry)\b/i.test(reply.text)) return true;
  return /\b(again|back|retry|wait)\b.{0,30}\b\d+ ?(s|sec|seconds?|m|min|minutes?|h|hours?)\b/i.test(reply.text);
}

/** The address of the sender is refused: an envelope sender that is not the login's, or one that the server blocked. */
export function refusesSender(reply: SmtpReply): boolean {
  return (
    // 5.1.7, 5.1.8: bad sender's mailbox or system. 5.7.60: no permission to send as. 5.2.252: SendAsDenied (Exchange).
    /^5\.1\.[78]$|^5\.7\.60$|^5\.2\.252$/.test(reply.enhanced ?? "") ||
    /\bsender (e-?mail )?(address )?(is |was )?(rejected|refused|denied|invalid|blocked|not allowed|verify|verification)/i.test(
      reply.text,
    ) ||
    /\bnot owned by\b|\bsend as\b|SendAsDenied|\bsender\b.*\bnot (allowed|permitted|authori[sz]ed)\b/i.test(reply.text)
  );
}

/** The server passes nothing on for us: not logged in, or the wrong server for this mailbox. Every lead would meet the same. */
export function deniesRelay(reply: SmtpReply): boolean {
  return /\brelay(ing)?( access)?( is)? (denied|disallowed|prohibited|not (allowed|permitted))|\bunable to relay\b|\b(not|un)authenticated\b|\bauthentication (is )?required\b/i.test(
    reply.text,
  );
}

/** RFC 1870: larger than the server's fixed limit. Enhanced codes x.2.3 and x.3.4. */
export function isMailTooLarge(reply: SmtpReply): boolean {
  return reply.code === 552 || /^5\.[23]\.[34]$/.test(reply.enhanced ?? "");
}

/**
 * There is no such mailbox, so the address may be suppressed for good. "Mailbox unavailable" is no sign of it: it is the standard's
 * own phrase for every 550, policies included. Nor is 5.1.2 (no such domain): a resolver in trouble says that too.
 */
export function isUnknownUser(reply: SmtpReply): boolean {
  if (![550, 551, 553, 554].includes(reply.code)) return false;
  const { enhanced } = reply;
  if (enhanced !== undefined && ["5.1.1", "5.1.6", "5.1.10"].includes(enhanced)) return true;
  // Words are believed only where the enhanced code leaves the matter open; 5.7.1 "no such user here" is a policy.
  const isOpen = enhanced === undefined || ["5.0.0", "5.1.0", "5.5.0"].includes(enhanced);
  return isOpen && UNKNOWN_USER_WORDS.test(reply.text);
}

const UNKNOWN_USER_WORDS = new RegExp(
  [
    String.raw`\b(unknown|no such|invalid|non-?existent) (local )?(user|mailbox|recipient|address|account|person)\b`,
    String.raw`\b(user|mailbox|recipient|account|address)( \S+)? (is )?(unknown|not found|does(n't| not) exist)`,
    String.raw`\bno mailbox (here )?(by|with) that name\b|\bdoes not have an? \S+ account\b`,
  ].join("|"),
  "i",
);
