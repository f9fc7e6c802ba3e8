import { withApp } from "./app.mjs";
import { sizes } from "./big.mjs";
import { postgresDatabase, sqliteDatabase } from "./database.mjs";
import { PLANNED_FROM } from "./database-rows.mjs";
import { alternate, duration, median, missingFigure, ratioFigure } from "./harness.mjs";

export const name = "heads";
export const work = "The engine's own questions for the next 20 mails, in a backlog of which every mail is due";

const MAILS = 20;
const LOOKS = 200;
const LOOKS_QUICK = 20;
const LOOKS_MIN = 5;
const LOOKS_END_MS = 20_000;
const DAY_MS = 86_400_000;
/** Every planned mail is due by then, also those of campaigns that went to the end of the row. */
const NOW = PLANNED_FROM + 10_000 * DAY_MS;
const TARGET = /** @type {const} */ ({ side: "at most", value: 2 });

/**
 * @param {import("./harness.mjs").RunOptions} options
 * @returns {Promise<import("./harness.mjs").RowResult>}
 */
export async function run({ quick }) {
  const looks = quick ? LOOKS_QUICK : LOOKS;
  const sqlite = await measure(sqliteDatabase, quick, looks);
  const figures = [figureOf("SQLite", sqlite)];
  try {
    const postgres = await measure(postgresDatabase, quick, looks);
    return { figures: [...figures, figureOf("PostgreSQL", postgres)], repetitions: { sqlite, postgres } };
  } catch (error) {
    return { figures: [...figures, missingFigure(figureName("PostgreSQL"), TARGET, String(error))], repetitions: { sqlite } };
  }
}

async function measure(databaseOf, quick, looks) {
  const { large, small } = sizes(quick);
  const [many, few] = [await databaseOf(large), await databaseOf(small)];
  return alternate({
    large: () => withApp(many, (app) => lookMs(app, looks)),
    small: () => withApp(few, (app) => lookMs(app, looks)),
  });
}

const figureName = (database) => `${database}: 10,000,000 rows and 10,000 campaigns, against 1,000,000 rows and 10 campaigns`;

function figureOf(database, { large, small }) {
  return ratioFigure(figureName(database), { ours: large, bound: small, shown: duration, target: TARGET });
}

/** @returns {Promise<number>} the median of all looks in ms; fewer looks when they take long */
async function lookMs(app, looks) {
  const times = [];
  const endMs = performance.now() + LOOKS_END_MS;
  for (let look = 0; look < looks && (look < LOOKS_MIN || performance.now() < endMs); look += 1) {
    const startedMs = performance.now();
    const due = await app.store.dueCampaigns(NOW, MAILS);
    await app.store.transaction(async (tx) => {
      for (let mail = 0; mail < MAILS; mail += 1) {
        const [next] = await tx.nextEmails(due[mail % due.length].id, NOW, 1);
        if (next === undefined) throw new Error("a campaign with backlog has no next mail");
      }
    });
    times.push(performance.now() - startedMs);
    await toTheEnd(app, due);
  }
  return median(times);
}

/** As after their mails: the next look meets other campaigns, whose rows are not at hand yet. */
async function toTheEnd(app, due) {
  await app.write(async (trx) => {
    const ids = due.map(({ id }) => id);
    await trx
      .updateTable("Campaign")
      .set((eb) => ({ nextDueAt: eb("nextDueAt", "+", DAY_MS) }))
      .where("id", "in", ids)
      .execute();
  });
}
