import { afterEach, describe, expect, it } from "vitest";
import type { Permit } from "../src/domain/hand-over.ts";
import { classify } from "../src/domain/outcome.ts";
import { type RudeScript, type RudeServer, startRudeServer } from "./servers/rude-server.ts";
import { BOUNDS, ENVELOPE, IDLE_MS, MESSAGE, mailboxAt, PERMIT_WITHIN_MS, SmtpBench } from "./servers/smtp-bench.ts";

let started: RudeServer | undefined;
afterEach(() => started?.close());

async function stand(...scripts: (RudeScript | undefined)[]) {
  const bench = new SmtpBench();
  const server = await startRudeServer(scripts);
  started = server;
  return { bench, server, mailbox: mailboxAt(server.port), transport: bench.transport };
}

describe("the point of no return", () => {
  it("comes after every byte of the body has reached the server, and before the dot", async () => {
    const { bench, server, mailbox, transport } = await stand();
    const message = Buffer.alloc(300_000, `${"x".repeat(74)}\r\n`);
    let dotsAtCommit = -1;
    const handOver = bench.handOver({
      beforeDot: async () => {
        await server.until(({ bodyBytes }) => bodyBytes >= message.length);
        dotsAtCommit = server.dots.length;
        return { go: true, monotonicMs: bench.monotonicMs };
      },
    });
    const conversation = await transport.send(mailbox, ENVELOPE, message, handOver);
    expect(conversation).toMatchObject({ stage: "dot", dotSent: true, reply: { code: 250, enhanced: "2.0.0" } });
    expect(dotsAtCommit).toBe(0);
    expect(handOver.told).toEqual(["connected", "inBody", "bodySent", "beforeDot", "dotSent"]);
    expect(server.accepted).toEqual([{ ...ENVELOPE, data: `${message.toString()}\r\n` }]);
  });

  const refusals: Record<string, { beforeDot: (bench: SmtpBench) => Promise<Permit>; why: RegExp }> = {
    "is refused": { beforeDot: async () => ({ go: false, why: "the campaign was paused" }), why: /paused/ },
    "fails to commit": { beforeDot: () => Promise.reject(new Error("database is locked")), why: /database is locked/ },
    "throws at once": {
      beforeDot: () => {
        throw new Error("a bug");
      },
      why: /a bug/,
    },
    "was granted too long ago": {
      beforeDot: async (bench) => {
        const permit = { go: true, monotonicMs: bench.monotonicMs } as const;
        bench.monotonicMs += 2_001;
        return permit;
      },
      why: /2001 ms old/,
    },
  };
  it.each(Object.entries(refusals))("%s: the server has no complete message", async (_name, { beforeDot, why }) => {
    const { bench, server, mailbox, transport } = await stand();
    const handOver = bench.handOver({ beforeDot: () => beforeDot(bench) });
    const conversation = await transport.send(mailbox, ENVELOPE, MESSAGE, handOver);
    expect(conversation).toMatchObject({
      stage: "body",
      dotSent: false,
      fault: { kind: "withheld" },
    });
    expect(conversation.fault?.message).toMatch(why);
    expect(classify(conversation).outcome).toBe("withheld");
    await transport.close();
    await transport.send(mailbox, ENVELOPE, MESSAGE, bench.handOver());
    expect(server.connections).toBe(2);
    expect(server.dots).toHaveLength(1);
    expect(handOver.told).not.toContain("dotSent");
  });

  it("still allows the dot at the very end of the permit's life", async () => {
    const { bench, server, mailbox, transport } = await stand();
    const beforeDot = async (): Promise<Permit> => {
      bench.monotonicMs += 2_000;
      return { go: true, monotonicMs: bench.monotonicMs - 2_000 };
    };
    expect(await transport.send(mailbox, ENVELOPE, MESSAGE, bench.handOver({ beforeDot }))).toMatchObject({ dotSent: true });
    expect(server.accepted).toHaveLength(1);
  });

  it("that never comes is given up, and a permit that comes later lets nothing leave", async () => {
    const { bench, server, mailbox, transport } = await stand();
    let permit: (permit: Permit) => void = () => {};
    const beforeDot = () => new Promise<Permit>((resolve) => (permit = resolve));
    const sending = transport.send(mailbox, ENVELOPE, MESSAGE, bench.handOver({ beforeDot }));
    await bench.timers.fire(PERMIT_WITHIN_MS);
    expect(await sending).toMatchObject({ stage: "body", dotSent: false, fault: { kind: "withheld" } });
    permit({ go: true, monotonicMs: bench.monotonicMs });
    await transport.close();
    expect(server.dots).toEqual([]);
  });

  it("attempts no dot when the connection died during the commit, and waits for the commit to end", async () => {
    const { bench, server, mailbox, transport } = await stand();
    let isCommitted = false;
    const beforeDot = async (): Promise<Permit> => {
      await server.dropAll();
      isCommitted = true;
      return { go: true, monotonicMs: bench.monotonicMs };
    };
    const handOver = bench.handOver({ beforeDot });
    const conversation = await transport.send(mailbox, ENVELOPE, MESSAGE, handOver);
    expect(isCommitted).toBe(true);
    expect(conversation).toMatchObject({ stage: "body", dotSent: false, fault: { kind: "lost" } });
    expect(handOver.told).not.toContain("dotSent");
  });

  it("passes on a refusal that came during the commit instead of sending the dot", async () => {
    const { bench, server, mailbox, transport } = await stand({ at: "mid-body", does: { reply: "421 4.4.2 too slow" } });
    const beforeDot = async (): Promise<Permit> => {
      await server.until(({ bodyBytes }) => bodyBytes >= MESSAGE.length);
      return { go: true, monotonicMs: bench.monotonicMs };
    };
    const conversation = await transport.send(mailbox, ENVELOPE, MESSAGE, bench.handOver({ beforeDot }));
    expect(conversation).toMatchObject({ stage: "body", dotSent: false, reply: { code: 421 } });
    expect(server.dots).toEqual([]);
  });

  it.each(["connected", "inBody", "bodySent", "dotSent"] as const)("keeps the dot back when the hook %s throws", async (hook) => {
    const { bench, server, mailbox, transport } = await stand();
    const broken = (): never => {
      throw new Error("hook broke");
    };
    const conversation = await transport.send(mailbox, ENVELOPE, MESSAGE, bench.handOver({ [hook]: broken }));
    expect(conversation).toMatchObject({ dotSent: false, fault: { kind: "withheld", message: "hook broke" } });
    await transport.close();
    expect(server.dots).toEqual([]);
  });
});

describe("an abort", () => {
  it("before anything was said connects to nobody", async () => {
    const { bench, server, mailbox, transport } = await stand();
    const conversation = await transport.send(mailbox, ENVELOPE, MESSAGE, bench.handOver(), AbortSignal.abort());
    expect(conversation).toMatchObject({ stage: "connect", dotSent: false, fault: { kind: "withheld" } });
    expect(server.connections).toBe(0);
  });

  it("during the commit leaves the message incomplete, whatever the commit says", async () => {
    const { bench, server, mailbox, transport } = await stand();
    const stop = new AbortController();
    const beforeDot = async (): Promise<Permit> => {
      stop.abort();
      return { go: true, monotonicMs: bench.monotonicMs };
    };
    const conversation = await transport.send(mailbox, ENVELOPE, MESSAGE, bench.handOver({ beforeDot }), stop.signal);
    expect(conversation).toMatchObject({ stage: "body", dotSent: false, fault: { kind: "withheld" } });
    await transport.close();
    expect(server.dots).toEqual([]);
  });

  it("while a silent server is waited for ends the wait", async () => {
    const { bench, server, mailbox, transport } = await stand({ at: "mail", does: "silence" });
    const stop = new AbortController();
    const sending = transport.send(mailbox, ENVELOPE, MESSAGE, bench.handOver(), stop.signal);
    await server.until(({ commands }) => commands.some((line) => line.startsWith("MAIL")));
    stop.abort();
    expect(await sending).toMatchObject({ stage: "mail", dotSent: false, fault: { kind: "withheld" } });
  });

  it("after the dot leaves an unknown outcome", async () => {
    const { bench, server, mailbox, transport } = await stand({ at: "accepted", does: "silence" });
    const stop = new AbortController();
    const sending = transport.send(mailbox, ENVELOPE, MESSAGE, bench.handOver(), stop.signal);
    await server.until(({ accepted }) => accepted.length === 1);
    stop.abort();
    const conversation = await sending;
    expect(conversation).toMatchObject({ stage: "dot", dotSent: true });
    expect(classify(conversation).outcome).toBe("unknown");
  });
});

describe("a connection", () => {
  it("is kept after a clean acceptance and used for the mailbox's next mail", async () => {
    const { bench, server, mailbox, transport } = await stand();
    for (const to of ["one@example.test", "two@example.test", "three@example.test"]) {
      await transport.send(mailbox, { ...ENVELOPE, to }, MESSAGE, bench.handOver());
    }
    expect(server.connections).toBe(1);
    expect(server.accepted.map(({ to }) => to)).toEqual(["one@example.test", "two@example.test", "three@example.test"]);
    await transport.close();
    expect(server.commands.at(-1)).toBe("QUIT");
  });

  it("is not shared with another login on the same server", async () => {
    const { bench, server, mailbox, transport } = await stand();
    await transport.send(mailbox, ENVELOPE, MESSAGE, bench.handOver());
    const auth = { kind: "password", user: "bob", password: "secret" } as const;
    await transport.send({ ...mailbox, auth }, ENVELOPE, MESSAGE, bench.handOver());
    expect(server.connections).toBe(2);
  });

  it("is not used again after a refusal", async () => {
    const { bench, server, mailbox, transport } = await stand({ at: "rcpt", does: { reply: "550 5.1.1 no such user" } });
    await transport.send(mailbox, ENVELOPE, MESSAGE, bench.handOver());
    await transport.send(mailbox, ENVELOPE, MESSAGE, bench.handOver());
    expect(server.connections).toBe(2);
  });

  it("is given up when it was idle for long enough, and kept for no time at all when told so", async () => {
    const { bench, server, mailbox, transport } = await stand();
    await transport.send(mailbox, ENVELOPE, MESSAGE, bench.handOver());
    await bench.timers.fire(IDLE_MS);
    await server.until(({ commands }) => commands.at(-1) === "QUIT");

    const hasty = new SmtpBench({ idleMs: 0 });
    await hasty.transport.send(mailbox, ENVELOPE, MESSAGE, hasty.handOver());
    await hasty.transport.send(mailbox, ENVELOPE, MESSAGE, hasty.handOver());
    expect(server.connections).toBe(3);
  });

  it("carries no more mails than it may", async () => {
    const bench = new SmtpBench({ mailsPerConnectionMax: 2 });
    const server = await startRudeServer();
    started = server;
    for (let mails = 0; mails < 4; mails += 1)
      await bench.transport.send(mailboxAt(server.port), ENVELOPE, MESSAGE, bench.handOver());
    expect(server.connections).toBe(2);
  });

  const deaths: Record<string, RudeScript> = {
    "drops at the next MAIL": { at: "mail", does: "drop", onMail: 2 },
    "resets at the next MAIL": { at: "mail", does: "reset", onMail: 2 },
    "answers the next MAIL with 421": { at: "mail", does: { reply: "421 4.4.2 too many mails", thenDrop: true }, onMail: 2 },
  };
  it.each(Object.entries(deaths))("that %s is replaced by one new one, unnoticed by the engine", async (_name, script) => {
    const { bench, server, mailbox, transport } = await stand(script);
    await transport.send(mailbox, ENVELOPE, MESSAGE, bench.handOver());
    const handOver = bench.handOver();
    expect(await transport.send(mailbox, ENVELOPE, MESSAGE, handOver)).toMatchObject({ dotSent: true, reply: { code: 250 } });
    expect(handOver.told).toEqual(["connected", "inBody", "bodySent", "beforeDot", "dotSent"]);
    expect(server.connections).toBe(2);
    expect(server.accepted).toHaveLength(2);
  });

  it("is replaced only once", async () => {
    const { bench, server, mailbox, transport } = await stand(
      { at: "mail", does: "drop", onMail: 2 },
      { at: "mail", does: "drop" },
    );
    await transport.send(mailbox, ENVELOPE, MESSAGE, bench.handOver());
    const conversation = await transport.send(mailbox, ENVELOPE, MESSAGE, bench.handOver());
    expect(conversation).toMatchObject({ stage: "mail", dotSent: false, fault: { kind: "lost" } });
    expect(server.connections).toBe(2);
  });

  it("on which the server spoke after it had taken the mail is not used again", async () => {
    const reply = "250 2.0.0 queued\r\n421 4.4.2 idle for too long";
    const { bench, server, mailbox, transport } = await stand({ at: "accepted", does: { reply } });
    expect(await transport.send(mailbox, ENVELOPE, MESSAGE, bench.handOver())).toMatchObject({
      stage: "dot",
      reply: { code: 250 },
    });
    expect(await transport.send(mailbox, ENVELOPE, MESSAGE, bench.handOver())).toMatchObject({
      stage: "dot",
      reply: { code: 250 },
    });
    expect(server.connections).toBe(2);
  });

  it("that the server closed while it was idle is not tried at all", async () => {
    const { bench, server, mailbox, transport } = await stand();
    await transport.send(mailbox, ENVELOPE, MESSAGE, bench.handOver());
    await server.dropAll();
    const handOver = bench.handOver();
    expect(await transport.send(mailbox, ENVELOPE, MESSAGE, handOver)).toMatchObject({ reply: { code: 250 } });
    expect(server.connections).toBe(2);
    expect(handOver.told.filter((what) => what === "connected")).toHaveLength(1);
  });

  it("leaves no timer behind", async () => {
    const { bench, mailbox, transport } = await stand(
      undefined,
      { at: "rcpt", does: { reply: "550 no" } },
      { at: "accepted", does: "drop" },
    );
    for (let mails = 0; mails < 3; mails += 1) {
      await transport.send({ ...mailbox, helloName: `mail-${mails}.test` }, ENVELOPE, MESSAGE, bench.handOver());
    }
    await transport.close();
    expect(bench.timers.count).toBe(0);
  });

  it("that cannot be made is the mailbox's trouble", async () => {
    const { bench, server, transport } = await stand();
    const { port } = server;
    await server.close();
    const refused = await transport.send(mailboxAt(port), ENVELOPE, MESSAGE, bench.handOver());
    expect(refused).toMatchObject({ stage: "connect", dotSent: false, fault: { kind: "refused" } });
    const unheard = await transport.send(mailboxAt(25, { host: "mail.invalid" }), ENVELOPE, MESSAGE, bench.handOver());
    expect(unheard).toMatchObject({ stage: "connect", dotSent: false, fault: { kind: "dns" } });
    const impossible = await transport.send(mailboxAt(70_000), ENVELOPE, MESSAGE, bench.handOver());
    expect(impossible).toMatchObject({ stage: "connect", dotSent: false, fault: { kind: "refused" } });
    expect([refused, unheard, impossible].map((end) => classify(end).outcome)).toEqual(Array(3).fill("mailbox-trouble"));
  });

  it("whose server trickles a reply without end is broken off when the reply's time is over", async () => {
    const { bench, server, mailbox, transport } = await stand({ at: "mail", does: { reply: "250-one\r\n250-two" } });
    const sending = transport.send(mailbox, ENVELOPE, MESSAGE, bench.handOver());
    await server.until(({ commands }) => commands.some((line) => line.startsWith("MAIL")));
    await bench.timers.fire(BOUNDS.commandMs);
    expect(await sending).toMatchObject({ stage: "mail", dotSent: false, fault: { kind: "timeout" } });
  });
});
