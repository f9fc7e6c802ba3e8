import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { SECOND_MS } from "../domain/instant.ts";
import type { OutcomeClass } from "../domain/outcome.ts";
import type { Meter } from "../engine/meter.ts";
import type { Logger } from "../engine/ports.ts";
import { VERSION } from "../version.ts";
import { GAUGES, type GaugeSource } from "./gauges.ts";
import { type InstallationFigures, installationFigures } from "./installation-figures.ts";
import { answerWithin, keptAnswer } from "./kept-answer.ts";
import type { Questions } from "./questions.ts";

/** The numbers of this process and of the installation, in the text format of Prometheus. */
export interface Metrics {
  /** For the engine of this process. */
  readonly meter: Meter;
  /** @param route the route's pattern, never an address that was asked for */
  answered(route: string, status: number, durationMs: number): void;
  readonly contentType: string;
  /** Also answers when the database does not: with what this process knows by itself. */
  text(): Promise<string>;
}

/** Several who ask share one look at the database. */
const FIGURES_KEPT_MS = 5 * SECOND_MS;
const FIGURES_WITHIN_MS = 2 * SECOND_MS;

/** Bounds of the buckets, in seconds. */
const SLIP_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1_800, 7_200];
const SEND_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60, 120, 300, 600];
const PASS_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const HTTP_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Each is shown from the start, because a counter that appears with its first mail hides that mail from `increase()`. */
const OUTCOMES: Readonly<Record<OutcomeClass, 0>> = {
  sent: 0,
  "recipient-temporary": 0,
  greylisted: 0,
  "recipient-permanent": 0,
  "unknown-user": 0,
  "mailbox-trouble": 0,
  "mailbox-broken": 0,
  unknown: 0,
  withheld: 0,
};

export function createMetrics(asked: Questions, log: Logger): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register });
  new Gauge({
    name: "goniec_build_info",
    help: "Always 1; the label is this process's version",
    labelNames: ["version"],
    registers: [register],
  }).set({ version: VERSION }, 1);
  const meter = engineMeter(register);
  const requests = new Histogram({
    name: "goniec_http_request_duration_seconds",
    help: "Requests that this process has answered, by the route's pattern and the class of the status",
    labelNames: ["route", "status"],
    buckets: HTTP_BUCKETS,
    registers: [register],
  });
  const refresh = installationGauges(register, asked, log);
  return {
    meter,
    answered: (route, status, durationMs) =>
      requests.observe({ route, status: `${Math.floor(status / 100)}xx` }, durationMs / SECOND_MS),
    contentType: register.contentType,
    text: async () => {
      await refresh();
      return register.metrics();
    },
  };
}

function engineMeter(register: Registry): Meter {
  const registers = [register];
  const mails = new Counter({
    name: "goniec_mails_total",
    help: "Conversations of this process that have ended, by their outcome",
    labelNames: ["outcome"],
    registers,
  });
  for (const outcome of Object.keys(OUTCOMES)) mails.inc({ outcome }, 0);
  const slip = new Histogram({
    name: "goniec_send_slip_seconds",
    help: "From the planned instant of a mail to the beginning of its conversation",
    buckets: SLIP_BUCKETS,
    registers,
  });
  const duration = new Histogram({
    name: "goniec_send_duration_seconds",
    help: "Length of a conversation, with its wait for the gap to the mail before",
    buckets: SEND_BUCKETS,
    registers,
  });
  const pass = new Histogram({
    name: "goniec_pass_duration_seconds",
    help: "Length of one look at all campaigns that are due",
    buckets: PASS_BUCKETS,
    registers,
  });
  return {
    mailStarted: (slipMs) => slip.observe(Math.max(0, slipMs) / SECOND_MS),
    mailSettled: (outcome, durationMs) => {
      mails.inc({ outcome });
      duration.observe(durationMs / SECOND_MS);
    },
    passed: (durationMs) => pass.observe(durationMs / SECOND_MS),
  };
}

/** The gauges, and how they are brought up to date. */
function installationGauges(registry: Registry, asked: Questions, log: Logger): () => Promise<void> {
  const registers = [registry];
  const up = new Gauge({ name: "goniec_database_up", help: "1 when the database answers within 2 s", registers });
  const gauges = GAUGES.map((source) => {
    const { name, help, labelNames = [] } = source;
    return { source, gauge: new Gauge({ name, help, labelNames: [...labelNames], registers }) };
  });
  const ask = keptAnswer(asked.clock, FIGURES_KEPT_MS, () => figuresOrNone(asked, log));
  return async () => {
    const figures = await answerWithin(asked.clock, FIGURES_WITHIN_MS, ask());
    up.set(figures === undefined ? 0 : 1);
    for (const { source, gauge } of gauges) show(gauge, source, figures);
  };
}

/** Old numbers would look like new ones, so that without an answer there are none. */
function show(gauge: Gauge, { read }: GaugeSource, figures: InstallationFigures | undefined): void {
  gauge.reset();
  if (figures === undefined) {
    gauge.remove({});
    return;
  }
  for (const { labels = {}, value } of read(figures)) gauge.set(labels, value);
}

async function figuresOrNone(asked: Questions, log: Logger): Promise<InstallationFigures | undefined> {
  try {
    return await installationFigures(asked);
  } catch (error) {
    log.warn("metrics without the database", { error: String(error) });
    return undefined;
  }
}
