import { expect, it } from "vitest";
import { standingHere } from "./old-standing.ts";

it.each([
  ["ACTIVE", "BLOCKED", undefined, "BLOCKED"],
  ["ACTIVE", "TEST", undefined, "ON_HOLD"],
  ["BLOCKED", "ACTIVE", undefined, "BLOCKED"],
  ["BLOCKED", "ON_HOLD", "ACTIVE", "BLOCKED"],
  ["ON_HOLD", "BLOCKED", "ON_HOLD", "BLOCKED"],
  // A person here has lifted the block since it was read.
  ["ACTIVE", "BLOCKED", "BLOCKED", "ACTIVE"],
] as const)("a lead that is %s here and %s there, and was %s there before, becomes %s", (here, there, before, becomes) => {
  expect(standingHere(here, there, before)).toBe(becomes);
});
