import { afterEach, describe, expect, it } from "vitest";
import { classify, type Conversation, type OutcomeClass, type SmtpStage } from "../src/domain/outcome.ts";
import type { MailboxConnection } from "../src/mail/smtp.ts";
import { type RudeScript, type RudeServer, startRudeServer } from "./servers/rude-server.ts";
import { BOUNDS, ENVELOPE, MESSAGE, mailboxAt, SmtpBench } from "./servers/smtp-bench.ts";

let server: RudeServer | undefined;
afterEach(() => server?.close());

const AUTH = { kind: "password", user: "anna", password: "secret" } as const;
const STARTTLS = { security: "starttls" } as const;

interface Case {
  readonly script: RudeScript;
  readonly mailbox?: Partial<MailboxConnection>;
  readonly stage: SmtpStage;
  readonly ends: string | number;
  readonly outcome: OutcomeClass;
  readonly message?: Buffer;
  /** When the server has fallen silent, and which of our bounds then runs out. */
  readonly silence?: { readonly isReached: (server: RudeServer) => boolean; readonly boundMs: number };
}

/** The fault's kind or the reply's code. */
const endOf = ({ fault, reply }: Conversation): string | number | undefined => fault?.kind ?? reply?.code;

async function meet({ script, mailbox, message = MESSAGE }: Case) {
  const bench = new SmtpBench();
  server = await startRudeServer([script]);
  const handOver = bench.handOver();
  const sending = bench.transport.send(mailboxAt(server.port, mailbox), ENVELOPE, message, handOver);
  return { bench, handOver, sending, server };
}

async function expectEnd(rude: Case): Promise<void> {
  const { bench, handOver, sending, server } = await meet(rude);
  if (rude.silence !== undefined) {
    await server.until(rude.silence.isReached);
    await bench.timers.fire(rude.silence.boundMs);
  }
  const conversation = await sending;
  expect({ stage: conversation.stage, ends: endOf(conversation), outcome: classify(conversation).outcome }).toEqual({
    stage: rude.stage,
    ends: rude.ends,
    outcome: rude.outcome,
  });
  await bench.transport.close();
  expect(conversation.dotSent).toBe(server.dots.length === 1);
  expect(handOver.told.includes("dotSent")).toBe(conversation.dotSent);
  expect(handOver.told.filter((what) => what === "beforeDot").length).toBe(conversation.dotSent ? 1 : 0);
}

const HUGE = Buffer.alloc(24 * 1024 * 1024, `${"x".repeat(74)}\r\n`);
const OFFERS_TLS = { offers: ["STARTTLS"] };

describe("a server that leaves", () => {
  const trouble = "mailbox-trouble";
  const cases: Record<string, Case> = {
    "drops at connect": { script: { at: "connect", does: "drop" }, stage: "greeting", ends: "lost", outcome: trouble },
    "drops with half a greeting": {
      script: { at: "greeting", does: { half: "22" } },
      stage: "greeting",
      ends: "lost",
      outcome: trouble,
    },
    "drops at EHLO": { script: { at: "ehlo", does: "drop" }, stage: "greeting", ends: "lost", outcome: trouble },
    "drops at STARTTLS": {
      script: { at: "starttls", does: "drop", ...OFFERS_TLS },
      mailbox: STARTTLS,
      stage: "tls",
      ends: "tls",
      outcome: trouble,
    },
    "drops in the TLS handshake": {
      script: { at: "starttls", does: { reply: "220 go ahead", thenDrop: true }, ...OFFERS_TLS },
      mailbox: STARTTLS,
      stage: "tls",
      ends: "tls",
      outcome: trouble,
    },
    "drops at the login": {
      script: { at: "auth", does: "drop" },
      mailbox: { auth: AUTH },
      stage: "auth",
      ends: "lost",
      outcome: trouble,
    },
    "drops at MAIL": { script: { at: "mail", does: "drop" }, stage: "mail", ends: "lost", outcome: trouble },
    "drops at RCPT": { script: { at: "rcpt", does: "drop" }, stage: "rcpt", ends: "lost", outcome: trouble },
    "drops at DATA": { script: { at: "data", does: "drop", offers: [] }, stage: "data", ends: "lost", outcome: trouble },
    "drops at RCPT, without PIPELINING": {
      script: { at: "rcpt", does: "drop", offers: [] },
      stage: "rcpt",
      ends: "lost",
      outcome: trouble,
    },
    "resets at MAIL": { script: { at: "mail", does: "reset" }, stage: "mail", ends: "lost", outcome: trouble },
    "resets in a large body": {
      script: { at: "mid-body", does: "reset", afterBytes: 100_000 },
      stage: "body",
      ends: "lost",
      outcome: trouble,
      message: HUGE,
    },
    "drops in a large body": {
      script: { at: "mid-body", does: "drop", afterBytes: 100_000 },
      stage: "body",
      ends: "lost",
      outcome: trouble,
      message: HUGE,
    },
    "drops after the dot, before it took the mail": {
      script: { at: "after-body", does: "drop" },
      stage: "dot",
      ends: "lost",
      outcome: "unknown",
    },
    "drops after it took the mail": { script: { at: "accepted", does: "drop" }, stage: "dot", ends: "lost", outcome: "unknown" },
    "resets after it took the mail": {
      script: { at: "accepted", does: "reset" },
      stage: "dot",
      ends: "lost",
      outcome: "unknown",
    },
    "says half a 250": { script: { at: "accepted", does: { half: "250 2.0" } }, stage: "dot", ends: "lost", outcome: "unknown" },
    "says half a refusal": {
      script: { at: "after-body", does: { half: "550 5.7.1 no" } },
      stage: "dot",
      ends: "lost",
      outcome: "unknown",
    },
    "says half a refusal of the recipient": {
      script: { at: "rcpt", does: { half: "550 5.1" } },
      stage: "rcpt",
      ends: "lost",
      outcome: trouble,
    },
    "starts a reply of two lines": {
      script: { at: "accepted", does: { half: "250-2.0.0 queued\r\n" } },
      stage: "dot",
      ends: "lost",
      outcome: "unknown",
    },
  };
  it.each(Object.entries(cases))("%s", (_name, rude) => expectEnd(rude));
});

describe("a server that falls silent", () => {
  const has = (verb: string) => (seen: RudeServer) => seen.commands.some((line) => line.startsWith(verb));
  const silentAt = (at: RudeScript["at"], offers?: string[]): RudeScript => ({ at, does: "silence", ...(offers && { offers }) });
  const cases: [string, RudeScript, SmtpStage, number, (seen: RudeServer) => boolean, Partial<MailboxConnection>?][] = [
    ["at the greeting", silentAt("greeting"), "greeting", BOUNDS.greetingMs, () => true],
    ["in the TLS handshake", silentAt("connect"), "tls", BOUNDS.greetingMs, () => true, { security: "tls" }],
    ["after STARTTLS", silentAt("starttls", ["STARTTLS"]), "tls", BOUNDS.greetingMs, has("STARTTLS"), STARTTLS],
    ["at the login", silentAt("auth"), "auth", BOUNDS.commandMs, has("AUTH"), { auth: AUTH }],
    ["at MAIL", silentAt("mail"), "mail", BOUNDS.commandMs, has("MAIL")],
    ["at RCPT", silentAt("rcpt", []), "rcpt", BOUNDS.commandMs, has("RCPT")],
    ["at DATA", silentAt("data", []), "data", BOUNDS.commandMs, has("DATA")],
    ["after the dot", silentAt("accepted"), "dot", BOUNDS.finalMs, ({ dots }) => dots.length === 1],
  ];
  it.each(cases)("%s", async (_name, script, stage, boundMs, isReached, mailbox = {}) => {
    const outcome = stage === "dot" ? "unknown" : "mailbox-trouble";
    await expectEnd({ script, stage, mailbox, ends: "timeout", outcome, silence: { isReached, boundMs } });
  });

  it("in a large body, by no longer reading it", async () => {
    const stalled: Case = {
      script: { at: "mid-body", does: "stall", afterBytes: 100_000 },
      stage: "body",
      ends: "timeout",
      outcome: "mailbox-trouble",
      message: HUGE,
      silence: { isReached: ({ bodyBytes }) => bodyBytes >= 100_000, boundMs: BOUNDS.bodyMs },
    };
    await expectEnd(stalled);
  });
});

describe("a server that answers", () => {
  const at = (stage: RudeScript["at"], reply: string): RudeScript => ({ at: stage, does: { reply } });
  const cases: [RudeScript["at"], string, SmtpStage, OutcomeClass][] = [
    ["greeting", "421 4.3.2 shutting down", "greeting", "mailbox-trouble"],
    ["greeting", "554 5.7.1 no service for you", "greeting", "mailbox-trouble"],
    ["ehlo", "421 4.3.2 shutting down", "greeting", "mailbox-trouble"],
    ["mail", "421 4.7.0 try later", "mail", "mailbox-trouble"],
    ["mail", "451 4.3.0 local error", "mail", "mailbox-trouble"],
    ["mail", "550 5.7.1 sender rejected", "mail", "mailbox-broken"],
    ["mail", "553 5.7.1 sender not owned by user", "mail", "mailbox-broken"],
    ["mail", "552 5.3.4 message too big", "mail", "recipient-permanent"],
    ["mail", "530 5.7.0 authentication required", "mail", "mailbox-broken"],
    ["rcpt", "421 4.7.0 too busy", "rcpt", "mailbox-trouble"],
    ["rcpt", "451 4.3.0 try again later", "rcpt", "recipient-temporary"],
    ["rcpt", "450 4.7.1 greylisted, come back in 300 seconds", "rcpt", "greylisted"],
    ["rcpt", "550 5.1.1 no such user", "rcpt", "unknown-user"],
    ["rcpt", "550-5.1.1 no\r\n550 5.1.1 such user", "rcpt", "unknown-user"],
    ["rcpt", "552 5.2.2 mailbox full", "rcpt", "recipient-permanent"],
    ["rcpt", "554 5.7.1 policy", "rcpt", "recipient-permanent"],
    ["rcpt", "553 5.7.1 <x>: Sender address rejected: not owned by user anna", "rcpt", "mailbox-broken"],
    ["data", "421 4.3.2 shutting down", "data", "mailbox-trouble"],
    ["data", "451 4.3.0 local error", "data", "recipient-temporary"],
    ["data", "554 5.5.1 no valid recipients", "data", "recipient-permanent"],
    ["mid-body", "552 5.3.4 that is too much", "body", "recipient-permanent"],
    ["mid-body", "421 4.4.2 too slow", "body", "mailbox-trouble"],
    ["after-body", "421 4.3.2 shutting down", "dot", "mailbox-trouble"],
    ["after-body", "451 4.3.0 disk full", "dot", "recipient-temporary"],
    ["after-body", "550 5.7.1 spam", "dot", "recipient-permanent"],
    ["after-body", "552 5.2.2 mailbox full", "dot", "recipient-permanent"],
    ["after-body", "554 5.6.0 content refused", "dot", "recipient-permanent"],
    ["after-body", "553 5.1.3 bad recipient", "dot", "recipient-permanent"],
  ];
  it.each(cases)("at %s with %s", async (where, reply, stage, outcome) => {
    const message = where === "mid-body" ? HUGE : MESSAGE;
    await expectEnd({ script: at(where, reply), stage, ends: Number(reply.slice(0, 3)), outcome, message });
  });

  it.each([
    ["454 4.7.0 temporary failure", "mailbox-trouble"],
    ["535 5.7.8 wrong password", "mailbox-broken"],
    ["534 5.7.9 application password needed", "mailbox-broken"],
  ] as const)("at the login with %s", async (reply, outcome) => {
    await expectEnd({
      script: at("auth", reply),
      mailbox: { auth: AUTH },
      stage: "auth",
      ends: Number(reply.slice(0, 3)),
      outcome,
    });
  });

  it("without PIPELINING as with it", async () => {
    const script = { ...at("rcpt", "550 5.1.1 no such user"), offers: [] };
    await expectEnd({ script, stage: "rcpt", ends: 550, outcome: "unknown-user" });
  });

  it("354 for a recipient it refused, and gets no dot", async () => {
    const script = { ...at("rcpt", "550 5.1.1 no such user"), takesDataAnyway: true };
    await expectEnd({ script, stage: "rcpt", ends: 550, outcome: "unknown-user" });
  });

  it.each([
    ["data", "250 2.0.0 already queued?", "data"],
    ["mid-body", "250 2.0.0 queued before the end", "body"],
    ["rcpt", "hello there", "rcpt"],
  ] as const)("out of place at %s with %s, and is not believed", async (where, reply, stage) => {
    const message = where === "mid-body" ? HUGE : MESSAGE;
    await expectEnd({ script: at(where, reply), stage, ends: "protocol", outcome: "mailbox-trouble", message });
  });

  it("EHLO with 502 is greeted with HELO and served", async () => {
    const { sending, server } = await meet({
      script: at("ehlo", "502 5.5.1 EHLO unknown"),
      stage: "dot",
      ends: 250,
      outcome: "sent",
    });
    expect(classify(await sending).outcome).toBe("sent");
    expect(server.accepted).toHaveLength(1);
  });
});
