import { sendCampaign, sendWith } from "./campaign.mjs";
import { alternate, ratioFigure } from "./harness.mjs";
import { withCampaign } from "./sqlite-campaign.mjs";

export const name = "cpu-per-mail";
export const work = "Processor time of the whole sending process, from its start to the last acceptance, by mails";

const LEADS = 20_000;
const LEADS_QUICK = 600;

/**
 * @param {import("./harness.mjs").RunOptions} options
 * @returns {Promise<import("./harness.mjs").RowResult>}
 */
export async function run({ quick }) {
  const leads = quick ? LEADS_QUICK : LEADS;
  return withCampaign(leads, async ({ sink, onCopy }) => {
    const rounds = await alternate({
      nodemailer: () => sendWith("plain-nodemailer.mjs", sink, leads),
      goniec: () => onCopy((database) => sendCampaign(database, sink, leads)),
    });
    const perMail = (sent) => sent.map(({ cpuSeconds }) => (cpuSeconds / leads) * 1_000);
    const figure = ratioFigure("processor time per mail, against pooled nodemailer", {
      ours: perMail(rounds.goniec),
      bound: perMail(rounds.nodemailer),
      shown: (ms) => `${ms.toFixed(2)} ms`,
      target: { side: "at most", value: 1.5 },
    });
    return { figures: [figure], repetitions: rounds };
  });
}
