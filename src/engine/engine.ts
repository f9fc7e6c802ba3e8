import type { ClaimedMail } from "./claim.ts";
import { ClockAnchors, followClockStep } from "./clock-steps.ts";
import { ENGINE_LIMITS, type EngineContext, type EngineLimits } from "./context.ts";
import type { Clock, Logger, Mailer, Observer, Store, WorkerIdentity } from "./ports.ts";
import { recoverAbandoned } from "./recover.ts";
import { Flight, sendEmailFromQueue } from "./send.ts";
import { TemplateCache } from "./templates.ts";
import { type Departures, processScheduledEmails } from "./tick.ts";
import { Alarm, atMost } from "./wait.ts";

export interface EngineParts {
  readonly store: Store;
  readonly mailer: Mailer;
  readonly clock: Clock;
  readonly log: Logger;
  readonly worker: WorkerIdentity;
  readonly observer?: Observer;
  readonly limits?: Partial<EngineLimits>;
}

/** Between two passes after the database has failed. */
const FAILURE_PAUSE_MS = { first: 250, most: 30_000 } as const;

const SILENT: Observer = { reached: () => undefined };

/** Sends what is due, for as long as it runs. Several may run on one database: they share it, or stand by for each other. */
export class Engine {
  readonly #ctx: EngineContext;
  readonly #alarm = new Alarm();
  readonly #flights = new Map<Flight, Promise<void>>();
  #running: Promise<void> | undefined;
  #stopping = false;
  #inCharge = false;
  #renewAtMs = 0;

  constructor(parts: EngineParts) {
    const limits = { ...ENGINE_LIMITS, ...parts.limits };
    this.#ctx = {
      ...parts,
      observer: parts.observer ?? SILENT,
      limits,
      templates: new TemplateCache(),
      anchors: new ClockAnchors(parts.clock),
    };
  }

  /** Whether this engine does the work at present, or stands by for another. */
  get inCharge(): boolean {
    return this.#inCharge;
  }

  /** Starts sending and returns at once; a second call changes nothing. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Something changed in this process: look now instead of at the next instant. */
  wake(): void {
    this.#alarm.ring();
  }

  /**
   * Stops in order: claims nothing more, takes back what has not been handed over, and waits, within a bound, for the servers' answers to
   * what has. Mails whose answer does not come in time are found by the next start and become unconfirmed.
   */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#alarm.ring();
    await this.#running;
    for (const flight of this.#flights.keys()) flight.abortUnlessArmed();
    await atMost(this.#ctx.clock, this.#ctx.limits.stopWithinMs, Promise.all(this.#flights.values()));
    await this.#ctx.store.leaveCharge(this.#ctx.worker.bootId);
    this.#inCharge = false;
    await this.#ctx.mailer.close();
  }

  async #run(): Promise<void> {
    const unwatch = this.#ctx.store.watch(() => this.#alarm.ring());
    let pauseMs: number = FAILURE_PAUSE_MS.first;
    while (!this.#stopping) {
      try {
        const sleepMs = await this.#pass();
        pauseMs = FAILURE_PAUSE_MS.first;
        if (!this.#stopping) await this.#alarm.sleep(this.#ctx.clock, sleepMs);
      } catch (error) {
        this.#ctx.log.error("pass failed", { error: String(error), retryInMs: pauseMs });
        await this.#alarm.sleep(this.#ctx.clock, pauseMs);
        pauseMs = Math.min(pauseMs * 2, FAILURE_PAUSE_MS.most);
      }
    }
    unwatch();
  }

  /** Keeps charge, takes back what was abandoned, sends what is due; returns how long nothing can be due. */
  async #pass(): Promise<number> {
    const { clock, limits } = this.#ctx;
    if (clock.monotonicMs() >= this.#renewAtMs) await this.#renew();
    if (!this.#inCharge) return limits.standbyEveryMs;
    await followClockStep(this.#ctx);
    const nextAt = await processScheduledEmails(this.#ctx, this.#departures);
    const untilDueMs = nextAt === undefined ? limits.passEveryMs : nextAt - clock.now();
    return Math.min(untilDueMs, limits.passEveryMs, this.#renewAtMs - clock.monotonicMs());
  }

  async #renew(): Promise<void> {
    const { store, worker, clock, limits, log } = this.#ctx;
    const was = this.#inCharge;
    this.#inCharge = await store.takeCharge(worker, clock.now(), { engine: limits.engineLeaseMs, email: limits.emailLeaseMs });
    if (was !== this.#inCharge)
      log.info(this.#inCharge ? "engine in charge" : "engine stands by, another is in charge", { worker: worker.bootId });
    if (this.#inCharge) await recoverAbandoned(this.#ctx);
    this.#renewAtMs = clock.monotonicMs() + (this.#inCharge ? limits.engineLeaseMs / 3 : 0);
  }

  readonly #departures: Departures = {
    hasRoom: () => !this.#stopping && this.#flights.size < this.#ctx.limits.sendsMax,
    depart: (mail) => this.#depart(mail),
  };

  #depart(mail: ClaimedMail): void {
    const flight = new Flight();
    const done = sendEmailFromQueue(this.#ctx, mail, flight)
      .then(
        () => undefined,
        (error: unknown) => this.#ctx.log.error("sending broke", { queueId: mail.email.id, error: String(error) }),
      )
      .finally(() => {
        this.#flights.delete(flight);
        this.#alarm.ring();
      });
    this.#flights.set(flight, done);
  }
}
