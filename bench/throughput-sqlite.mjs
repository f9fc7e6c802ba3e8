import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { sendCampaign, sendWith, STRACE } from "./campaign.mjs";
import { absoluteFigure, alternate, duration, median, missingFigure, perSecond, ratioFigure } from "./harness.mjs";
import { withCampaign } from "./sqlite-campaign.mjs";

export const name = "throughput-sqlite";
export const work =
  "An unpaced campaign of 5 KB mails through 4 mailboxes x 5 connections, each mail with claim, durable intent and outcome, to a sink in another process";

const LEADS = 20_000;
const LEADS_QUICK = 600;
const [TRACER, ...TRACER_WORDS] = STRACE;
const SYNCS_TARGET = /** @type {const} */ ({ side: "at most", value: 0.6, unit: "per mail" });

/**
 * Sending time only, as the sink sees it; the import is a figure of its own.
 *
 * @param {import("./harness.mjs").RunOptions} options
 * @returns {Promise<import("./harness.mjs").RowResult>}
 */
export async function run({ quick }) {
  const leads = quick ? LEADS_QUICK : LEADS;
  return withCampaign(leads, async ({ folder, sink, importMs, onCopy }) => {
    const rounds = await alternate({
      nodemailer: () => sendWith("plain-nodemailer.mjs", sink, leads),
      transport: () => sendWith("own-transport.mjs", sink, leads),
      goniec: () => onCopy((database) => sendCampaign(database, sink, leads)),
      bare: () => sendWith("bare-client.mjs", sink, leads),
    });
    const traceTo = join(folder, "strace.txt");
    const traced = canTrace()
      ? await alternate({ goniec: () => onCopy((database) => sendCampaign(database, sink, leads, { traceTo })) })
      : { goniec: [] };
    const figures = [
      ...rateFigures(rounds),
      syncsFigure(traced.goniec, leads),
      sinkFigure(rounds.bare),
      importFigure(importMs, leads),
    ];
    return { figures, repetitions: { ...rounds, traced: traced.goniec, importMs } };
  });
}

const rates = (sent) => sent.map((one) => one.perSecond);

function rateFigures({ goniec, nodemailer, transport }) {
  const against = (figure, bound, value) => {
    const target = /** @type {const} */ ({ side: "at least", value });
    return ratioFigure(figure, { ours: rates(goniec), bound: rates(bound), shown: perSecond, target });
  };
  return [
    against("mails, against pooled nodemailer without a database", nodemailer, 1),
    against("the same, second stage", nodemailer, 1.5),
    against("mails, against the own transport and composer without the database", transport, 0.85),
  ];
}

/** strace slows the process down, so these runs are none of the rates; fewer mails then share a commit, never more. */
function syncsFigure(traced, leads) {
  const figure = "fsyncs at 20 in flight, counted by strace";
  if (traced.length === 0) return missingFigure(figure, SYNCS_TARGET, "strace is missing or may not trace here");
  const value = median(traced.map(({ syncs }) => syncs / leads));
  return absoluteFigure(figure, { value, shown: `${value.toFixed(2)} per mail`, target: SYNCS_TARGET });
}

/** A sink that were the bound itself would make every sender look alike. */
function sinkFigure(bare) {
  const value = median(rates(bare));
  const target = /** @type {const} */ ({ side: "at least", value: 5_000, unit: "per second" });
  return absoluteFigure("the sink alone, by a bare client", { value, shown: perSecond(value), target });
}

function importFigure(importMs, leads) {
  return absoluteFigure("the import beforehand, whole command", {
    value: importMs,
    shown: `${leads} leads in ${duration(importMs)}`,
  });
}

function canTrace() {
  return spawnSync(TRACER, [...TRACER_WORDS, "/dev/null", "true"]).status === 0;
}
