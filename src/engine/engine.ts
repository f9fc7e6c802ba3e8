import type { Instant } from "../domain/instant.ts";
import type { ClaimedMail } from "./claim.ts";
import { ClockAnchors, followClockStep } from "./clock-steps.ts";
import { ENGINE_LIMITS, type EngineContext, type EngineLimits } from "./context.ts";
import { Gatherer } from "./gather.ts";
import { type Meter, UNMEASURED } from "./meter.ts";
import type { Charge, Clock, Logger, Mailer, Observer, Store, WorkerIdentity } from "./ports.ts";
import { recoverAbandoned } from "./recover.ts";
import { commitIntents, Flight, sendEmailFromQueue } from "./send.ts";
import { settleEmails } from "./settle.ts";
import { TemplateCache } from "./templates.ts";
import { type Departures, type PassStep, processScheduledEmails } from "./tick.ts";
import { Alarm, atMost } from "./wait.ts";

export interface EngineParts {
  readonly store: Store;
  readonly mailer: Mailer;
  readonly clock: Clock;
  readonly log: Logger;
  readonly worker: WorkerIdentity;
  readonly observer?: Observer;
  readonly meter?: Meter;
  /** Another sender's campaigns, which leave through this engine's hands: one charge, one set of conversations. */
  readonly alsoSends?: PassStep;
  readonly limits?: Partial<EngineLimits>;
}

/** Between two passes after the database has failed. */
const FAILURE_PAUSE_MS = { first: 250, most: 30_000 } as const;

/** Mails whose intents or outcomes share a commit. */
const COMMITS_TOGETHER_MAX = 50;

const SILENT: Observer = { reached: () => undefined };

/** Sends what is due, for as long as it runs. Several may run on one database: they share it, or stand by for each other. */
export class Engine {
  readonly #ctx: EngineContext;
  readonly #alsoSends: PassStep | undefined;
  readonly #alarm = new Alarm();
  /** By the id of the mail's row. */
  readonly #flights = new Map<number, { readonly flight: Flight; readonly done: Promise<void> }>();
  #running: Promise<void> | undefined;
  #stopping = false;
  #charge: Charge = "none";
  #renewAtMs = 0;

  constructor(parts: EngineParts) {
    this.#alsoSends = parts.alsoSends;
    const limits = { ...ENGINE_LIMITS, ...parts.limits };
    this.#ctx = {
      ...parts,
      sender: "goniec",
      observer: parts.observer ?? SILENT,
      meter: parts.meter ?? UNMEASURED,
      limits,
      templates: new TemplateCache(),
      anchors: new ClockAnchors(parts.clock),
      elsewhere: new Map(),
      intents: new Gatherer(parts.clock, COMMITS_TOGETHER_MAX, (mails, committed) => commitIntents(this.#ctx, mails, committed)),
      outcomes: new Gatherer(parts.clock, COMMITS_TOGETHER_MAX, (outcomes, committed) =>
        settleEmails(this.#ctx, outcomes, () => {
          committed();
          // Its sessions are free.
          this.#alarm.ring();
        }),
      ),
    };
  }

  /** Whether this engine does the work at present, or stands by for another. */
  get inCharge(): boolean {
    return isInCharge(this.#charge);
  }

  /** What this engine may do at present. */
  get charge(): Charge {
    return this.#charge;
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
    const flights = [...this.#flights.values()];
    for (const { flight } of flights) flight.abortUnlessArmed();
    await atMost(this.#ctx.clock, this.#ctx.limits.stopWithinMs, Promise.all(flights.map(({ done }) => done)));
    this.#charge = "none";
    // First the connections, which others would meet at the mailboxes that are left to them.
    await this.#ctx.mailer.close();
    await this.#ctx.store.leaveCharge(this.#ctx.worker.bootId);
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
    const { clock, limits, meter } = this.#ctx;
    if (clock.monotonicMs() >= this.#renewAtMs) await this.#renew();
    if (this.#charge === "frozen") return limits.frozenEveryMs;
    if (!this.inCharge) return limits.standbyEveryMs;
    await followClockStep(this.#ctx);
    const startedMs = clock.monotonicMs();
    const nextAt = earlier(
      await processScheduledEmails(this.#ctx, this.#departures),
      await this.#alsoSends?.(this.#ctx, this.#departures),
    );
    meter.passed(clock.monotonicMs() - startedMs);
    const untilDueMs = nextAt === undefined ? limits.passEveryMs : nextAt - clock.now();
    return Math.min(untilDueMs, limits.passEveryMs, this.#renewAtMs - clock.monotonicMs());
  }

  async #renew(): Promise<void> {
    const { store, worker, clock, limits, log } = this.#ctx;
    const was = this.#charge;
    // Whoever cannot ask has no charge.
    this.#charge = "none";
    const charge = await store.takeCharge(worker, { engine: limits.engineLeaseMs, email: limits.emailLeaseMs });
    this.#charge = charge;
    if (charge === "frozen" && was !== "frozen") {
      log.warn("frozen: nothing is sent until `goniec release`", { worker: worker.bootId });
      for (const { flight } of this.#flights.values()) flight.abortUnlessArmed();
    } else if (isInCharge(was) !== isInCharge(charge))
      log.info(isInCharge(charge) ? "engine in charge" : "engine stands by, another is in charge", { worker: worker.bootId });
    if (isInCharge(charge)) await recoverAbandoned(this.#ctx, new Set(this.#flights.keys()));
    this.#renewAtMs = clock.monotonicMs() + renewAfterMs(charge, limits);
  }

  readonly #departures: Departures = {
    room: () => (this.#stopping ? 0 : this.#ctx.limits.sendsMax - this.#flights.size),
    depart: (mail) => this.#depart(mail),
  };

  #depart(mail: ClaimedMail): void {
    const queueId = mail.email.id;
    const flight = new Flight();
    const done = sendEmailFromQueue(this.#ctx, mail, flight)
      .then(
        () => undefined,
        (error: unknown) => this.#ctx.log.error("sending broke", { queueId, error: String(error) }),
      )
      .finally(() => {
        this.#flights.delete(queueId);
        this.#alarm.ring();
      });
    this.#flights.set(queueId, { flight, done });
  }
}

function earlier(one: Instant | undefined, other: Instant | undefined): Instant | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

const isInCharge = (charge: Charge): boolean => charge === "alone" || charge === "shared";

/** An engine that stands by, or is frozen, asks at every pass. */
function renewAfterMs(charge: Charge, limits: EngineLimits): number {
  switch (charge) {
    case "none":
    case "frozen":
      return 0;
    case "alone":
      return limits.engineLeaseMs / 3;
    case "shared":
      return limits.sharedRenewMs;
  }
}
