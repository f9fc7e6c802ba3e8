import type { Transaction } from "kysely";
import { rollBackObstacles } from "../domain/cut-over.ts";
import type { Instant } from "../domain/instant.ts";
import type { Sender } from "../domain/ownership.ts";
import { fail, ok, type Problem, type Result } from "../domain/result.ts";
import type { Actor } from "../storage/lifecycle.ts";
import { type MailToTell, mailsToTell } from "../storage/mails-to-tell.ts";
import { giveCampaign, heldSwitchFacts, type MovingCampaign, movingCampaign } from "../storage/ownership.ts";
import type { Database } from "../storage/schema.ts";
import { type CaughtUp, catchUp, type MoveParts, readingOf } from "./catch-up.ts";
import type { Problems } from "./cut-over.ts";
import { writeBack, writeBackStatements } from "./write-back.ts";

/** Who is to have the campaign again. */
export type Taker = Exclude<Sender, "goniec">;

/** A rollback that has been made ready: what the older sender's database said, read a moment ago. */
export interface ReadyRollBack {
  readonly campaignId: number;
  readonly to: Taker;
  readonly there?: CaughtUp | undefined;
}

export interface RollBackOrder {
  readonly actor: Actor;
  readonly now: Instant;
}

export interface RolledBack {
  readonly changed: boolean;
  readonly campaign: MovingCampaign;
}

export async function prepareRollBack(parts: MoveParts, campaignId: number, to: Taker): Promise<ReadyRollBack> {
  const campaign = await movingCampaign(parts.reader, campaignId);
  const asks = campaign !== undefined && campaign.source.kind === "prisma" && to === "old-process";
  return { campaignId, to, there: asks ? await catchUp(parts, campaign.source) : undefined };
}

/**
 * Gives the campaign back, paused, in the caller's transaction. Refused with all that is in the way, and then nothing has changed; one that
 * the taker has already stays as it is. The older sender has to be told afterwards what was mailed from here: `tellOlderSender`.
 */
export async function rollBack(
  trx: Transaction<Database>,
  { campaignId, to, there }: ReadyRollBack,
  { actor, now }: RollBackOrder,
): Promise<Result<RolledBack, Problems>> {
  const facts = await heldSwitchFacts(trx, campaignId);
  const campaign = await movingCampaign(trx, campaignId);
  if (facts === undefined) throw new Error(`there is no campaign ${campaignId}`);
  if (facts.sender !== to) {
    const reading = campaign && (await readingOf(trx, campaign, there, now));
    const obstacles = rollBackObstacles({ ...facts, there: reading, watches: [] }, to);
    if (obstacles.length > 0) return fail(obstacles);
    await giveCampaign(trx, campaignId, to, { actor, now });
  }
  const after = await movingCampaign(trx, campaignId);
  if (after === undefined) throw new Error(`campaign ${campaignId} came from no older sender`);
  return ok({ changed: facts.sender !== to, campaign: after });
}

/** Whether the older sender knows what was mailed from here. */
export interface Told {
  /** Mails of the campaign that were handed over from here. */
  readonly mails: number;
  /** Leads that it would mail a second time. */
  readonly missing: readonly MailToTell[];
  /** Leads that were added here only; it has no way to mail them. */
  readonly notThere: readonly string[];
}

/**
 * Looks whether the older sender's database knows every mail that was handed over from here; with `write` it is made to know them first.
 * Done again it changes nothing, so whoever was broken off runs it again.
 */
export async function tellOlderSender(parts: MoveParts, campaign: MovingCampaign, write: boolean): Promise<Result<Told>> {
  const mails = await mailsToTell(parts.reader, campaign.id, campaign.source.id);
  const told = await whatIsKnown(parts, campaign, mails);
  if (!told.ok || !write || told.value.missing.length === 0) return told;
  const written = await writeBack(campaign.source.path, campaign.oldId, mails);
  return written.ok ? whatIsKnown(parts, campaign, mails) : written;
}

/** What a person may carry out on that database instead, as a script; undefined when it knows everything. */
export async function scriptFor(campaign: MovingCampaign, { missing }: Told): Promise<Result<string | undefined>> {
  if (missing.length === 0) return ok(undefined);
  const statements = await writeBackStatements(campaign.source.path, campaign.oldId, missing);
  return statements.ok ? ok(`${statements.value.join(";\n")};\n`) : statements;
}

async function whatIsKnown(parts: MoveParts, campaign: MovingCampaign, mails: readonly MailToTell[]): Promise<Result<Told>> {
  const read = await catchUp(parts, campaign.source);
  if (read.problem !== undefined) return fail(unreadable(campaign, read.problem));
  const known = new Set(
    read.picture.handOvers.filter(({ campaignKey }) => campaignKey === campaign.oldId).map(({ leadKey }) => leadKey),
  );
  return ok({
    mails: mails.length,
    missing: mails.filter(({ leadKeys }) => leadKeys.length > 0 && !leadKeys.some((key) => known.has(key))),
    notThere: mails.filter(({ leadKeys }) => leadKeys.length === 0).map(({ address }) => address),
  });
}

function unreadable({ name }: MovingCampaign, problem: string): Problem {
  const message = `whether the older sender knows what Goniec has mailed cannot be seen: ${problem}`;
  return { field: "older sender", value: name, message, allowed: "a database that can be read" };
}
