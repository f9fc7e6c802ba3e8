import { afterEach, describe, expect, it } from "vitest";
import { classify } from "../src/domain/outcome.ts";
import type { MailboxConnection } from "../src/mail/smtp-mailbox.ts";
import { type AcceptingServer, type AcceptingServerOptions, startAcceptingServer } from "./servers/accepting-server.ts";
import { TEST_CERTIFICATE } from "./servers/certificate.ts";
import { startRudeServer } from "./servers/rude-server.ts";
import { ENVELOPE, MESSAGE, mailboxAt, SmtpBench } from "./servers/smtp-bench.ts";

let server: AcceptingServer | undefined;
let bench: SmtpBench;
afterEach(async () => {
  await bench.transport.close();
  await server?.close();
});

const TRUST = { ca: TEST_CERTIFICATE };
const password = (user: string, secret: string) => ({ kind: "password", user, password: secret }) as const;

async function sendTo(
  options: AcceptingServerOptions,
  mailbox: Partial<MailboxConnection>,
  message = MESSAGE,
  envelope = ENVELOPE,
) {
  bench = new SmtpBench();
  server = await startAcceptingServer(options);
  const handOver = bench.handOver();
  const conversation = await bench.transport.send(mailboxAt(server.port, mailbox), envelope, message, handOver);
  return { conversation, mails: server.mails, handOver };
}

describe("encryption", () => {
  it.each([
    ["tls", "tls"],
    ["starttls", "starttls"],
    ["opportunistic", "starttls"],
  ] as const)("%s reaches a server with %s encrypted, with every byte in place", async (security, offered) => {
    const { conversation, mails } = await sendTo({ security: offered }, { security, tls: TRUST });
    expect(conversation).toMatchObject({ stage: "dot", dotSent: true, reply: { code: 250 } });
    expect(mails).toMatchObject([{ from: ENVELOPE.from, to: [ENVELOPE.to], isEncrypted: true }]);
    expect(mails[0]?.raw.equals(MESSAGE)).toBe(true);
    expect(mails[0]?.parsed.text).toContain("\n.two starts with a dot\n..\n.\nend");
  });

  it("waits at the point of no return over TLS too, with a body larger than every buffer", async () => {
    const message = Buffer.concat([MESSAGE, Buffer.alloc(3_000_000, `.${"y".repeat(74)}\r\n`)]);
    const { conversation, mails, handOver } = await sendTo({ security: "tls" }, { security: "tls", tls: TRUST }, message);
    expect(conversation).toMatchObject({ dotSent: true, reply: { code: 250 } });
    expect(handOver.told).toEqual(["connected", "inBody", "bodySent", "beforeDot", "dotSent"]);
    expect(mails[0]?.raw.subarray(0, message.length).equals(message)).toBe(true);
  });

  it.each(["tls", "starttls"] as const)("%s refuses a certificate that nobody vouches for", async (security) => {
    const { conversation, mails } = await sendTo({ security }, { security });
    expect(conversation).toMatchObject({ stage: "tls", dotSent: false, fault: { kind: "tls", message: /self-signed/ } });
    expect(classify(conversation).outcome).toBe("mailbox-trouble");
    expect(mails).toEqual([]);
  });

  it("starttls refuses a server without it", async () => {
    const { conversation } = await sendTo({ security: "none" }, { security: "starttls" });
    expect(conversation).toMatchObject({ stage: "tls", dotSent: false });
  });

  it("opportunistic sends in clear what has no secrets", async () => {
    const { mails } = await sendTo({ security: "none" }, { security: "opportunistic" });
    expect(mails).toMatchObject([{ isEncrypted: false }]);
  });
});

describe("a login", () => {
  it("with user and password is made over TLS", async () => {
    const auth = password("anna", "Zażółć gęślą: jaźń");
    const login = { user: auth.user, password: auth.password };
    const { mails } = await sendTo({ login }, { security: "starttls", tls: TRUST, auth });
    expect(mails).toMatchObject([{ login: "anna", isEncrypted: true }]);
  });

  it("with a wrong password needs a person", async () => {
    const login = { user: "anna", password: "right" };
    const { conversation } = await sendTo({ login }, { security: "starttls", tls: TRUST, auth: password("anna", "wrong") });
    expect(conversation).toMatchObject({ stage: "auth", reply: { code: 535, enhanced: "5.7.8" } });
    expect(classify(conversation)).toEqual({
      outcome: "mailbox-broken",
      summary: "535 5.7.8 wrong user or password (at the login)",
    });
  });

  it("with an access token uses XOAUTH2, and asks for a fresh token when the server refuses the first", async () => {
    const tokens = ["stale", "fresh"];
    const auth = { kind: "oauth2", user: "anna", accessToken: async () => tokens.shift() ?? "none left" } as const;
    const { conversation, mails } = await sendTo(
      { login: { user: "anna", token: "fresh" } },
      { security: "starttls", tls: TRUST, auth },
    );
    expect(conversation).toMatchObject({ stage: "dot", dotSent: true });
    expect(mails).toMatchObject([{ login: "anna" }]);
  });

  it.each([
    ["rejects", () => Promise.reject(new Error("the token was revoked"))],
    [
      "throws",
      () => {
        throw new Error("the token was revoked");
      },
    ],
  ])("whose token source %s is the mailbox's trouble", async (_how, accessToken) => {
    const auth = { kind: "oauth2", user: "anna", accessToken } as const;
    const { conversation } = await sendTo({ login: { user: "anna", token: "t" } }, { security: "starttls", tls: TRUST, auth });
    expect(conversation).toMatchObject({ stage: "auth", dotSent: false, fault: { kind: "login", message: /revoked/ } });
    expect(classify(conversation).outcome).toBe("mailbox-trouble");
  });

  it("never sends its password unencrypted to another machine, unless told that it may", async () => {
    bench = new SmtpBench();
    const clear = await startRudeServer();
    // 0.0.0.0 leads here, but is not known as this machine.
    const mailbox = mailboxAt(clear.port, { host: "0.0.0.0", security: "opportunistic", auth: password("anna", "secret") });
    const conversation = await bench.transport.send(mailbox, ENVELOPE, MESSAGE, bench.handOver());
    expect(conversation).toMatchObject({ stage: "tls", dotSent: false, fault: { kind: "tls", message: /\?tls=none/ } });
    expect(clear.commands.filter((line) => line.startsWith("AUTH"))).toEqual([]);

    const told = await bench.transport.send({ ...mailbox, security: "none" }, ENVELOPE, MESSAGE, bench.handOver());
    expect(told).toMatchObject({ reply: { code: 250 } });
    const local = await bench.transport.send({ ...mailbox, host: "localhost" }, ENVELOPE, MESSAGE, bench.handOver());
    expect(local).toMatchObject({ reply: { code: 250 } });
    await clear.close();
  });
});

describe("what a server cannot take", () => {
  it("a message over its announced size is not even begun", async () => {
    const { conversation, handOver } = await sendTo({ sizeMaxBytes: 50 }, {});
    expect(conversation).toMatchObject({ stage: "mail", dotSent: false, fault: { kind: "too-large", message: /at most 50/ } });
    expect(classify(conversation).outcome).toBe("recipient-permanent");
    expect(handOver.told).toEqual([]);
  });

  it("an address with other letters goes only to a server with SMTPUTF8", async () => {
    bench = new SmtpBench();
    const plain = await startRudeServer([undefined, undefined, { at: "connect", does: "silence" }]);
    const to = (address: string) =>
      bench.transport.send(mailboxAt(plain.port), { ...ENVELOPE, to: address }, MESSAGE, bench.handOver());
    const conversation = await to("józef@example.test");
    expect(conversation).toMatchObject({ stage: "mail", dotSent: false, fault: { kind: "recipient-address" } });
    expect(classify(conversation).outcome).toBe("recipient-permanent");
    expect(await to("jan@źdźbło.test")).toMatchObject({ reply: { code: 250 } });
    expect(plain.accepted).toMatchObject([{ to: "jan@xn--dbo-iwa1zb.test" }]);
    await plain.close();
  });

  it("an address with a line break reaches no server", async () => {
    const { conversation } = await sendTo({}, {}, MESSAGE, { ...ENVELOPE, to: "a@b.test>\r\nRCPT TO:<c@d.test" });
    expect(conversation).toMatchObject({ stage: "connect", dotSent: false, fault: { kind: "recipient-address" } });
    expect(server?.connections).toBe(0);
  });
});
