import { describe, expect, it } from "vitest";
import { type Alert, alertMail, causeOf, partsOfCause, reviseAlerts, type Trouble } from "./alerts.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "./instant.ts";

const NOW = Date.parse("2026-03-02T09:00:00Z");
const trouble = (kind: Trouble["kind"], count = 1): Trouble => ({ kind, subjectId: 7, count, say: (n) => `${n} of ${kind}` });

/** Looks at the given minutes, with what is found at each; returns the minutes at which something was told. */
function toldAt(looks: readonly (readonly [minute: number, ...found: Trouble[]])[]): number[] {
  const known = new Map<string, Alert>();
  return looks.flatMap(([minute, ...found]) => {
    const { save, remove, tell } = reviseAlerts([...known.values()], found, NOW + minute * MINUTE_MS);
    for (const alert of save) known.set(alert.cause, alert);
    for (const cause of remove) known.delete(cause);
    return tell.length > 0 ? [minute] : [];
  });
}

describe("an alert", () => {
  const failed = trouble("mail-failed");
  const late = trouble("scheduler-late");
  const attention = trouble("mailbox-attention");

  it("is told at once, and again after an hour if it has come up since", () => {
    expect(
      toldAt([
        [0, failed],
        [1, failed],
        [59, failed],
        [61, failed],
      ]),
    ).toEqual([0, 61]);
    expect(toldAt([[0, failed], [1, failed], [30], [62], [125], [190]])).toEqual([0, 62]);
    expect(toldAt([[0, failed], [30], [61], [119]])).toEqual([0]);
  });

  it("that only lasts is brought back to mind a day later", () => {
    const hours = Array.from({ length: 30 }, (_, hour) => [hour * 60, attention] as const);
    expect(toldAt(hours)).toEqual([0, DAY_MS / MINUTE_MS]);
  });

  it("that grows is told again after an hour", () => {
    expect(
      toldAt([
        [0, trouble("mail-unconfirmed", 1)],
        [5, trouble("mail-unconfirmed", 3)],
        [60, trouble("mail-unconfirmed", 3)],
      ]),
    ).toEqual([0, 60]);
  });

  it("that comes and goes by itself is told once in the hour", () => {
    expect(toldAt([[0, late], [1], [2, late], [3], [58, late], [59], [61, late]])).toEqual([0, 61]);
  });

  it("that a person has ended is news when it comes back", () => {
    expect(toldAt([[0, attention], [10], [20, attention]])).toEqual([0, 20]);
  });

  it("counts what came up meanwhile, and begins anew after its end", () => {
    const first = reviseAlerts([], [trouble("mail-failed", 2)], NOW).save;
    const second = reviseAlerts(first, [trouble("mail-failed", 3)], NOW + 1).save;
    expect(second).toMatchObject([{ count: 5, text: "5 of mail-failed", firstAt: NOW, lastAt: NOW + 1, toldAt: NOW }]);
    const ended = reviseAlerts(first, [], NOW + HOUR_MS).save;
    expect(ended).toMatchObject([{ endedAt: NOW + HOUR_MS }]);
    expect(reviseAlerts(ended, [trouble("mail-failed")], NOW + 2 * HOUR_MS).tell).toMatchObject([
      { count: 1, firstAt: NOW + 2 * HOUR_MS },
    ]);
    expect(reviseAlerts(ended, [], NOW + 2 * HOUR_MS).remove).toEqual(["mail-failed:7"]);
  });

  it("writes nothing for what is as it was", () => {
    const { save } = reviseAlerts([], [attention], NOW);
    expect(reviseAlerts(save, [attention], NOW + MINUTE_MS)).toEqual({ save: [], remove: [], tell: [] });
  });

  it("is known again by its cause", () => {
    expect([attention, { kind: "frozen" } as const].map(causeOf)).toEqual(["mailbox-attention:7", "frozen"]);
    expect(partsOfCause("mailbox-attention:7")).toEqual({ kind: "mailbox-attention", subjectId: 7 });
    expect(() => partsOfCause("gossip:7")).toThrow("gossip:7");
  });

  it("is one mail together with others", () => {
    const { save } = reviseAlerts([], [attention, late], NOW);
    const { subject, text } = alertMail(save, "https://mail.company.example");
    expect(subject).toBe("Goniec: 2 alerts");
    expect(text).toContain("1 of scheduler-late\n  Since 2026-03-02T09:00:00.000Z.");
    expect(text).toContain("https://mail.company.example");
  });
});
