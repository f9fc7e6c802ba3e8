import { expect, it } from "vitest";
import type { SandboxMail } from "../mail/sandbox.ts";
import { isFlawless, reportOf } from "./demo-report.ts";

function mail(to: string, receivedAt: number, from = "anna@demo.test"): SandboxMail {
  return { to, from, receivedAt, login: "anna", raw: Buffer.alloc(0) };
}

it("counts what the inbox has: mails, gaps and mailboxes", () => {
  const report = reportOf(["a", "b", "c"], [mail("a", 1_000), mail("b", 2_000, "jan@demo.test"), mail("c", 3_500)]);
  expect(report).toEqual({
    leads: 3,
    sent: 3,
    duplicates: 0,
    missing: [],
    mailboxes: { "anna@demo.test": 2, "jan@demo.test": 1 },
    gaps: { minMs: 1_000, meanMs: 1_250, maxMs: 1_500 },
  });
  expect(isFlawless(report)).toBe(true);
});

it("a mail that came twice is a duplicate, and one that did not come is missing", () => {
  const report = reportOf(["a", "b"], [mail("a", 1), mail("a", 2)]);
  expect(report).toMatchObject({ duplicates: 1, missing: ["b"] });
  expect(isFlawless(report)).toBe(false);
  expect(isFlawless(reportOf(["a"], [mail("a", 1), mail("a", 2)]))).toBe(false);
});
