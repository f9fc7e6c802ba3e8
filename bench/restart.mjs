import { setTimeout as pause } from "node:timers/promises";
import { assertOnce } from "./campaign.mjs";
import { absoluteFigure, duration, median, say } from "./harness.mjs";
import { serve, untilAccepted } from "./processes.mjs";
import { withCampaign } from "./sqlite-campaign.mjs";

export const name = "restart";
export const work =
  "kill -9 while an unpaced campaign is sent and a new process at once, until the next mail that was not sent before is accepted";

const KILLS = 10;
const KILLS_QUICK = 3;
/** Between two kills, so that each hits a process in full flow. */
const MAILS_BETWEEN = 300;
const LOOK_EVERY_MS = 5;
const TARGET = /** @type {const} */ ({ side: "at most", value: 1, unit: "s" });

/**
 * @param {import("./harness.mjs").RunOptions} options
 * @returns {Promise<import("./harness.mjs").RowResult>}
 */
export async function run({ quick }) {
  const kills = quick ? KILLS_QUICK : KILLS;
  // Twice what is needed: the campaign must not end before the last kill.
  return withCampaign((kills + 1) * MAILS_BETWEEN * 2, ({ sink, onCopy }) =>
    onCopy(async (database) => {
      const gapsMs = await gapsAfterKills(database, sink, kills);
      assertOnce(await sink.log());
      const [middle, worst] = [median(gapsMs), Math.max(...gapsMs)];
      const figures = [
        absoluteFigure(`until the next mail, median of ${kills}`, {
          value: middle / 1_000,
          shown: duration(middle),
          target: TARGET,
        }),
        absoluteFigure("worst", { value: worst / 1_000, shown: duration(worst), target: TARGET }),
      ];
      return { figures, repetitions: { gapsMs } };
    }),
  );
}

async function gapsAfterKills(database, sink, kills) {
  const gapsMs = [];
  let serving = await serve(database);
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      await untilAccepted(sink, (await sink.count()) + MAILS_BETWEEN);
      const killedAt = Date.now();
      await serving.kill();
      serving = await serve(database);
      gapsMs.push((await firstAcceptance(sink, killedAt)) - killedAt);
      say(`kill ${kill + 1}: ${duration(gapsMs.at(-1))}`);
    }
  } finally {
    await serving.stop();
  }
  return gapsMs;
}

/** Mails that the dead process had still handed over come on connections from before its death. */
async function firstAcceptance(sink, killedAt) {
  for (;;) {
    const { connectedAt, acceptedAt } = await sink.log();
    const first = connectedAt.findIndex((at) => at > killedAt);
    if (first >= 0) return acceptedAt[first];
    await pause(LOOK_EVERY_MS);
  }
}
