import { describe, expect, it } from "vitest";
import { durationText } from "./duration.ts";
import { causeText } from "./explain.ts";
import type { ClosedGate, MailboxBar } from "./gates.ts";
import { barText } from "./intent.ts";
import { classify, type SmtpStage } from "./outcome.ts";
import { type PhraseValue, readPhrase, say, whenText } from "./phrase.ts";
import { PHRASE_CODES, PHRASES, type PhraseCode } from "./phrases.ts";

const ZONE = "Europe/Warsaw";
const AT = Date.UTC(2026, 0, 7, 8, 0, 0);
const REPLY = "451 4.7.1 Greylisted; come back (in 5 minutes)";

/** What stands in the test's sentences, and what is to be read of it. */
const FILLINGS: Readonly<Record<string, readonly [written: string | number, read: PhraseValue]>> = {
  until: [whenText(ZONE, AT), { kind: "instant", at: AT, zone: ZONE }],
  duration: [durationText(5_400_000), { kind: "duration", durationMs: 5_400_000 }],
  address: ["ewa@example.test", { kind: "text", text: "ewa@example.test" }],
  section: ["html", { kind: "text", text: "html" }],
  system: ["ECONNRESET", { kind: "text", text: "ECONNRESET" }],
  quoted: ['"x"', { kind: "text", text: '"x"' }],
};
const NUMBERS = ["count", "used", "max", "seconds", "ms", "bytes", "line", "column"];

function fillingOf(name: string): readonly [string | number, PhraseValue] {
  if (NUMBERS.includes(name)) return [12, { kind: "number", number: 12 }];
  return FILLINGS[name] ?? [`the-${name}`, { kind: "text", text: `the-${name}` }];
}

const slotsOf = (code: PhraseCode): string[] => [...PHRASES[code].matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");

function sentenceOf(code: PhraseCode): string {
  const filling = slotsOf(code).map((name) => [name, name.startsWith("part") ? REPLY : fillingOf(name)[0]]);
  return (say as (code: PhraseCode, filling: object) => string)(code, Object.fromEntries(filling) as Record<string, string>);
}

describe("a stored sentence", () => {
  it.each(PHRASE_CODES)("is read as what it was said from: %s", (code) => {
    const slots = slotsOf(code);
    const values = slots.filter((name) => !name.startsWith("part")).map((name) => [name, fillingOf(name)[1]]);
    const parts = slots.some((name) => name.startsWith("part")) ? [{ text: REPLY, phrase: undefined }] : [];
    expect(readPhrase(sentenceOf(code))).toEqual({ code, values: Object.fromEntries(values), parts });
  });

  it("knows the sentences inside of it, and a server's words as a server's", () => {
    const summary = say("at-rcpt-to", { part: REPLY });
    const cause = readPhrase(say("tries-again", { address: "ewa@example.test", part: summary }));
    expect(cause?.parts[0]?.phrase).toEqual({ code: "at-rcpt-to", values: {}, parts: [{ text: REPLY, phrase: undefined }] });
  });

  it("of a fault is still itself where the stage stands behind it", () => {
    const faults = PHRASE_CODES.slice(PHRASE_CODES.indexOf("no-answer"));
    const read = faults.map((code) => readPhrase(say("after-message", { part: sentenceOf(code) })));
    expect(read.map((phrase) => phrase?.code)).toEqual(faults.map(() => "after-message"));
    expect(read.map((phrase) => phrase?.parts[0]?.phrase?.code)).toEqual(faults);
  });

  it.each(["", "250 OK", "asked by phone", "  next in order", "outside the allowed hours until noon", "x (at HOME)"])(
    "is not read where a person or a server wrote it: %j",
    (text) => {
      expect(readPhrase(text)).toBeUndefined();
    },
  );

  it("does not stop at a zone that nobody knows", () => {
    const text = "outside the allowed hours until Wed 2026-01-07 09:00:00 (No/Where)";
    expect(readPhrase(text)?.values["until"]).toMatchObject({ kind: "text" });
  });

  it("is read in time, however hostile its words are", () => {
    const words = `${"a@b (".repeat(20_000)}; x@y rests until`;
    expect(readPhrase(words)).toBeUndefined();
    expect(readPhrase(say("gate-mailboxes", { until: whenText(ZONE, AT), parts: words }))?.code).toBe("gate-mailboxes");
  });
});

const bar = (why: MailboxBar["why"], more: Partial<MailboxBar> = {}): MailboxBar => ({
  mailboxId: 1,
  address: "anna@acme.test",
  why,
  ...more,
});

const GATES: readonly (readonly [PhraseCode, ClosedGate])[] = [
  ["gate-start-time", { gate: "start-time", until: AT }],
  ["gate-hours", { gate: "hours", since: 0, until: AT }],
  ["gate-hours-never", { gate: "hours", since: 0 }],
  ["gate-holiday", { gate: "holiday", holiday: "Epiphany", since: 0, until: AT }],
  ["gate-pace", { gate: "pace", since: 0, until: AT, gapMs: 90_000 }],
  ["gate-long-pause", { gate: "long-pause", since: 0, until: AT, gapMs: 600_000 }],
  ["gate-campaign-limit", { gate: "campaign-limit", used: 3, max: 3, until: AT }],
  ["gate-no-mailbox", { gate: "mailboxes", bars: [] }],
  ["gate-mailboxes", { gate: "mailboxes", bars: [bar("off")], until: AT }],
  ["gate-mailboxes-open-end", { gate: "mailboxes", bars: [bar("busy")] }],
];

describe("what the domain says", () => {
  it.each(GATES)("of a closed gate is a phrase: %s", (code, gate) => {
    const phrase = readPhrase(causeText(gate, ZONE));
    expect(phrase?.code).toBe(code);
    if (gate.until !== undefined) expect(phrase?.values["until"]).toEqual({ kind: "instant", at: AT, zone: ZONE });
  });

  it("of each mailbox that is barred is a phrase, with times in the gate's zone", () => {
    const bars = [
      bar("off"),
      bar("attention", { detail: "535 5.7.8 no; see https://x.test (now)" }),
      bar("limit", { detail: "3 of 3", until: AT }),
      bar("resting", { detail: "451 slow; later", until: AT }),
      bar("min-gap", { until: AT }),
      bar("busy"),
    ];
    const phrase = readPhrase(causeText({ gate: "mailboxes", bars, until: AT }, ZONE));
    const codes = ["bar-off", "bar-attention", "bar-limit", "bar-resting", "bar-min-gap", "bar-busy"];
    expect(phrase?.parts.map((part) => part.phrase?.code)).toEqual(codes);
    expect(phrase?.parts[3]?.phrase?.values["until"]).toEqual({ kind: "instant", at: AT, zone: ZONE });
    expect(phrase?.parts[1]?.phrase?.parts[0]?.text).toBe("535 5.7.8 no; see https://x.test (now)");
  });

  it.each([
    ["missing-field", "missing-field", "company"],
    ["suppressed", "suppressed", "asked by phone"],
    ["unusable", "unusable", "the body comes out empty"],
  ] as const)("of a lead that gets no mail is a phrase: %s", (why, code, detail) => {
    expect(readPhrase(barText({ why, detail }))?.code).toBe(code);
  });

  it.each(["connect", "greeting", "tls", "auth", "mail", "rcpt", "data", "body", "dot"] as const)(
    "of a conversation that ended at %s is a phrase around the server's words",
    (stage: SmtpStage) => {
      const reply = { code: 451, text: REPLY };
      const { summary } = classify({ stage, dotSent: false, reply });
      expect(readPhrase(summary)?.parts).toEqual([{ text: REPLY, phrase: undefined }]);
    },
  );
});
