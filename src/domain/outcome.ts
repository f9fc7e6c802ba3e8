import { say } from "./phrase.ts";
import {
  asksToComeBack,
  deniesRelay,
  isMailTooLarge,
  isRateLimit,
  isUnknownUser,
  namesBlockedClient,
  refusesSender,
  type SmtpReply,
} from "./reply.ts";

export type { SmtpReply };

/** How far a conversation got: the stage in which it ended. `body` is after 354 and before the dot, `dot` after it. */
export type SmtpStage = "connect" | "greeting" | "tls" | "auth" | "mail" | "rcpt" | "data" | "body" | "dot";

export type FaultKind =
  /** Nobody listens, or no route. */
  | "refused"
  | "dns"
  /** The encryption could not be set up, or a password would have left unencrypted. */
  | "tls"
  /** No access token, or no way to log in that the server and we both know. */
  | "login"
  | "timeout"
  /** The connection ended before the answer came. */
  | "lost"
  /** The server's words are not SMTP, or not in their place. */
  | "protocol"
  /** We broke off before the dot by our own decision. */
  | "withheld"
  /** The message is larger than the server announced to take. */
  | "too-large"
  /** The recipient's address cannot be handed to this server. */
  | "recipient-address"
  /** The mailbox's own address cannot be handed to this server. */
  | "sender-address";

export interface Fault {
  readonly kind: FaultKind;
  /** One sentence for people. */
  readonly message: string;
}

/** What happened between us and the server, as we observed it. It has a reply or a fault, never both. */
export interface Conversation {
  readonly stage: SmtpStage;
  /** The final dot may have left. */
  readonly dotSent: boolean;
  /** The definite answer to the stage. */
  readonly reply?: SmtpReply;
  /** Why there is no definite answer. */
  readonly fault?: Fault;
  /** The Message-ID under which the server passes the mail on, when it told: Microsoft 365 and Amazon SES replace ours. */
  readonly serverMessageId?: string;
}

export type OutcomeClass =
  | "sent"
  /** Retry later; uses up one of the lead's attempts. */
  | "recipient-temporary"
  /** The server asked to come back; its own, longer delays. */
  | "greylisted"
  | "recipient-permanent"
  /** Permanent, and the address is worth suppressing. */
  | "unknown-user"
  /** The mailbox rests; the lead keeps its attempts. */
  | "mailbox-trouble"
  /** The mailbox needs a person. */
  | "mailbox-broken"
  /** The dot left and no answer came: perhaps accepted. Never sent again by itself. */
  | "unknown"
  /** We broke off before the dot; provably not sent. */
  | "withheld";

export interface Classified {
  readonly outcome: OutcomeClass;
  /** One line for people: `550 5.1.1 no such user (at RCPT TO)`. */
  readonly summary: string;
}

/**
 * What a conversation means for the lead and the mailbox. The reply's code and the stage decide; words only tell apart what one
 * code is used for.
 */
export function classify(conversation: Conversation): Classified {
  const { reply, fault, stage } = conversation;
  const text = reply?.text ?? fault?.message ?? say("no-answer");
  return { outcome: outcomeOf(conversation), summary: say(STAGE_PHRASES[stage], { part: text }) };
}

const STAGE_PHRASES = {
  connect: "while-connecting",
  greeting: "at-greeting",
  tls: "while-encrypting",
  auth: "at-login",
  mail: "at-mail-from",
  rcpt: "at-rcpt-to",
  data: "at-data",
  body: "while-sending",
  dot: "after-message",
} as const satisfies Readonly<Record<SmtpStage, string>>;

function outcomeOf(conversation: Conversation): OutcomeClass {
  const { reply, fault, stage, dotSent } = conversation;
  if (isAcceptance(conversation)) return "sent";
  if (reply !== undefined && reply.code >= 400) return refusalMeans(stage, reply);
  if (dotSent) return "unknown";
  switch (fault?.kind) {
    case "withheld":
      return "withheld";
    case "too-large":
    case "recipient-address":
      return "recipient-permanent";
    case "sender-address":
      return "mailbox-broken";
    case "refused":
    case "dns":
    case "tls":
    case "login":
    case "timeout":
    case "lost":
    case "protocol":
    case undefined:
      return "mailbox-trouble";
  }
}

/** A 2yz counts only as the answer to the dot: anywhere else it belongs to another command, and believing it would lose the mail. */
function isAcceptance({ reply, stage, dotSent }: Conversation): boolean {
  return stage === "dot" && dotSent && reply !== undefined && reply.code >= 200 && reply.code < 300;
}

function refusalMeans(stage: SmtpStage, reply: SmtpReply): OutcomeClass {
  if (reply.code === 421) return "mailbox-trouble";
  // 530, 534, 535, 538: the server wants a login, another login, or encryption before it (RFC 4954 section 6).
  if ([530, 534, 535, 538].includes(reply.code)) return "mailbox-broken";
  switch (stage) {
    case "connect":
    case "greeting":
    case "tls":
      return "mailbox-trouble";
    case "auth":
      return reply.code < 500 ? "mailbox-trouble" : "mailbox-broken";
    case "mail":
      return senderRefusalMeans(reply);
    case "rcpt":
    case "data":
    case "body":
    case "dot":
      return recipientRefusalMeans(reply);
  }
}

/** Refused at MAIL FROM: nothing was said about the recipient yet. */
function senderRefusalMeans(reply: SmtpReply): OutcomeClass {
  if (reply.code < 500 || isRateLimit(reply)) return "mailbox-trouble";
  // RFC 1870 section 6.1 refuses a declared size already here.
  return isMailTooLarge(reply) ? "recipient-permanent" : "mailbox-broken";
}

/**
 * Refused at RCPT TO or later. Many servers say only here what they hold against the sender or against us: Postfix delays every
 * refusal to RCPT TO (smtpd_delay_reject), Microsoft 365 refuses a foreign From after the dot.
 */
function recipientRefusalMeans(reply: SmtpReply): OutcomeClass {
  if (isRateLimit(reply) || namesBlockedClient(reply)) return "mailbox-trouble";
  if (reply.code < 500) return asksToComeBack(reply) ? "greylisted" : "recipient-temporary";
  if (refusesSender(reply) || deniesRelay(reply)) return "mailbox-broken";
  return isUnknownUser(reply) ? "unknown-user" : "recipient-permanent";
}
