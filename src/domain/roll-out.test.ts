import { describe, expect, it } from "vitest";
import { nextStep, type RollOutCampaign } from "./roll-out.ts";

const there = (name: string): RollOutCampaign => ({ name, sender: "old-process", watch: "none", watchUntil: null });
const here = (name: string, watch: RollOutCampaign["watch"]): RollOutCampaign => ({
  name,
  sender: "goniec",
  watch,
  watchUntil: 1,
});

describe("the roll-out", () => {
  it("begins with an import, and then with a campaign to test with", () => {
    expect(nextStep([])).toMatchObject({ step: "import" });
    expect(nextStep([there("a"), there("b")])).toMatchObject({ step: "first" });
  });

  it("looks at alarms first, and waits for a watch that runs", () => {
    expect(nextStep([here("a", "running"), here("b", "alarmed"), there("c")])).toMatchObject({ step: "look", campaign: "b" });
    expect(nextStep([here("a", "running"), there("c")])).toMatchObject({ step: "wait", campaign: "a" });
  });

  it("goes on one by one, then with all that are left, until none is", () => {
    const passed = ["a", "b", "c"].map((name) => here(name, "passed"));
    expect(nextStep([here("a", "passed"), there("x"), there("y")])).toMatchObject({ step: "next", campaign: "x" });
    expect(nextStep([...passed, there("x"), there("y")])).toMatchObject({ step: "all" });
    expect(nextStep(passed)).toMatchObject({ step: "done" });
  });
});
