import { describe, expect, it } from "vitest";
import { failuresBefore, networkOf, nextTryAt, TRIES_FORGOTTEN_MS } from "./sign-in-delay.ts";

describe("the delay before another try to sign in", () => {
  const delays = (kind: "email" | "network", counts: readonly number[]): number[] =>
    counts.map((failures) => nextTryAt(kind, { failures, lastAt: 1_000 }, 1_000) - 1_000);

  it("is none for the first few, doubles with each failure, and ends at a minute", () => {
    expect(nextTryAt("email", undefined, 7)).toBe(7);
    expect(delays("email", [1, 4, 5, 6, 8, 11, 1_000_000])).toEqual([0, 0, 1_000, 2_000, 8_000, 60_000, 60_000]);
    expect(delays("network", [19, 20, 21, 1_000_000])).toEqual([0, 1_000, 2_000, 60_000]);
  });

  it("passes, and is forgotten after an hour without a failure", () => {
    expect(nextTryAt("email", { failures: 6, lastAt: 1_000 }, 3_000)).toBe(3_000);
    expect(failuresBefore({ failures: 6, lastAt: 0 }, TRIES_FORGOTTEN_MS - 1)).toBe(6);
    expect(failuresBefore({ failures: 6, lastAt: 0 }, TRIES_FORGOTTEN_MS)).toBe(0);
    expect(failuresBefore(undefined, 0)).toBe(0);
  });
});

describe("the network of an address", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:1:2:ffff::9", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ])("%s is %s", (ip, network) => {
    expect(networkOf(ip)).toBe(network);
  });
});
