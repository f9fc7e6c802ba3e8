import { describe, expect, it } from "vitest";
import type { Conversation } from "./outcome.ts";
import { judge, type SettledMail } from "./settlement.ts";

const now = 1_000_000;
const mail = (changes: Partial<SettledMail> = {}): SettledMail => ({
  attempt: 0,
  retryDelaysMs: [60_000, 300_000, 900_000],
  cancelled: false,
  ...changes,
});
const answered = (text: string, stage: Conversation["stage"] = "rcpt"): Conversation => ({
  stage,
  dotSent: stage === "dot",
  reply: {
    code: Number(text.slice(0, 3)),
    text,
    ...(/^\d+ (\d\.\d+\.\d+)/.test(text) && { enhanced: text.split(" ")[1] ?? "" }),
  },
});
const broken = (stage: Conversation["stage"], dotSent = false): Conversation => ({
  stage,
  dotSent,
  fault: { kind: "lost", message: "connection lost" },
});

describe("the table of outcomes", () => {
  it("a 250 after the body is sent and keeps its allowance", () => {
    expect(judge(mail(), answered("250 ok", "dot"), now)).toMatchObject({
      ledger: "sent",
      queue: "sent",
      lead: "sent",
      giveBack: false,
      mailbox: "works",
    });
  });

  it("a temporary refusal is retried after 1, 5 and 15 min and fails after the third retry", () => {
    const verdicts = [0, 1, 2, 3].map((attempt) => judge(mail({ attempt }), answered("451 4.3.0 later"), now));
    expect(verdicts.map((verdict) => verdict.notBefore)).toEqual([now + 60_000, now + 300_000, now + 900_000, undefined]);
    expect(verdicts.map((verdict) => verdict.queue)).toEqual(["pending", "pending", "pending", "failed"]);
    expect(verdicts.every((verdict) => verdict.giveBack)).toBe(true);
  });

  it("greylisting has its own, longer delays", () => {
    expect(judge(mail(), answered("451 4.7.1 greylisted, please try again"), now).notBefore).toBe(now + 600_000);
  });

  it("a permanent refusal fails at once, and an unknown user is suppressed", () => {
    expect(judge(mail(), answered("550 5.7.1 rejected by policy"), now)).toMatchObject({ queue: "failed", suppress: undefined });
    expect(judge(mail(), answered("550 5.1.1 no such user"), now)).toMatchObject({
      queue: "failed",
      suppress: expect.stringContaining("no such user"),
    });
  });

  it("the mailbox's trouble costs the lead nothing", () => {
    expect(judge(mail({ attempt: 2 }), broken("connect"), now)).toMatchObject({
      queue: "pending",
      lead: "retrying",
      attempt: 2,
      giveBack: true,
      mailbox: "rest",
    });
    expect(judge(mail(), answered("535 5.7.8 bad password", "auth"), now)).toMatchObject({
      queue: "pending",
      lead: "planned",
      attempt: 0,
      mailbox: "attention",
    });
  });

  it("a connection lost after the dot is unknown and keeps its allowance", () => {
    expect(judge(mail(), broken("dot", true), now)).toMatchObject({
      ledger: "unconfirmed",
      queue: "unconfirmed",
      lead: "unconfirmed",
      giveBack: false,
    });
  });

  it("a mail that we withheld waits again, or ends when its lead or campaign did", () => {
    const withheld: Conversation = { stage: "body", dotSent: false, fault: { kind: "withheld", message: "gate" } };
    expect(judge(mail(), withheld, now)).toMatchObject({ queue: "pending", giveBack: true, mailbox: "none" });
    const bar = { kind: "lead", bar: { why: "suppressed", detail: "asked" } } as const;
    expect(judge(mail({ withheld: bar }), withheld, now)).toMatchObject({
      queue: "skipped",
      lead: "skipped",
      summary: "suppressed: asked",
    });
    expect(judge(mail({ cancelled: true }), withheld, now)).toMatchObject({ queue: "cancelled", lead: "skipped" });
    expect(judge(mail({ cancelled: true }), answered("451 4.3.0 later"), now)).toMatchObject({
      queue: "cancelled",
      notBefore: undefined,
    });
    expect(judge(mail({ withheld: { kind: "not-recorded", detail: "disk full" } }), withheld, now).notBefore).toBe(now + 60_000);
  });
});
