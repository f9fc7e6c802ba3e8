import type { Trouble } from "../domain/alerts.ts";
import { isAtWork, engineState } from "../domain/engine-state.ts";
import { frozenText } from "../domain/frozen.ts";
import { say } from "../domain/phrase.ts";
import { type CampaignCount, failuresBetween, mailboxesInNeed, unconfirmedByCampaign } from "../storage/alerts.ts";
import { frozenState } from "../storage/frozen.ts";
import { campaignsMailedThere } from "../storage/watch-facts.ts";
import { viewWorkers } from "./campaign-views.ts";
import { schedulerLatenessMs } from "./installation-figures.ts";
import type { Questions } from "./questions.ts";
import { LATE_AFTER_MS } from "./readiness.ts";

/** All that needs a person at this moment, with the failures in the history after `afterId`, up to `upTo`. */
export async function findTroubles(asked: Questions, afterId: number, upTo: number): Promise<Trouble[]> {
  const { reader } = asked;
  const frozen = await frozenState(reader);
  return [
    ...(frozen === undefined ? await lateness(asked) : [{ kind: "frozen", count: 1, say: () => frozenText(frozen) } as const]),
    ...(await mailboxesInNeed(reader)).map(attention),
    ...(await unconfirmedByCampaign(reader)).map(unconfirmed),
    ...(await failuresBetween(reader, afterId, upTo)).map(failed),
    ...(await campaignsMailedThere(reader)).map(mailedThere),
  ];
}

async function lateness(asked: Questions): Promise<Trouble[]> {
  if ((await schedulerLatenessMs(asked)) <= LATE_AFTER_MS) return [];
  // One sentence for as long as it lasts: a text that counts minutes would be news at every look.
  const text = isAtWork(engineState(await viewWorkers(asked))) ? say("alert-late") : say("alert-nobody");
  return [{ kind: "scheduler-late", count: 1, say: () => text }];
}

function attention({ id, address, attention: why }: { id: number; address: string; attention: string }): Trouble {
  return { kind: "mailbox-attention", subjectId: id, count: 1, say: () => say("alert-attention", { address, part: why }) };
}

function unconfirmed({ campaignId, campaign, mails }: CampaignCount): Trouble {
  const text = (count: number) =>
    count === 1 ? say("alert-one-unconfirmed", { campaign }) : say("alert-unconfirmed", { count, campaign });
  return { kind: "mail-unconfirmed", subjectId: campaignId, count: mails, say: text };
}

function failed({ campaignId, campaign, mails }: CampaignCount): Trouble {
  const text = (count: number) =>
    count === 1 ? say("alert-one-failed", { campaign }) : say("alert-failed", { count, campaign });
  return { kind: "mail-failed", subjectId: campaignId, count: mails, say: text };
}

/** Nobody but a person can stop that sender; those leads are not mailed again from here. */
function mailedThere({ campaignId, campaign, mails }: CampaignCount): Trouble {
  const text = (count: number) =>
    count === 1 ? say("alert-one-mailed-there", { campaign }) : say("alert-mailed-there", { count, campaign });
  return { kind: "older-sender-mailed", subjectId: campaignId, count: mails, say: text };
}
