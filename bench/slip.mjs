import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { withApp } from "./app.mjs";
import { inFolder } from "./cache.mjs";
import { assertOnce } from "./campaign.mjs";
import { sqliteDatabase } from "./database.mjs";
import { absoluteFigure, duration, percentile, say } from "./harness.mjs";
import { serve, startSink } from "./processes.mjs";

export const name = "slip";
export const work =
  "1,000 campaigns, each with a mail every 90 s +- 20 %, on real time for 10 minutes, to a server that answers after 200 ms";

const CAMPAIGNS = 1_000;
const LEADS_EACH = 20;
const GAP_MS = 90_000;
const LATENCY_MS = 200;
const MINUTES = 10;
const MINUTES_QUICK = 1;
/** Before the first start, so that it does not fall into the start of the process. */
const AHEAD_MS = 5_000;
/** A conversation of six answers, each after the latency, is over by then. */
const LAST_ANSWERS_MS = 5_000;
const TARGET = /** @type {const} */ ({ side: "at most", value: 50, unit: "ms" });

/**
 * @param {import("./harness.mjs").RunOptions} options
 * @returns {Promise<import("./harness.mjs").RowResult>}
 */
export async function run({ quick }) {
  const minutes = quick ? MINUTES_QUICK : MINUTES;
  const shape = { leads: CAMPAIGNS * LEADS_EACH, campaigns: CAMPAIGNS, sentEach: 0, plannedEach: 0, waitingEach: LEADS_EACH };
  const waiting = await sqliteDatabase(shape);
  const sink = await startSink({ latencyMs: LATENCY_MS });
  try {
    return await inFolder(async (folder) => {
      const database = join(folder, "slip.db");
      copyFileSync(waiting, database);
      await withApp(database, (app) => schedule(app, sink.port));
      await sendFor(database, minutes);
      const log = await sink.log();
      assertOnce(log);
      const mails = await withApp(database, (app) => mailsOf(app, log));
      say(`${mails.length} mails`);
      return {
        figures: figuresOf(mails),
        repetitions: { mails: mails.length, slipsMs: mails.map(slipMs), moved: movedOf(mails) },
      };
    });
  } finally {
    sink.stop();
  }
}

/** Starts spread over one gap: the plan then has 11 mails a second at all times, and no burst that nobody has planned. */
async function schedule(app, port) {
  const firstAt = Date.now() + AHEAD_MS;
  const spread = (eb) => eb(eb("id", "*", GAP_MS / CAMPAIGNS), "+", firstAt);
  await app.write(async (trx) => {
    await trx.updateTable("Mailbox").set({ port }).execute();
    await trx
      .updateTable("Campaign")
      .set((eb) => ({ status: "SCHEDULED", startAt: spread(eb), nextDueAt: spread(eb) }))
      .execute();
  });
}

async function sendFor(database, minutes) {
  const serving = await serve(database);
  await pause(AHEAD_MS + minutes * 60_000);
  await serving.stop();
  await pause(LAST_ANSWERS_MS);
}

/** Of each accepted mail: when it was planned for, when the server saw its conversation begin, and when its intent was committed. */
async function mailsOf(app, { recipients, begunAt }) {
  const rows = await app.reader
    .selectFrom("CampaignEmailQueue as q")
    .innerJoin("SendLog as s", "s.queueId", "q.id")
    .innerJoin("Campaign as c", "c.id", "q.campaignId")
    .innerJoin("CampaignLead as l", "l.id", "q.campaignLeadId")
    .select(["q.scheduledAt", "q.movedAt", "s.toAddress", "s.handedOverAt", "c.startAt", "l.position"])
    .where("s.state", "=", "sent")
    .execute();
  const byAddress = new Map(rows.map((row) => [row.toAddress, row]));
  return recipients.flatMap((address, index) => {
    const row = byAddress.get(address);
    if (row === undefined) return [];
    // The engine plans a campaign's first mail when it starts the campaign, so a late start would be no slip of it.
    const plannedAt = row.position === 1 ? row.startAt : row.scheduledAt;
    return [{ plannedAt, begunAt: begunAt[index], handedOverAt: row.handedOverAt, isMoved: row.movedAt !== null }];
  });
}

const slipMs = ({ begunAt, plannedAt }) => begunAt - plannedAt;
const movedOf = (mails) => mails.filter(({ isMoved }) => isMoved).length;

function figuresOf(mails) {
  const begun = mails.map(slipMs);
  const handedOver = mails.map(({ handedOverAt, plannedAt }) => handedOverAt - plannedAt);
  const figure = (text, value, rest) => absoluteFigure(text, { value, shown: duration(value), ...rest });
  return [
    figure("start of the conversation at the server, after the planned instant: p99", percentile(begun, 0.99), {
      target: TARGET,
    }),
    figure("the same, median", percentile(begun, 0.5), {
      note: `${mails.length} mails, ${movedOf(mails)} of them moved in the plan`,
    }),
    figure("intent just before the dot, after the planned instant: p99", percentile(handedOver, 0.99), {
      note: "the server's answers come before it, 200 ms each",
    }),
  ];
}
