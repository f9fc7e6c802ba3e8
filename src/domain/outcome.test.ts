import { describe, expect, it } from "vitest";
import { type Conversation, classify, type FaultKind, type OutcomeClass, type SmtpStage } from "./outcome.ts";
import { parseReply } from "./reply.ts";

function answered(stage: SmtpStage, line: string): Conversation {
  const reply = parseReply(line);
  if (reply === undefined) throw new Error(`${line} is no reply`);
  return { stage, dotSent: stage === "dot", reply };
}

describe("an answer", () => {
  const cases: [SmtpStage, string, OutcomeClass][] = [
    ["dot", "250 2.0.0 queued as 4F9D", "sent"],
    // Believed only as the answer to the dot.
    ["data", "250 2.0.0 queued", "mailbox-trouble"],

    ["greeting", "421 4.3.2 closing", "mailbox-trouble"],
    ["greeting", "554 5.7.1 no", "mailbox-trouble"],
    ["tls", "454 4.7.0 TLS not available", "mailbox-trouble"],
    ["greeting", "530 5.7.0 must issue STARTTLS first", "mailbox-broken"],
    ["auth", "454 4.7.0 temporary authentication failure", "mailbox-trouble"],
    ["auth", "454 4.7.0 too many login attempts", "mailbox-trouble"],
    ["auth", "535 5.7.8 wrong", "mailbox-broken"],
    ["auth", "503 5.5.1 AUTH not available", "mailbox-broken"],
    ["auth", "421 4.7.0 try later", "mailbox-trouble"],
    ["mail", "452 4.3.1 no storage", "mailbox-trouble"],
    ["mail", "550 5.4.5 Daily user sending limit exceeded", "mailbox-trouble"],
    ["mail", "553 5.1.8 sender refused", "mailbox-broken"],
    ["mail", "552 5.3.4 too big", "recipient-permanent"],

    ["rcpt", "450 busy", "recipient-temporary"],
    ["rcpt", "451 4.3.0 temporary failure, please try again later", "recipient-temporary"],
    ["rcpt", "450 4.2.1 the user you are trying to contact is receiving mail too quickly", "recipient-temporary"],
    ["rcpt", "452 4.2.2 over quota", "recipient-temporary"],
    ["rcpt", "450 4.1.1 unverified address: user unknown", "recipient-temporary"],
    ["rcpt", "421 4.7.0 greylisted?", "mailbox-trouble"],

    ["rcpt", "450 4.2.0 Greylisted, see http://postgrey.example", "greylisted"],
    ["rcpt", "451 4.7.1 please try again later", "greylisted"],
    ["data", "451 grey-listing in action", "greylisted"],
    ["rcpt", "450 come back in 300 seconds", "greylisted"],
    ["rcpt", "451 4.7.1 try again in 5 min", "greylisted"],

    ["rcpt", "550 5.1.1 no", "unknown-user"],
    ["rcpt", "550 5.1.10 RESOLVER.ADR.RecipientNotFound", "unknown-user"],
    ["rcpt", "550 no such user here", "unknown-user"],
    ["rcpt", "551 5.1.6 has moved", "unknown-user"],
    ["rcpt", "553 5.1.0 unknown recipient", "unknown-user"],
    ["dot", "550 5.1.1 user unknown", "unknown-user"],
    ["rcpt", "550 mailbox unavailable", "recipient-permanent"],
    ["rcpt", "550 5.1.2 no such domain", "recipient-permanent"],
    ["rcpt", "550 5.7.1 no such user for you", "recipient-permanent"],
    ["rcpt", "552 5.2.2 mailbox full", "recipient-permanent"],
    ["rcpt", "550 5.2.1 account disabled", "recipient-permanent"],
    ["rcpt", "501 5.1.3 bad syntax", "recipient-permanent"],
    ["dot", "554 5.7.1 looks like spam", "recipient-permanent"],
    ["dot", "552 5.3.4 too big", "recipient-permanent"],

    ["rcpt", "553 5.7.1 <bob@x>: Sender address rejected: not owned by user anna", "mailbox-broken"],
    ["rcpt", "554 5.7.1 <a@b>: Relay access denied", "mailbox-broken"],
    ["rcpt", "530 5.7.0 authentication required", "mailbox-broken"],
    ["dot", "554 5.2.252 SendAsDenied; not allowed to send as", "mailbox-broken"],
    ["dot", "550 5.7.60 client does not have permissions to send as this sender", "mailbox-broken"],

    ["rcpt", "450 4.7.1 too much mail from 192.0.2.1", "mailbox-trouble"],
    ["rcpt", "451 4.7.500 server busy", "mailbox-trouble"],
    ["dot", "550 5.4.5 daily sending quota exceeded", "mailbox-trouble"],
    ["dot", "421 4.7.28 unusual rate", "mailbox-trouble"],
    ["dot", "432 4.3.2 concurrent connections limit exceeded", "mailbox-trouble"],
    ["rcpt", "452 4.5.3 too many recipients this hour", "mailbox-trouble"],
    ["dot", "451 you may send 100 messages per hour", "mailbox-trouble"],
    ["rcpt", "554 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org", "mailbox-trouble"],
  ];
  it.each(cases)("at %s, %s is %s", (stage, line, outcome) => {
    expect(classify(answered(stage, line)).outcome).toBe(outcome);
  });
});

describe("no answer", () => {
  const faults: [FaultKind, OutcomeClass][] = [
    ["refused", "mailbox-trouble"],
    ["dns", "mailbox-trouble"],
    ["tls", "mailbox-trouble"],
    ["login", "mailbox-trouble"],
    ["timeout", "mailbox-trouble"],
    ["lost", "mailbox-trouble"],
    ["protocol", "mailbox-trouble"],
    ["withheld", "withheld"],
    ["too-large", "recipient-permanent"],
    ["recipient-address", "recipient-permanent"],
    ["sender-address", "mailbox-broken"],
  ];
  it.each(faults)("before the dot because of %s is %s", (kind, outcome) => {
    expect(classify({ stage: "body", dotSent: false, fault: { kind, message: "it ended" } })).toEqual({
      outcome,
      summary: "it ended (while sending the message)",
    });
  });

  it.each(faults)("after the dot because of %s is unknown", (kind) => {
    expect(classify({ stage: "dot", dotSent: true, fault: { kind, message: "it ended" } }).outcome).toBe("unknown");
  });
});

it("is summed up for people with the place where it happened", () => {
  expect(classify(answered("rcpt", "550 5.1.1 no such user")).summary).toBe("550 5.1.1 no such user (at RCPT TO)");
});
