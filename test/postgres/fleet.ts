import { Chance } from "../../src/simulation/chance.ts";
import type { CrashWorld, EngineProcess } from "../crash/crash-world.ts";
import { eventually } from "../eventually.ts";

/** Points that the others have to pass before a frozen worker thaws, and after how long it does in any case. */
const THAW_AFTER = { points: 60, ms: 2_000 } as const;

/** Several workers on one database, some of which are killed or frozen at random moments of their work; a killed one is replaced. */
export class Fleet {
  readonly killedPids = new Set<number>();
  freezes = 0;
  readonly #world: CrashWorld;
  readonly #chance: Chance;
  readonly #thaws: Promise<void>[] = [];
  #faultsLeft: number;
  #points = 0;

  constructor(world: CrashWorld, workers: number, faults: number, seed: number) {
    this.#world = world;
    this.#chance = new Chance(seed);
    this.#faultsLeft = faults;
    for (let number = 1; number <= workers; number += 1) this.#launch();
  }

  /** Resolves when nobody is frozen any more. */
  async calm(): Promise<void> {
    this.#faultsLeft = 0;
    await Promise.all(this.#thaws);
  }

  #launch(): void {
    const worker = this.#world.run();
    let untilFault = this.#chance.between(20, 300);
    worker.onPoint = () => {
      this.#points += 1;
      untilFault -= 1;
      if (untilFault > 0 || this.#faultsLeft <= 0) return;
      untilFault = this.#chance.between(20, 300);
      this.#faultsLeft -= 1;
      if (this.#chance.isLucky(0.5)) this.#kill(worker);
      else this.#thaws.push(this.#freeze(worker));
    };
  }

  #kill(worker: EngineProcess): void {
    worker.onPoint = () => undefined;
    worker.child.kill("SIGKILL");
    this.killedPids.add(worker.child.pid ?? 0);
    this.#launch();
  }

  async #freeze(worker: EngineProcess): Promise<void> {
    worker.child.kill("SIGSTOP");
    this.freezes += 1;
    const thawAt = this.#points + THAW_AFTER.points;
    // The others may have to wait for what the frozen one has locked.
    await eventually(() => this.#points >= thawAt, "the others go on", THAW_AFTER.ms).catch(() => undefined);
    worker.child.kill("SIGCONT");
  }
}
