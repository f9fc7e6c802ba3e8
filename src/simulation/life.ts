import type { Clock, CrashPoint, Mailer, Observer, Store, StoreTransaction } from "../engine/ports.ts";

/** Thrown into whatever a worker is doing when it dies, so that its open transaction is rolled back as by a closed connection. */
class Died extends Error {}

/**
 * The life of one simulated process. Everything that the engine holds of the outside goes through it; at death its timers vanish, its open
 * transaction is rolled back, and every promise that it still waits for stays open for ever. So nothing of what it had in memory can
 * reach the database any more, and no shutdown path runs.
 */
export class Life {
  #alive = true;
  readonly #timers = new Set<() => void>();

  get alive(): boolean {
    return this.#alive;
  }

  end(): void {
    this.#alive = false;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  /** Passes a result on to the living; to the dead nothing ever comes. */
  async #deliver<T>(promise: Promise<T>): Promise<T> {
    try {
      const value = await promise;
      return this.#alive ? value : await nothing<T>();
    } catch (error) {
      if (!this.#alive) return nothing<T>();
      throw error;
    }
  }

  #check(): void {
    if (!this.#alive) throw new Died("the worker died");
  }

  clock(clock: Clock): Clock {
    return {
      now: clock.now,
      monotonicMs: clock.monotonicMs,
      setTimer: (delayMs, fire) => {
        if (!this.#alive) return () => undefined;
        const cancel = clock.setTimer(delayMs, () => {
          this.#timers.delete(cancel);
          fire();
        });
        this.#timers.add(cancel);
        return () => {
          this.#timers.delete(cancel);
          cancel();
        };
      },
    };
  }

  store(store: Store): Store {
    return {
      transaction: (work, ...how) =>
        this.#deliver(
          store.transaction(
            async (tx) => {
              this.#check();
              const result = await work(this.#mortal(tx));
              this.#check();
              return result;
            },
            ...how,
          ),
        ),
      dueCampaigns: (...asked) => this.#deliver(store.dueCampaigns(...asked)),
      nextInstant: (owner) => this.#deliver(store.nextInstant(owner)),
      takeCharge: (worker, leaseMs) => this.#deliver(store.takeCharge(worker, leaseMs)),
      abandonedCampaigns: (asker, now) => this.#deliver(store.abandonedCampaigns(asker, now)),
      giveUpSingleMails: (now) => this.#deliver(store.giveUpSingleMails(now)),
      leaveCharge: (bootId) => this.#deliver(store.leaveCharge(bootId)),
      watch: (changed) => store.watch(changed),
    };
  }

  /** The same transaction, of which a dead worker can take no further step. */
  #mortal(tx: StoreTransaction): StoreTransaction {
    return new Proxy(tx, {
      get: (target, name, receiver) => {
        this.#check();
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
  }

  mailer(mailer: Mailer): Mailer {
    return {
      send: (mail, handOver, signal) => this.#deliver(mailer.send(mail, handOver, signal)),
      close: () => mailer.close(),
    };
  }

  /** Asks at every point whether the worker dies there. */
  observer(diesAt: (point: CrashPoint, address: string) => boolean): Observer {
    return {
      reached: (point, address) => {
        this.#check();
        if (!diesAt(point, address)) return;
        throw new Died(`at ${point}`);
      },
    };
  }
}

function nothing<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}
