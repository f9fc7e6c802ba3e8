import { join } from "node:path";
import { CAMPAIGN_DEFAULTS } from "../dist/domain/campaign.js";
import { startCampaign } from "../dist/storage/lifecycle.js";
import { saveMailbox } from "../dist/storage/mailboxes.js";
import { setMessage } from "../dist/storage/messages.js";
import { addLeads, createCampaign, setCampaignMailboxes } from "../dist/storage/registry.js";
import { withApp } from "./app.mjs";
import { inFolder } from "./cache.mjs";
import { assertOnce } from "./campaign.mjs";
import { absoluteFigure, duration, percentile, say } from "./harness.mjs";
import { leadOf, mailboxAddress, MESSAGE } from "./mail.mjs";
import { startSink } from "./processes.mjs";
import { ask, byPathOf, ownersToken, whileServed } from "./served.mjs";

export const name = "api";
export const work =
  "goniec serve with 12 running campaigns on SQLite, a mail every 250 ms each, while 10 clients ask without a pause and 20 follow the stream";

const CAMPAIGNS = 12;
const CLIENTS = 10;
const STREAMS = 20;
const DELAY_MS = 250;
const SECONDS = 120;
const SECONDS_QUICK = 10;
const TARGET = /** @type {const} */ ({ side: "at most", value: 100, unit: "ms" });

/**
 * @param {import("./harness.mjs").RunOptions} options
 * @returns {Promise<import("./harness.mjs").RowResult>}
 */
export async function run({ quick }) {
  const seconds = quick ? SECONDS_QUICK : SECONDS;
  const sink = await startSink();
  try {
    return await inFolder(async (folder) => {
      const database = join(folder, "api.db");
      const token = await withApp(database, (app) => enter(app, sink.port, (seconds * 1_000) / DELAY_MS));
      const measured = await whileServed(database, token, (served) => load(served, seconds));
      const log = await sink.log();
      assertOnce(log);
      if (log.recipients.length === 0) throw new Error("no mail was sent meanwhile");
      say(`${measured.answers.length} answers, ${measured.told} messages, ${log.recipients.length} mails`);
      return { figures: figuresOf(measured, log.recipients.length, seconds), repetitions: measured.byPath };
    });
  } finally {
    sink.stop();
  }
}

/** Campaigns that start with the program, each with a mailbox and leads of its own; an owner's token. */
async function enter(app, port, leadsEach) {
  const actor = "bench";
  await app.write(async (trx, now) => {
    for (let campaign = 0; campaign < CAMPAIGNS; campaign += 1) {
      const settings = { ...CAMPAIGN_DEFAULTS, delayMs: DELAY_MS, perDayMax: undefined };
      const id = await createCampaign(trx, `Campaign ${campaign}`, settings, campaign, actor, now);
      const box = { host: "127.0.0.1", port, security: "none", zone: "UTC", minGapMs: 0, sessionsMax: 1 };
      const mailboxId = await saveMailbox(trx, { ...box, address: mailboxAddress(campaign) }, undefined, now);
      await setCampaignMailboxes(trx, id, [mailboxId], now);
      await setMessage(trx, id, MESSAGE, now);
      const leads = Array.from({ length: leadsEach }, (_, lead) => {
        const { email, ...fields } = leadOf(campaign * leadsEach + lead);
        return { address: email, fields };
      });
      await addLeads(trx, id, leads, now);
      const started = await startCampaign(trx, id, actor, now);
      if (!started.ok) throw new Error(started.error.message);
    }
  });
  return ownersToken(app);
}

const pathOf = (client, turn) => {
  const campaign = 1 + ((client + turn) % CAMPAIGNS);
  const paths = ["campaigns", `campaigns/${campaign}`, "sendlog", `sendlog?campaignId=${campaign}`, "outbox", "outbox/now"];
  return [...paths, "unconfirmed", "events/history", "workers"][turn % 9];
};

/** Everybody at once, for so long. */
async function load(served, seconds) {
  const endMs = performance.now() + seconds * 1_000;
  const over = new AbortController();
  const streams = Array.from({ length: STREAMS }, () => follow(served, over.signal));
  const answers = [];
  const askOn = async (client) => {
    for (let turn = client; performance.now() < endMs; turn += 1) {
      const { body: _body, ...answer } = await ask(served, pathOf(client, turn));
      answers.push(answer);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, client) => askOn(client)));
  over.abort();
  const told = (await Promise.all(streams)).reduce((sum, count) => sum + count, 0);
  return { answers, told, byPath: byPathOf(answers) };
}

/** The number of messages that a stream tells until it is over. */
async function follow({ address, headers }, signal) {
  let count = 0;
  try {
    const { body } = await fetch(`${address}/api/v1/events`, { headers, signal });
    for await (const chunk of body) count += Buffer.from(chunk).toString().split("\ndata: ").length - 1;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (!signal.aborted) throw new Error("a stream ended before its time");
  return count;
}

function figuresOf({ answers, told }, mails, seconds) {
  const ms = answers.map((answer) => answer.ms);
  const refused = answers.filter(({ status }) => status !== 200).length;
  const p99 = percentile(ms, 0.99);
  return [
    absoluteFigure("an answer of the API: p99", { value: p99, shown: duration(p99), target: TARGET }),
    absoluteFigure("the same, median", {
      value: percentile(ms, 0.5),
      shown: duration(percentile(ms, 0.5)),
      note: `${Math.round(ms.length / seconds)} answers a second, ${Math.round(mails / seconds)} mails a second`,
    }),
    absoluteFigure("answers that were errors", { value: refused, shown: String(refused), target: { side: "at most", value: 0 } }),
    absoluteFigure("messages told by the streams", { value: told, shown: String(told) }),
  ];
}
