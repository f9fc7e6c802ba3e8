import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type CheckOptions, type CheckStep, checkMailbox, type MailboxCheck } from "../src/mail/mailbox-check.ts";
import type { SenderAccount } from "../src/mail/mailer.ts";
import { type AcceptingServer, type AcceptingServerOptions, startAcceptingServer } from "./servers/accepting-server.ts";
import { TEST_CERTIFICATE } from "./servers/certificate.ts";
import { ManualTimers } from "./servers/manual-timers.ts";
import { type RudeScript, type RudeServer, startRudeServer } from "./servers/rude-server.ts";

const STEP_MS = 11;
const TOTAL_MS = 12;
const PASSWORD = "s3cret-Zażółć";

const servers: (AcceptingServer | RudeServer)[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function accepting(options: AcceptingServerOptions): Promise<AcceptingServer> {
  const server = await startAcceptingServer(options);
  servers.push(server);
  return server;
}

async function rude(script?: RudeScript): Promise<RudeServer> {
  const server = await startRudeServer([script]);
  servers.push(server);
  return server;
}

const account = (port: number, changes: Partial<SenderAccount> = {}): SenderAccount => ({
  address: "anna@acme.test",
  host: "127.0.0.1",
  port,
  security: "none",
  ...changes,
});

const LOGIN = { user: "anna", password: PASSWORD };

/** A check on timers that stand still until the test fires them. */
function begin(of: SenderAccount, options: Partial<CheckOptions> = {}): { check: Promise<MailboxCheck>; timers: ManualTimers } {
  const timers = new ManualTimers();
  const clock = { monotonicMs: () => 0, setTimer: timers.setTimer };
  return { timers, check: checkMailbox(of, { ...clock, stepMs: STEP_MS, totalMs: TOTAL_MS, ...options }) };
}

const run = (of: SenderAccount, options: Partial<CheckOptions> = {}): Promise<MailboxCheck> => begin(of, options).check;

/** `dns skipped, tcp ok, tls failed certificate-name, ...` */
const told = ({ steps }: Pick<MailboxCheck, "steps">): string =>
  steps.map(({ step, status, failure }) => [step, status, failure?.code].filter(Boolean).join(" ")).join(", ");

describe("a mailbox that works", () => {
  it.each([
    ["starttls", "dns ok, tcp ok, greeting ok, tls ok, login ok, mail-from ok, rcpt ok, quit ok"],
    ["tls", "dns ok, tcp ok, tls ok, greeting ok, login ok, mail-from ok, rcpt ok, quit ok"],
  ] as const)("with %s passes every step, in the order of the conversation, and sends nothing", async (security, steps) => {
    const server = await accepting({ security, login: LOGIN });
    const seen: CheckStep[] = [];
    const tls = { ca: TEST_CERTIFICATE };
    const options = { tls, rcptTo: "lead@example.test", onStep: (step: CheckStep) => void seen.push(step) };
    const check = await run(account(server.port, { host: "localhost", security, ...LOGIN }), options);
    expect([told(check), check.ok, check.guesses]).toEqual([steps, true, []]);
    expect(seen).toEqual(check.steps);
    expect(server.mails).toEqual([]);
  });

  it("is asked about the sender, and takes leave; no recipient and no message is named unless told to", async () => {
    const server = await rude();
    const check = await run(account(server.port));
    expect(told(check)).toBe("dns skipped, tcp ok, greeting ok, tls skipped, login skipped, mail-from ok, rcpt skipped, quit ok");
    expect(server.commands.slice(1)).toEqual(["MAIL FROM:<anna@acme.test>", "QUIT"]);
    expect(check.steps.find(({ step }) => step === "mail-from")?.words).toBe("250 2.1.0 sender ok");
  });
});

describe("a mailbox that does not work", () => {
  const CASES: readonly (readonly [what: string, script: RudeScript, told: string])[] = [
    ["greets with a refusal", { at: "greeting", does: { reply: "554 5.7.1 not you" } }, "greeting failed greeting-refused"],
    ["speaks another language", { at: "greeting", does: { reply: "+OK POP3 ready" } }, "greeting failed not-smtp"],
    ["hangs up at once", { at: "connect", does: "drop" }, "greeting failed connection-lost"],
    ["refuses the login", { at: "auth", does: { reply: "535 5.7.8 bad" } }, "login failed wrong-password"],
    [
      "wants an app password",
      { at: "auth", does: { reply: "534-5.7.9 Application-specific password required" + "\r\n534 5.7.9 see help" } },
      "login failed app-password-needed",
    ],
    ["cannot check logins now", { at: "auth", does: { reply: "454 4.7.0 later" } }, "login failed login-unavailable"],
    ["refuses the sender", { at: "mail", does: { reply: "553 5.7.1 not owned by anna" } }, "mail-from failed sender-refused"],
    ["is over its limit", { at: "mail", does: { reply: "450 4.7.28 unusual rate" } }, "mail-from failed rate-limited"],
    ["greylists", { at: "rcpt", does: { reply: "451 4.7.1 Greylisted, try again later" } }, "rcpt failed come-back-later"],
    ["relays nothing", { at: "rcpt", does: { reply: "554 5.7.1 Relay access denied" } }, "rcpt failed login-needed"],
    ["knows no such user", { at: "rcpt", does: { reply: "550 5.1.1 no such user" } }, "rcpt failed recipient-unknown"],
  ];

  it.each(CASES)("%s: the step is named with its remedy", async (_what, script, expected) => {
    const server = await rude({ offers: ["AUTH PLAIN"], ...script });
    const check = await run(account(server.port, LOGIN), { rcptTo: "lead@example.test" });
    expect(told(check)).toContain(expected);
    expect(check.ok).toBe(false);
    expect(check.steps.find(({ status }) => status === "failed")?.failure?.remedy).toMatch(/\w+.*\.$/);
    expect(server.commands.filter((line) => line.startsWith("DATA"))).toEqual([]);
  });

  it("a certificate that nobody vouches for stops it before the password is said", async () => {
    const server = await accepting({ security: "tls", login: LOGIN });
    const check = await run(account(server.port, { security: "tls", ...LOGIN }));
    expect(told(check)).toMatch(/tls failed certificate-untrusted, greeting skipped, login skipped/);
  });

  it("another server's certificate is told from an untrusted one", async () => {
    const server = await accepting({ security: "starttls", host: "127.0.0.2" });
    const check = await run(account(server.port, { host: "127.0.0.2", security: "starttls" }), { tls: { ca: TEST_CERTIFICATE } });
    expect(told(check)).toContain("tls failed certificate-name");
  });

  it("TLS on a port that begins in clear is answered with STARTTLS, and with servers to try", async () => {
    const server = await accepting({ security: "starttls" });
    const check = await run(account(server.port, { security: "tls" }));
    expect(told(check)).toContain("tls failed wants-starttls");
    expect(check.guesses).toContainEqual({ host: "127.0.0.1", port: 587, security: "starttls" });
  });

  it("a server without STARTTLS is named, and no login is tried", async () => {
    const server = await accepting({ security: "none", login: LOGIN });
    const check = await run(account(server.port, { security: "starttls", ...LOGIN }));
    expect(told(check)).toContain("greeting ok, tls failed no-starttls, login skipped");
  });

  it("nobody listens: the connection fails, and nothing after it is tried", async () => {
    const closed = createServer();
    const port = await new Promise<number>((resolve) => {
      closed.listen(0, "127.0.0.1", () => resolve((closed.address() as { port: number }).port));
    });
    await new Promise((resolve) => closed.close(resolve));
    expect(told(await run(account(port)))).toMatch(/^dns skipped, tcp failed refused, greeting skipped, .*quit skipped$/);
  });
});

describe("time", () => {
  it("a silent server costs one step's time, and its connection is closed", async () => {
    const server = await rude({ at: "connect", does: "silence" });
    let connected: () => void = () => undefined;
    const isConnected = new Promise<void>((resolve) => {
      connected = resolve;
    });
    const onStep = ({ step }: CheckStep): void => (step === "tcp" ? connected() : undefined);
    const { check, timers } = begin(account(server.port), { onStep });
    await isConnected;
    await timers.fire(STEP_MS);
    expect(told(await check)).toContain("tcp ok, greeting failed greeting-timeout, tls skipped");
    expect(timers.count).toBe(0);
    await server.dropAll();
  });

  it.each([
    ["out-of-time", (timers: ManualTimers) => timers.fire(TOTAL_MS)],
    ["cancelled", async (_timers: ManualTimers, abort: AbortController) => abort.abort()],
  ] as const)("the whole check ends, %s, wherever it is", async (code, end) => {
    const server = await rude({ at: "mail", does: "silence" });
    const abort = new AbortController();
    const { check, timers } = begin(account(server.port), { signal: abort.signal });
    await server.until(({ commands }) => commands.some((line) => line.startsWith("MAIL")));
    await end(timers, abort);
    expect(told(await check)).toContain(`mail-from failed ${code}`);
    expect(timers.count).toBe(0);
  });
});

it("what a server repeats of the login is masked", async () => {
  const base64 = Buffer.from(`\0anna\0${PASSWORD}`).toString("base64");
  const server = await rude({
    at: "auth",
    offers: ["AUTH PLAIN"],
    does: { reply: `535 5.7.8 no ${PASSWORD.slice(0, 6)} ${base64} ${Buffer.from(PASSWORD).toString("base64")}` },
  });
  const check = await run(account(server.port, { ...LOGIN, password: PASSWORD }));
  const words = check.steps.find(({ step }) => step === "login")?.words ?? "";
  expect(words).toBe("535 5.7.8 no s3cret *** ***");
});
