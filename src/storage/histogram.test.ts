import { describe, expect, it } from "vitest";
import { joined, NOTHING, summaryOf, together } from "./histogram.ts";

describe("a histogram", () => {
  it("has no summary when it is empty", () => {
    expect(summaryOf(NOTHING, 0.95)).toBeUndefined();
  });

  it("knows its mean, and a percentile to the end of its bucket", () => {
    const fast = joined([[{ bucket: 3, sumMs: 95 * 35, n: 95 }]]);
    const slow = joined([[{ bucket: 190, sumMs: 5 * 10_500, n: 5 }]]);
    const all = together(fast, slow);
    expect(summaryOf(all, 0.95)).toEqual({ meanMs: 558, shareMs: 40 });
    expect(summaryOf(all, 0.96)).toEqual({ meanMs: 558, shareMs: 11_000 });
  });
});
