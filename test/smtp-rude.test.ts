import { afterEach, describe, expect, it } from "vitest";
import { classify, type Conversation, type OutcomeClass, type SmtpStage } from "../src/domain/outcome.ts";
import type { MailboxConnection } from "../src/mail/smtp-mailbox.ts";
import { type RudeScript, type RudeServer, startRudeServer } from "./servers/rude-server.ts";
import { BOUNDS, ENVELOPE, MESSAGE, mailboxAt, SmtpBench } from "./servers/smtp-bench.ts";

let started: RudeServer | undefined;
afterEach(() => started?.close());

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
  const server = await startRudeServer([script]);
  started = server;
  const handOver = bench.handOver();
  const sending = bench.transport.send(mailboxAt(server.port, mailbox), ENVELOPE, message, handOver);
  return { bench, handOver, sending, server };
}

/** What came of it, on our side and on the server's. */
async function play(rude: Case) {
  const { bench, handOver, sending, server } = await meet(rude);
  if (rude.silence !== undefined) {
    await server.until(rude.silence.isReached);
    await bench.timers.fire(rude.silence.boundMs);
  }
  const conversation = await sending;
  const { stage, dotSent } = conversation;
  await bench.transport.close();
  const permits = handOver.told.filter((what) => what === "beforeDot").length;
  return {
    stage,
    ends: endOf(conversation),
    outcome: classify(conversation).outcome,
    dotSent,
    dotsSeen: server.dots.length,
    permits,
  };
}

/** The dot was sent if and only if the server saw it, and never without a permit. */
function expected({ stage, ends, outcome }: Case) {
  const dots = stage === "dot" ? 1 : 0;
  return { stage, ends, outcome, dotSent: dots === 1, dotsSeen: dots, permits: dots };
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
  it.each(Object.entries(cases))("%s", async (_name, rude) => {
    expect(await play(rude)).toEqual(expected(rude));
  });
});

describe("a server that falls silent", () => {
  const has = (verb: string) => (seen: RudeServer) => seen.commands.some((line) => line.startsWith(verb));
  const silentAt = (at: RudeScript["at"], offers?: string[]): RudeScript => ({ at, does: "silence", ...(offers && { offers }) });
  const trouble = "mailbox-trouble";
  const timeout = { ends: "timeout", outcome: trouble } as const;
  const after = (boundMs: number, isReached: (seen: RudeServer) => boolean = () => true) => ({ silence: { boundMs, isReached } });
  const cases: Record<string, Case> = {
    "at the greeting": { script: silentAt("greeting"), stage: "greeting", ...timeout, ...after(BOUNDS.greetingMs) },
    "in the TLS handshake": {
      script: silentAt("connect"),
      mailbox: { security: "tls" },
      stage: "tls",
      ...timeout,
      ...after(BOUNDS.greetingMs),
    },
    "after STARTTLS": {
      script: silentAt("starttls", ["STARTTLS"]),
      mailbox: STARTTLS,
      stage: "tls",
      ...timeout,
      ...after(BOUNDS.greetingMs, has("STARTTLS")),
    },
    "at the login": {
      script: silentAt("auth"),
      mailbox: { auth: AUTH },
      stage: "auth",
      ...timeout,
      ...after(BOUNDS.commandMs, has("AUTH")),
    },
    "at MAIL": { script: silentAt("mail"), stage: "mail", ...timeout, ...after(BOUNDS.commandMs, has("MAIL")) },
    "at RCPT": { script: silentAt("rcpt", []), stage: "rcpt", ...timeout, ...after(BOUNDS.commandMs, has("RCPT")) },
    "at DATA": { script: silentAt("data", []), stage: "data", ...timeout, ...after(BOUNDS.commandMs, has("DATA")) },
    "after the dot": {
      script: silentAt("accepted"),
      stage: "dot",
      ends: "timeout",
      outcome: "unknown",
      ...after(BOUNDS.finalMs, ({ dots }) => dots.length === 1),
    },
  };
  it.each(Object.entries(cases))("%s", async (_name, rude) => {
    expect(await play(rude)).toEqual(expected(rude));
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
    expect(await play(stalled)).toEqual(expected(stalled));
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
    const rude: Case = { script: at(where, reply), stage, ends: Number(reply.slice(0, 3)), outcome, message };
    expect(await play(rude)).toEqual(expected(rude));
  });

  it.each([
    ["454 4.7.0 temporary failure", "mailbox-trouble"],
    ["535 5.7.8 wrong password", "mailbox-broken"],
    ["534 5.7.9 application password needed", "mailbox-broken"],
  ] as const)("at the login with %s", async (reply, outcome) => {
    const rude: Case = {
      script: at("auth", reply),
      mailbox: { auth: AUTH },
      stage: "auth",
      ends: Number(reply.slice(0, 3)),
      outcome,
    };
    expect(await play(rude)).toEqual(expected(rude));
  });

  it("without PIPELINING as with it", async () => {
    const script = { ...at("rcpt", "550 5.1.1 no such user"), offers: [] };
    const rude: Case = { script, stage: "rcpt", ends: 550, outcome: "unknown-user" };
    expect(await play(rude)).toEqual(expected(rude));
  });

  it("354 for a recipient it refused, and gets no dot", async () => {
    const script = { ...at("rcpt", "550 5.1.1 no such user"), takesDataAnyway: true };
    const rude: Case = { script, stage: "rcpt", ends: 550, outcome: "unknown-user" };
    expect(await play(rude)).toEqual(expected(rude));
  });

  it.each([
    ["mail", "550 5.7.1 sender rejected", 550],
    ["rcpt", "550 5.1.1 no such user", 550],
    ["data", "451 4.3.0 local error", 451],
  ] as const)("a refusal at %s to an envelope that was sent whole gets neither a body nor a dot", async (where, reply, code) => {
    const { bench, handOver, sending, server } = await meet({
      script: at(where, reply),
      stage: where,
      ends: code,
      outcome: "sent",
    });
    expect(await sending).toMatchObject({ stage: where, dotSent: false, reply: { code } });
    await bench.transport.close();
    expect(server.commands.map((line) => line.slice(0, 4))).toEqual(["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]);
    expect(server.bodyBytes).toBe(0);
    expect(handOver.told).toEqual(["connected"]);
  });

  it("354 for a sender it refused, and gets no dot", async () => {
    const script = { ...at("mail", "550 5.7.1 sender rejected"), takesDataAnyway: true };
    const rude: Case = { script, stage: "mail", ends: 550, outcome: "mailbox-broken" };
    expect(await play(rude)).toEqual(expected(rude));
  });

  it("twice at RCPT is broken off: the second answer would pass for another command's", async () => {
    const rude: Case = {
      script: { ...at("rcpt", "250 2.1.5 ok\r\n250 2.1.5 ok again"), offers: [] },
      stage: "rcpt",
      ends: "protocol",
      outcome: "mailbox-trouble",
    };
    expect(await play(rude)).toEqual(expected(rude));
  });

  it("without end is broken off when its answer is too long", async () => {
    const endless = `250-${"x".repeat(70_000)}`;
    const rude: Case = { script: at("mail", endless), stage: "mail", ends: "protocol", outcome: "mailbox-trouble" };
    expect(await play(rude)).toEqual(expected(rude));
  });

  it.each([
    ["data", "250 2.0.0 already queued?", "data"],
    ["mid-body", "250 2.0.0 queued before the end", "body"],
    ["rcpt", "hello there", "rcpt"],
  ] as const)("out of place at %s with %s, and is not believed", async (where, reply, stage) => {
    const message = where === "mid-body" ? HUGE : MESSAGE;
    const rude: Case = { script: at(where, reply), stage, ends: "protocol", outcome: "mailbox-trouble", message };
    expect(await play(rude)).toEqual(expected(rude));
  });

  it("EHLO with 502 is greeted with HELO and served", async () => {
    const rude: Case = { script: at("ehlo", "502 5.5.1 EHLO unknown"), stage: "dot", ends: 250, outcome: "sent" };
    expect(await play(rude)).toEqual(expected(rude));
  });
});
