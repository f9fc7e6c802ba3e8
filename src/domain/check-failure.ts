import type { Conversation } from "./outcome.ts";
import { asksToComeBack, deniesRelay, isRateLimit, isUnknownUser, namesBlockedClient, refusesSender } from "./reply.ts";

/** What a mailbox is checked for, by names that stay. The greeting comes before the encryption where that is begun by STARTTLS. */
export const CHECK_STEPS = ["dns", "tcp", "greeting", "tls", "login", "mail-from", "rcpt", "quit"] as const;
export type CheckStepName = (typeof CHECK_STEPS)[number];

/** Why a step failed, by names that stay, and what to do about it in plain words. */
const REMEDIES = {
  cancelled: "Start the check again.",
  "out-of-time": "The server answers, but very slowly: try again later, or ask the mail provider.",
  "host-not-found": "Check the spelling of the server's name; it often is smtp.your-domain or mail.your-domain.",
  "host-lookup-failed": "The name servers do not answer: check this machine's own network and DNS.",
  refused: "Nobody listens at this port: check host and port; providers use 465 (TLS) or 587 (STARTTLS).",
  unreachable: "There is no way to this host from here: check the network, and the host's address.",
  "connect-timeout":
    "Something swallows the connection, mostly a firewall: port 25 is blocked by many networks, so use 587 or 465, or ask for it to be opened.",
  "greeting-timeout": "The server is silent: port 465 wants TLS from the first byte; 587 and 25 want STARTTLS.",
  "greeting-refused": "The server does not speak with this machine: ask the mail provider, with the server's words.",
  "not-smtp": "This is no mail server for sending: check host and port (993 and 995 are for reading mail).",
  "wants-starttls": "The port begins in clear: choose STARTTLS for it (usual for 587), or port 465 with TLS.",
  "no-starttls": "The server offers no STARTTLS here: choose port 465 with TLS, or ask the mail provider which port encrypts.",
  "certificate-name": "The certificate is another server's: use the host name that stands in it, mostly the provider's own.",
  "certificate-expired": "The server's certificate has expired: its operator must renew it. Check this machine's clock, too.",
  "certificate-untrusted":
    "Nobody known vouches for the server's certificate: its operator must install one that is complete and signed.",
  "tls-failed":
    "The encryption could not be agreed on: check the port (465 for TLS, 587 for STARTTLS), or ask the mail provider.",
  "login-in-clear": "The server offers no encryption, so the password was not sent: use a port that encrypts, 465 or 587.",
  "wrong-password":
    "Check user and password. With two-step sign-in (Gmail, Microsoft, Yahoo, iCloud, WP, Onet) an app password is needed, made in the account's settings.",
  "app-password-needed": "The provider wants an app password: make one in the account's security settings, and enter it here.",
  "login-switched-off":
    "The provider has switched off SMTP login for this mailbox: switch it on in its settings (Microsoft 365: Authenticated SMTP).",
  "login-needs-encryption": "The server takes a password only encrypted: choose STARTTLS (587) or TLS (465).",
  "login-not-offered":
    "The server offers no login that is known here, on this port: use 587 or 465, or leave user and password empty.",
  "login-unavailable": "The server cannot check logins at the moment: try again later.",
  "login-needed": "The server wants a login: enter user and password.",
  "sender-refused":
    "The account may not send as this address: the address must be its own, or one that the provider allows as an alias.",
  "rate-limited": "The provider's limit is reached: wait, and set the mailbox a lower daily limit.",
  "blocked-here":
    "The network that the mail comes from stands on a block list: ask the mail provider, and the list that the server names, to remove it.",
  "recipient-unknown": "The server says that there is no such recipient: check the address, or try another one.",
  "recipient-refused": "The server takes no mail for this recipient: try another address, or ask the mail provider.",
  "come-back-later":
    "The server asks to come back in some minutes, which is usual for a first contact; campaigns do that by themselves.",
  "not-now": "The server has trouble at the moment: try again later.",
  "connection-lost": "The server ended the connection: try again; if it stays so, ask the mail provider.",
  timeout: "The server did not answer in time: try again later, or ask the mail provider.",
} as const;
export type CheckFailureCode = keyof typeof REMEDIES;
export const CHECK_FAILURES = Object.keys(REMEDIES) as [CheckFailureCode, ...CheckFailureCode[]];

export interface CheckFailure {
  readonly code: CheckFailureCode;
  /** What to do, in one or two sentences. */
  readonly remedy: string;
}

export const failureBy = (code: CheckFailureCode): CheckFailure => ({ code, remedy: REMEDIES[code] });

/** What a conversation that ended in `step` says of the mailbox. */
export function checkFailure(step: CheckStepName, { reply, fault }: Conversation): CheckFailure {
  if (reply !== undefined) return failureBy(refusalCode(step, reply));
  const words = fault?.message ?? "";
  switch (fault?.kind) {
    case "dns":
      return failureBy(/EAI_AGAIN/.test(words) ? "host-lookup-failed" : "host-not-found");
    case "refused":
      return failureBy(/EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL/.test(words) ? "unreachable" : "refused");
    case "tls":
      return failureBy(tlsCode(words));
    case "login":
      return failureBy("login-not-offered");
    case "timeout":
      return failureBy(timeoutCode(step));
    case "protocol":
      return failureBy("not-smtp");
    case "sender-address":
      return failureBy("sender-refused");
    case "recipient-address":
      return failureBy("recipient-refused");
    // The size of a mail is no part of a check, and only the time limit withholds.
    case "too-large":
    case "withheld":
    case "lost":
    case undefined:
      return failureBy("connection-lost");
  }
}

function timeoutCode(step: CheckStepName): CheckFailureCode {
  if (step === "tcp") return "connect-timeout";
  return step === "greeting" || step === "tls" ? "greeting-timeout" : "timeout";
}

/** By the words of OpenSSL and Node, which are the same on all systems. */
function tlsCode(words: string): CheckFailureCode {
  if (/offers no encryption/.test(words)) return "login-in-clear";
  if (/altnames|does not match certificate/i.test(words)) return "certificate-name";
  if (/has expired|not yet valid/i.test(words)) return "certificate-expired";
  if (/self.signed|unable to (verify|get)|certificate/i.test(words)) return "certificate-untrusted";
  return /wrong version number|packet length too long|unknown protocol/i.test(words) ? "wants-starttls" : "tls-failed";
}

type Reply = NonNullable<Conversation["reply"]>;

function refusalCode(step: CheckStepName, reply: Reply): CheckFailureCode {
  if (step !== "rcpt" && isRateLimit(reply)) return "rate-limited";
  switch (step) {
    case "tls":
      return "no-starttls";
    case "login":
      return loginCode(reply);
    case "mail-from":
      return senderCode(reply);
    case "rcpt":
      return recipientCode(reply);
    case "dns":
    case "tcp":
    case "greeting":
    case "quit":
      return reply.code < 500 ? "not-now" : "greeting-refused";
  }
}

function loginCode({ code, enhanced, text }: Reply): CheckFailureCode {
  // Exchange Online: 5.7.139 "SmtpClientAuthentication is disabled for the Tenant".
  if (/SmtpClientAuthentication is disabled|basic authentication is disabled/i.test(text)) return "login-switched-off";
  // Gmail: 534-5.7.9 Application-specific password required.
  if (/application.specific password|app password/i.test(text)) return "app-password-needed";
  if (code === 538 || (code === 530 && /STARTTLS|encrypt|TLS/i.test(text))) return "login-needs-encryption";
  if ([502, 503, 504].includes(code) || enhanced === "5.5.4") return "login-not-offered";
  return code < 500 ? "login-unavailable" : "wrong-password";
}

function senderCode({ code, text }: Reply): CheckFailureCode {
  if (code < 500) return "not-now";
  if (code === 530) return /STARTTLS|TLS/i.test(text) ? "login-needs-encryption" : "login-needed";
  return "sender-refused";
}

function recipientCode(reply: Reply): CheckFailureCode {
  if (isRateLimit(reply)) return "rate-limited";
  if (reply.code < 500) return asksToComeBack(reply) ? "come-back-later" : "not-now";
  if (reply.code === 530) return "login-needed";
  if (namesBlockedClient(reply)) return "blocked-here";
  if (refusesSender(reply)) return "sender-refused";
  if (deniesRelay(reply)) return "login-needed";
  if (isUnknownUser(reply)) return "recipient-unknown";
  return "recipient-refused";
}
