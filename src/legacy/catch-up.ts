import type { Kysely, Transaction } from "kysely";
import type { Reading } from "../domain/cut-over.ts";
import { type Instant, MINUTE_MS } from "../domain/instant.ts";
import { hasEnded } from "../domain/old-status.ts";
import type { Clock } from "../engine/ports.ts";
import { followCampaign, settlePlaces } from "../storage/legacy-campaigns.ts";
import { bringHandOvers, HAND_OVERS_TOGETHER, newHandOvers } from "../storage/legacy-hand-overs.ts";
import { linkedCampaigns } from "../storage/legacy-sources.ts";
import {
  hasOpenPlaces,
  keysKnownUnconfirmed,
  type MovingCampaign,
  movingOf,
  noteReading,
  type OldSource,
} from "../storage/ownership.ts";
import type { Database } from "../storage/schema.ts";
import { readOldDatabase } from "./old-database.ts";
import type { OldHandOver, OldPicture } from "./old-picture.ts";
import { isSameDatabase } from "./same-database.ts";

/** What moving over works with. */
export interface MoveParts {
  readonly reader: Kysely<Database>;
  readonly clock: Pick<Clock, "now">;
  write<T>(work: (trx: Transaction<Database>, now: Instant) => Promise<T>): Promise<T>;
}

/** What an older sender's database has just said, or why it said nothing. */
export type CaughtUp =
  | { readonly source: OldSource; readonly picture: OldPicture; readonly problem?: undefined }
  | { readonly problem: string };

/** A row in `sending` that was first seen longer ago than this is stuck there, and not on its way. */
const IN_FLIGHT_FOR_MS = 5 * MINUTE_MS;
const PLACES_TOGETHER = 500;
/** As the history names who follows what the older sender does. */
const FOLLOWER = "older sender";
/** The thread waits with it. */
export const BUSY_WAIT_MS = 1_000;

/**
 * Reads the source's database again and brings in what its sender has mailed since, and what its campaigns do now. Why it could not be read
 * stays with the source, for people to see, and is returned too.
 */
export async function catchUp(parts: MoveParts, source: OldSource): Promise<CaughtUp> {
  const read = await readSource(parts, source);
  if (read.problem !== undefined) {
    if (read.problem !== source.problem) await parts.write((trx, now) => noteReading(trx, source.id, read.problem, now));
    return read;
  }
  for (const campaign of await movingOf(parts.reader, source.id)) await bring(parts, campaign, read.picture);
  await parts.write((trx, now) => noteReading(trx, source.id, undefined, now));
  return read;
}

async function readSource(parts: MoveParts, source: OldSource): Promise<CaughtUp> {
  const reading = { now: parts.clock.now(), zone: source.zone, busyWaitMs: BUSY_WAIT_MS };
  const read = await readOldDatabase(source.path, reading);
  if (!read.ok) return { problem: `${read.error.value} ${read.error.message}` };
  if (!isSameDatabase(read.value, await linkedCampaigns(parts.reader, source.id)))
    return { problem: `${source.path} is another database than the one that was imported as ${JSON.stringify(source.name)}` };
  return { source, picture: read.value };
}

async function bring({ reader, write }: MoveParts, campaign: MovingCampaign, picture: OldPicture): Promise<void> {
  const there = picture.campaigns.find(({ key }) => key === campaign.oldId);
  if (there === undefined || campaign.importedAt === null) return;
  if (there.oldStatus !== campaign.oldStatus) await write((trx, now) => followCampaign(trx, campaign.id, there, FOLLOWER, now));
  await bringNews({ reader, write }, campaign, picture.handOvers);
  if (there.oldStatus === campaign.oldStatus && !(hasEnded(there.status) && (await hasOpenPlaces(reader, campaign.id)))) return;
  while ((await write((trx, now) => settlePlaces(trx, campaign.id, PLACES_TOGETHER, now))) === PLACES_TOGETHER);
}

/** Brings in those of the hand-overs that are the campaign's and not known yet. */
export async function bringNews(
  { reader, write }: Pick<MoveParts, "reader" | "write">,
  campaign: MovingCampaign,
  handOvers: readonly OldHandOver[],
): Promise<void> {
  const { id: campaignId, source, importedAt } = campaign;
  // What is half imported is brought in by an import.
  if (importedAt === null) return;
  const news = await newHandOvers(reader, source.id, handOversOf(handOvers, campaign));
  for (let start = 0; start < news.length; start += HAND_OVERS_TOGETHER) {
    const some = news.slice(start, start + HAND_OVERS_TOGETHER);
    await write((trx, now) => bringHandOvers(trx, { sourceId: source.id, campaignId, now }, some));
  }
}

const handOversOf = (handOvers: readonly OldHandOver[], { oldId }: MovingCampaign): OldHandOver[] =>
  handOvers.filter(({ campaignKey }) => campaignKey === oldId);

/** As `catchUp`, with what the sender has done of one campaign while that was brought in: little enough for one transaction. */
export async function lastMoments(parts: MoveParts, campaign: MovingCampaign): Promise<LastMoments> {
  const first = await catchUp(parts, campaign.source);
  if (first.problem !== undefined) return first;
  const again = await readSource(parts, campaign.source);
  if (again.problem !== undefined) return again;
  const rest = await newHandOvers(parts.reader, campaign.source.id, handOversOf(again.picture.handOvers, campaign));
  return { ...again, rest };
}

export type LastMoments =
  | (Extract<CaughtUp, { problem?: undefined }> & { readonly rest: readonly OldHandOver[] })
  | { readonly problem: string };

/** What was read of a campaign, as a switch is judged by it; undefined where nothing was. */
export async function readingOf(
  trx: Transaction<Database>,
  campaign: MovingCampaign,
  there: CaughtUp | undefined,
  now: Instant,
): Promise<Reading | undefined> {
  if (there === undefined || there.problem !== undefined) return there;
  const status = there.picture.campaigns.find(({ key }) => key === campaign.oldId)?.oldStatus;
  if (status === undefined) return { problem: `the campaign is not in ${there.source.path} any more` };
  const stuck = await keysKnownUnconfirmed(trx, campaign.id, now - IN_FLIGHT_FOR_MS);
  const unconfirmed = handOversOf(there.picture.handOvers, campaign).filter(({ state }) => state === "unconfirmed");
  return { status, inFlight: unconfirmed.filter(({ key }) => !stuck.has(key)).length };
}
