import { spawnSync } from "node:child_process";
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { inFolder } from "./cache.mjs";
import { enterCampaign, sendCampaign, sendWith } from "./campaign.mjs";
import { absoluteFigure, alternate, duration, median, missingFigure, perSecond, ratioFigure, say } from "./harness.mjs";
import { startSink } from "./processes.mjs";

export const name = "throughput-sqlite";
export const work =
  "An unpaced campaign of 5 KB mails through 4 mailboxes x 5 connections, each mail with claim, durable intent and outcome, to a sink in another process";

const LEADS = 20_000;
const LEADS_QUICK = 600;
const SYNCS_TARGET = { side: "at most", value: 0.6, unit: "per mail" };

/** Sending time only, as the sink sees it; the import is a figure of its own. */
export async function run({ quick }) {
  const leads = quick ? LEADS_QUICK : LEADS;
  const sink = await startSink();
  try {
    return await inFolder(async (folder) => {
      const entered = join(folder, "entered.db");
      const { importMs } = await enterCampaign({ folder, database: entered, leads, port: sink.port });
      say(`${leads} leads entered in ${duration(importMs)}`);
      const ours = (options) => onCopy(entered, folder, (database) => sendCampaign(database, sink, leads, options));
      const rounds = await alternate({
        nodemailer: () => sendWith("plain-nodemailer.mjs", sink, leads),
        transport: () => sendWith("own-transport.mjs", sink, leads),
        goniec: () => ours(),
        bare: () => sendWith("bare-client.mjs", sink, leads),
      });
      const traced = canTrace() ? await alternate({ goniec: () => ours({ traceTo: join(folder, "strace.txt") }) }) : undefined;
      return {
        figures: figuresOf({ rounds, traced, leads, importMs }),
        repetitions: { ...rounds, traced: traced?.goniec, importMs },
      };
    });
  } finally {
    sink.stop();
  }
}

function figuresOf({ rounds, traced, leads, importMs }) {
  const rates = (sent) => sent.map(({ perSecond: rate }) => rate);
  const against = (figure, bound, value) =>
    ratioFigure(figure, {
      ours: rates(rounds.goniec),
      bound: rates(bound),
      shown: perSecond,
      target: { side: "at least", value },
    });
  const syncs = "fsyncs at 20 in flight";
  return [
    against("mails, against pooled nodemailer without a database", rounds.nodemailer, 1),
    against("the same, second stage", rounds.nodemailer, 1.5),
    against("mails, against the own transport and composer without the database", rounds.transport, 0.85),
    traced === undefined
      ? missingFigure(syncs, SYNCS_TARGET, "strace is missing or may not trace here")
      : syncsFigure(syncs, median(traced.goniec.map(({ syncs: calls }) => calls / leads))),
    absoluteFigure("the sink alone, bare pipelined client", {
      value: median(rates(rounds.bare)),
      shown: perSecond(median(rates(rounds.bare))),
      target: { side: "at least", value: 5_000, unit: "/s" },
    }),
    absoluteFigure("goniec send --detach, the import", { value: importMs, shown: `${duration(importMs)} for ${leads} leads` }),
  ];
}

function syncsFigure(figure, value) {
  return absoluteFigure(figure, {
    value,
    shown: `${value.toFixed(2)} per mail`,
    target: SYNCS_TARGET,
    note: "counted by strace",
  });
}

function canTrace() {
  return spawnSync("strace", ["-f", "--seccomp-bpf", "-c", "-e", "trace=fsync", "true"]).status === 0;
}

/** The entered campaign on a copy, so that every repetition begins alike. */
export async function onCopy(entered, folder, work) {
  const copy = join(folder, "copy.db");
  copyFileSync(entered, copy);
  try {
    return await work(copy);
  } finally {
    for (const ending of ["", "-wal", "-shm", "-engines"]) rmSync(`${copy}${ending}`, { recursive: true, force: true });
  }
}
