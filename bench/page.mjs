import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FIRST_VIEW_MAX_BYTES, FIRST_VIEWS, scriptsOf, weightOf } from "../scripts/page-weight.mjs";
import { withApp } from "./app.mjs";
import { inFolder } from "./cache.mjs";
import { enterCampaign } from "./campaign.mjs";
import { absoluteFigure, duration, percentile, say } from "./harness.mjs";
import { startSink } from "./processes.mjs";
import { ask, byPathOf, ownersToken, whileServed } from "./served.mjs";

export const name = "page";
export const work =
  "What the campaign's page asks the API for, tab by tab, while a campaign of 100,000 leads runs on SQLite; the script of the first views";

const LEADS = 100_000;
const LEADS_QUICK = 3_000;
const ROUNDS = 100;
const ROUNDS_QUICK = 5;
/** A plan with hours, so that its calendar has something to say. */
const SETTINGS = ["--window", "mon-sun 00:30-23:30", "--delay", "1s", "--daily-limit", "none", "--mailbox-daily-limit", "5000"];
const ANSWER_TARGET = /** @type {const} */ ({ side: "at most", value: 50, unit: "ms" });
const WEIGHT_TARGET = /** @type {const} */ ({ side: "at most", value: FIRST_VIEW_MAX_BYTES / 1_000, unit: "KB" });
const BUILT_PAGE = fileURLToPath(new URL("../dist/web", import.meta.url));

/**
 * @param {import("./harness.mjs").RunOptions} options
 * @returns {Promise<import("./harness.mjs").RowResult>}
 */
export async function run({ quick }) {
  const [leads, rounds] = quick ? [LEADS_QUICK, ROUNDS_QUICK] : [LEADS, ROUNDS];
  const sink = await startSink();
  try {
    return await inFolder(async (folder) => {
      const database = join(folder, "page.db");
      await enterCampaign({ folder, database, leads, port: sink.port, settings: SETTINGS });
      const token = await withApp(database, ownersToken);
      const answers = await whileServed(database, token, (served) => lookAt(served, rounds));
      const byPath = byPathOf(answers);
      return { figures: [...answerFigures(answers, byPath, leads), ...weightFigures()], repetitions: byPath };
    });
  } finally {
    sink.stop();
  }
}

/** One person who opens every tab, again and again, and reads on in the list of leads. */
async function lookAt(served, rounds) {
  const answers = [];
  let cursor = "";
  const get = async (path) => {
    const { body, ...answer } = await ask(served, path);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(body)}`);
    answers.push({ ...answer, path: withoutValues(answer.path) });
    return body;
  };
  // What is compiled and read into the system's cache at the first look is no measure of the second.
  await once(get, cursor);
  answers.length = 0;
  for (let round = 0; round < rounds; round += 1) cursor = await once(get, cursor);
  return answers;
}

/** Everything that the tabs of a campaign ask for; gives where the list of leads goes on. */
async function once(get, cursor) {
  const campaign = await get("campaigns/1");
  const mine = (rest) => get(`campaigns/1/${rest}`);
  await mine("plan?limit=20");
  await mine("forecast");
  await mine("explain");
  await get("unconfirmed?campaignId=1&limit=20");
  await get("sendlog?campaignId=1&limit=20");
  await mine("leads?limit=200&state=waiting");
  await mine("leads?limit=200&search=lead-2999");
  const { nextCursor = "" } = await mine(`leads?limit=200${cursor === "" ? "" : `&cursor=${cursor}`}`);
  const { days } = await mine(`calendar?from=${monthOf(campaign)}-01&to=${monthOf(campaign)}-28`);
  await mine(`forecast/days/${days.at(-1).day}?limit=500`);
  await get("numbers/daily?campaignId=1");
  await mine("plan?limit=500");
  await mine("moves?limit=20");
  await mine("message");
  await mine("history");
  return nextCursor;
}

const monthOf = ({ createdAt }) => createdAt.slice(0, 7);

/** `campaigns/:id/leads?state=`: what was asked, not of whom. */
const withoutValues = (path) => path.replace(/=[^&]*/g, "=").replace(/\d{4}-\d\d-\d\d/, ":day");

function answerFigures(answers, byPath, leads) {
  const ms = answers.map((answer) => answer.ms);
  const [slowest, { p99Ms }] = Object.entries(byPath).reduce((worst, one) => (one[1].p99Ms > worst[1].p99Ms ? one : worst));
  const p99 = percentile(ms, 0.99);
  say(`${answers.length} answers`);
  return [
    absoluteFigure(`an answer for the page of a campaign with ${leads} leads: p99`, {
      value: p99,
      shown: duration(p99),
      target: ANSWER_TARGET,
    }),
    absoluteFigure("the same, median", { value: percentile(ms, 0.5), shown: duration(percentile(ms, 0.5)) }),
    absoluteFigure("the slowest of its questions: p99", { value: p99Ms, shown: duration(p99Ms), note: slowest }),
  ];
}

function weightFigures() {
  return Object.entries(FIRST_VIEWS).map(([view, sources]) => {
    const kilobytes = weightOf(scriptsOf(BUILT_PAGE, sources)) / 1_000;
    const shown = `${Math.round(kilobytes)} KB`;
    return absoluteFigure(`script before the first view, by gzip: ${view}`, { value: kilobytes, shown, target: WEIGHT_TARGET });
  });
}
