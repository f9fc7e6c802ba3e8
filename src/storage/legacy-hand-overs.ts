import { type Kysely, sql, type Transaction } from "kysely";
import { localDay } from "../domain/days.ts";
import type { Instant } from "../domain/instant.ts";
import { meaningOf, type ToldMail } from "../domain/old-hand-over.ts";
import { holdForEdit } from "./campaign-edit.ts";
import { correctEntry, forgetTold } from "./legacy-hand-over-answers.ts";
import { enterFirst, enterRepeated, type OldMail } from "./legacy-hand-over-entries.ts";
import { type KnownPlace, knownPlaces, leadsOf, mailboxesOf } from "./legacy-hand-over-facts.ts";
import { movePace, noteMailboxUses } from "./legacy-pace.ts";
import { replan } from "./lifecycle.ts";
import type { Database } from "./schema.ts";
import { jsonOf, valuesTable } from "./values-table.ts";

type Trx = Transaction<Database>;

/** A mail that an older sender has handed over, or may have, as its tables tell it. */
export interface HandOverThere extends ToldMail {
  /** Absent when that database has forgotten the lead. */
  readonly leadKey?: string | undefined;
  /** Normalised. */
  readonly address: string;
  readonly mailboxKey?: string | undefined;
}

/** Into which campaign, of which source, and when. */
export interface Bringing {
  readonly sourceId: number;
  readonly campaignId: number;
  readonly now: Instant;
}

/** What was new. */
export interface Brought {
  /** Leads that count as written to from now on. */
  readonly entered: number;
  /** Mails beyond one to a lead. */
  readonly repeated: number;
  /** Known mails that are told in another state, or better, than before. */
  readonly answered: number;
}

export const NOTHING_BROUGHT: Brought = { entered: 0, repeated: 0, answered: 0 };

export const addBrought = (a: Brought, b: Brought): Brought => ({
  entered: a.entered + b.entered,
  repeated: a.repeated + b.repeated,
  answered: a.answered + b.answered,
});

/** A look into the index for each; more of them would hold up the event loop. */
const ASKED_TOGETHER = 5_000;

/** Of these hand-overs, those that say something which is not known yet, or may; the others need no transaction. */
export async function newHandOvers<T extends HandOverThere>(
  db: Kysely<Database>,
  sourceId: number,
  handOvers: readonly T[],
): Promise<T[]> {
  const news: T[] = [];
  for (let start = 0; start < handOvers.length; start += ASKED_TOGETHER) {
    const some = handOvers.slice(start, start + ASKED_TOGETHER);
    const rows = jsonOf(some.map(({ key, state }) => [key, state]));
    const { rows: known } = await sql<{ key: string }>`
      SELECT v.column1 AS key FROM ${valuesTable(db, ["TEXT", "TEXT"], rows)}
      CROSS JOIN "LegacyHandOver" AS h
      WHERE h."sourceId" = ${sourceId} AND h."legacyKey" = v.column1 AND (h."state" = 'sent' OR h."state" = v.column2)`.execute(
      db,
    );
    const keys = new Set(known.map(({ key }) => key));
    news.push(...some.filter(({ key }) => !keys.has(key)));
  }
  return news;
}

/** A transaction with so many takes some ten milliseconds. */
export const HAND_OVERS_TOGETHER = 200;

/**
 * Enters hand-overs of one campaign of an older sender, as if they had been made from here: ledger, queue rows, leads' states, limits and
 * pace. Those that are known change nothing, so they may be given again; whoever brings many does so in several transactions. Holds the
 * campaign until the caller's transaction ends.
 */
export async function bringHandOvers(trx: Trx, to: Bringing, handOvers: readonly HandOverThere[]): Promise<Brought> {
  await holdForEdit(trx, to.campaignId);
  const news = await newHandOvers(trx, to.sourceId, handOvers);
  let brought = NOTHING_BROUGHT;
  for (let start = 0; start < news.length; start += HAND_OVERS_TOGETHER)
    brought = addBrought(brought, await bringSome(trx, to, news.slice(start, start + HAND_OVERS_TOGETHER)));
  const changes = brought.entered + brought.repeated + brought.answered;
  if (changes > 0) await replan(trx, to.campaignId, to.now, "the older sender's mails were brought in");
  return brought;
}

/** What the mails of some hand-overs turn out to be. */
interface Sorted {
  readonly first: OldMail[];
  readonly repeated: OldMail[];
  readonly ours: OldMail[];
  readonly anew: { readonly mail: OldMail; readonly before: string }[];
  /** Keys under which `first` ones were known, before a person wrote them off. */
  readonly writtenOff: string[];
}

async function bringSome(trx: Trx, to: Bringing, handOvers: readonly HandOverThere[]): Promise<Brought> {
  const mails = await mailsOf(trx, to, handOvers);
  const places = await knownPlaces(
    trx,
    to,
    mails.map(({ leadId }) => leadId),
  );
  const { first, repeated, ours, anew, writtenOff } = sorted(mails, places);
  await noteMailboxUses(trx, mails);
  await forgetTold(trx, to.sourceId, writtenOff);
  await enterFirst(trx, to, first, places);
  for (const { mail, before } of anew) await correctEntry(trx, to, mail, before);
  await enterRepeated(trx, to, repeated, ours, places);
  await movePace(trx, to, [...first, ...repeated], anew.length > 0);
  return { entered: first.length, repeated: repeated.length, answered: anew.length };
}

/** Each with its lead, its mailbox and its days. */
async function mailsOf(trx: Trx, to: Bringing, handOvers: readonly HandOverThere[]): Promise<OldMail[]> {
  const campaign = await trx
    .selectFrom("Campaign")
    .select(["zone", "createdAt"])
    .where("id", "=", to.campaignId)
    .executeTakeFirstOrThrow();
  const mailboxes = await mailboxesOf(trx, to, handOvers);
  const leads = await leadsOf(trx, to, handOvers);
  return handOvers.map((handOver, index) => {
    // Nobody has mailed in the future; and what nothing dates is as old as its campaign, so that it takes nothing of today's limits.
    const at = Math.min(handOver.at ?? campaign.createdAt, to.now);
    const mailbox = mailboxes.of(handOver.mailboxKey);
    return {
      handOver,
      at,
      leadId: leads[index] as number,
      mailboxId: mailbox.id,
      isMailboxKnown: mailbox.isKnown,
      campaignDay: localDay(campaign.zone, at).day,
      mailboxDay: localDay(mailbox.zone, at).day,
    };
  });
}

function sorted(mails: readonly OldMail[], places: ReadonlyMap<number, KnownPlace>): Sorted {
  const found: Sorted = { first: [], repeated: [], ours: [], anew: [], writtenOff: [] };
  // What a mail of the same lead has said before it counts for the next one.
  const known = new Map([...places].map(([leadId, { entry, told }]) => [leadId, { entry, told }]));
  for (const mail of mails) {
    const { leadId, handOver } = mail;
    const before = known.get(leadId) ?? { entry: undefined, told: [] };
    const meaning = meaningOf({ ...handOver, at: mail.at }, before);
    if (meaning.kind === "nothing") continue;
    let { told } = before;
    if (meaning.kind === "told-anew") {
      told = told.filter(({ key }) => key !== meaning.before);
      if (before.entry !== undefined) found.anew.push({ mail, before: meaning.before });
      else {
        found.writtenOff.push(meaning.before);
        found.first.push(mail);
      }
    } else found[meaning.kind].push(mail);
    const entry = before.entry ?? { isOurs: false, at: mail.at, rfcMessageId: handOver.rfcMessageId ?? "" };
    known.set(leadId, { entry, told: [...told, handOver] });
  }
  return found;
}
