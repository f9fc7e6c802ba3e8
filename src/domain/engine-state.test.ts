import { describe, expect, it } from "vitest";
import { at } from "../../test/builders.ts";
import { engineRemedy, engineState, engineText, type KnownWorker, type WorkerState, workerState } from "./engine-state.ts";

const NOW = at("2025-11-05T12:00");

const worker = (changes: Partial<KnownWorker> = {}): KnownWorker => ({
  host: "web-1",
  pid: 7,
  version: "0.1.0",
  startedAt: NOW - 7_500_000,
  heartbeatAt: NOW - 20_000,
  mailsInFlight: 0,
  isDead: false,
  ...changes,
});

describe("a worker's state", () => {
  it("goes by the life of the process first and by its lease last, where one has charge", () => {
    const state = (changes: Partial<KnownWorker>): WorkerState => workerState(worker(changes), false, NOW);
    expect(state({ chargeUntil: NOW + 1 })).toBe("working");
    expect(state({ chargeUntil: NOW })).toBe("silent");
    expect(state({ chargeUntil: NOW + 1, isDead: true })).toBe("dead");
    expect(state({ chargeUntil: 0 })).toBe("standing-by");
    expect(state({})).toBe("standing-by");
  });

  it("goes by the life of the process first and by its last sign of life, where all share the work", () => {
    const state = (changes: Partial<KnownWorker>): WorkerState => workerState(worker(changes), true, NOW);
    expect(state({})).toBe("working");
    expect(state({ heartbeatAt: NOW - 30_001 })).toBe("silent");
    expect(state({ isDead: true })).toBe("dead");
  });
});

describe("the engine's state", () => {
  const seen = (...workers: readonly (readonly [WorkerState, Partial<KnownWorker>?])[]) =>
    engineState(workers.map(([state, changes]) => ({ ...worker(changes), state })));

  it("tells of the process that is in charge, whatever became of others", () => {
    const one = seen(["dead", { pid: 5 }], ["working"], ["standing-by", { pid: 9 }], ["silent", { pid: 11 }]);
    expect([engineText(one, NOW), engineRemedy(one)]).toEqual(["in charge: process 7 on web-1, for 2 h 5 min", undefined]);
  });

  it("counts workers and hosts where several share the work", () => {
    const two = seen(["working"], ["working", { pid: 9 }], ["dead", { pid: 1, host: "web-3" }]);
    expect(engineText(two, NOW)).toBe("in charge: 2 workers on 1 host");
    const three = seen(["working"], ["working", { pid: 9 }], ["working", { host: "web-2" }]);
    expect([engineText(three, NOW), engineRemedy(three)]).toEqual(["in charge: 3 workers on 2 hosts", undefined]);
  });

  it("tells of the one that was seen last when none gives a sign of life", () => {
    const silent = seen(["silent", { pid: 5, heartbeatAt: NOW - 90_000 }], ["silent", { heartbeatAt: NOW - 40_000 }]);
    expect([engineText(silent, NOW), engineRemedy(silent)]).toEqual([
      "process 7 on web-1 has given no sign of life for 40 s",
      "wake or end process 7, or run `goniec serve`, which takes over",
    ]);
  });

  it("is that nobody sends when all are dead, or none is in charge yet", () => {
    const text = "nobody is in charge: nothing is sent until `goniec serve` or `goniec send` runs";
    for (const nobody of [seen(), seen(["dead"]), seen(["standing-by"])])
      expect([engineText(nobody, NOW), engineRemedy(nobody)]).toEqual([text, "run `goniec serve`"]);
  });
});
