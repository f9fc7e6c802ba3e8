import { setTimeout as pause } from "node:timers/promises";
import { join } from "node:path";
import { inFolder } from "./cache.mjs";
import { sendCampaign } from "./campaign.mjs";
import { alternate, megabytes, ratioFigure } from "./harness.mjs";
import { serve } from "./processes.mjs";
import { withCampaign } from "./sqlite-campaign.mjs";

export const name = "memory";
export const work = "The most that goniec serve has resident while it sends 20,000 mails, of as many leads and of 1,000,000";

const MAILS = 20_000;
const LEADS = { few: 20_000, many: 1_000_000 };
const QUICK = { mails: 500, few: 600, many: 5_000 };
/** Until a process that has nothing to do has come to rest. */
const SETTLE_MS = 5_000;
/** What two runs of the same differ by. */
const SAME = 1.1;

/**
 * @param {import("./harness.mjs").RunOptions} options
 * @returns {Promise<import("./harness.mjs").RowResult>}
 */
export async function run({ quick }) {
  const { few, many } = quick ? QUICK : LEADS;
  const mails = quick ? QUICK.mails : MAILS;
  const sending = ({ sink, onCopy }) => onCopy((database) => sendCampaign(database, sink, mails));
  const rounds = await withCampaign(few, (small) =>
    withCampaign(many, (large) => alternate({ idle: idleBytes, few: () => sending(small), many: () => sending(large) })),
  );
  return { figures: figuresOf(rounds), repetitions: rounds };
}

function figuresOf(rounds) {
  const bytes = (sent) => sent.map(({ residentBytes }) => residentBytes);
  const against = (figure, ours, bound, value) => {
    const target = /** @type {const} */ ({ side: "at most", value });
    return ratioFigure(figure, { ours: bytes(ours), bound: bytes(bound), shown: megabytes, target });
  };
  return [
    against("sending 20,000 leads, against an idle process", rounds.few, rounds.idle, 1.5),
    against("sending from 1,000,000 leads, against an idle process", rounds.many, rounds.idle, 1.5),
    against("1,000,000 leads, against 20,000 (the same but for noise)", rounds.many, rounds.few, SAME),
  ];
}

async function idleBytes() {
  return inFolder(async (folder) => {
    const serving = await serve(join(folder, "idle.db"));
    try {
      await pause(SETTLE_MS);
      return { residentBytes: serving.usage().residentBytes };
    } finally {
      await serving.stop();
    }
  });
}
