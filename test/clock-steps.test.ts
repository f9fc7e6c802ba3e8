import { describe, expect, it } from "vitest";
import { at, facts } from "./builders.ts";
import { VirtualClock } from "../src/simulation/virtual-clock.ts";
import { ClockAnchors } from "../src/engine/clock-steps.ts";

const start = at("2025-11-05T09:00");

describe("anchors", () => {
  it.each([-7_200_000, 7_200_000])(
    "know how long ago the last start and hand-over really were when the clock is set by %i ms",
    async (stepMs) => {
      const clock = new VirtualClock(start);
      const anchors = new ClockAnchors(clock);
      anchors.noteStart(1, 5);
      anchors.noteHandOver(1, start);
      await clock.advance(30_000);
      clock.step(stepMs);
      const seen = anchors.correct(facts({ paceIndex: 5, lastStartAt: start, lastHandOverAt: start })).campaign;
      expect([clock.now() - (seen.lastStartAt ?? 0), clock.now() - (seen.lastHandOverAt ?? 0)]).toEqual([30_000, 30_000]);
      expect([anchors.takeStep(), anchors.takeStep()]).toEqual([stepMs, 0]);
    },
  );

  it("leave alone what nobody stepped, and what another engine has started since", async () => {
    const clock = new VirtualClock(start);
    const anchors = new ClockAnchors(clock);
    anchors.noteStart(1, 5);
    await clock.advance(30_000);
    const same = facts({ paceIndex: 5, lastStartAt: start });
    expect(anchors.correct(same)).toBe(same);
    clock.step(3_600_000);
    const others = facts({ paceIndex: 6, lastStartAt: start + 10_000 });
    expect(anchors.correct(others)).toBe(others);
  });
});
