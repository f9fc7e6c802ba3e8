import { type Kysely, sql, type Transaction } from "kysely";
import type { Origin, SwitchFacts } from "../domain/cut-over.ts";
import type { Instant } from "../domain/instant.ts";
import { type Owner, type Sender, senderOf } from "../domain/ownership.ts";
import { say } from "../domain/phrase.ts";
import type { CampaignStatus } from "../domain/states.ts";
import { WATCH_MS } from "../domain/watch-findings.ts";
import { holdForEdit } from "./campaign-edit.ts";
import { recordEvent } from "./events.ts";
import { type Actor, replan } from "./lifecycle.ts";
import type { Database } from "./schema.ts";

type Trx = Transaction<Database>;

/** A database, or a file, of an older sender. */
export interface OldSource {
  readonly id: number;
  readonly name: string;
  readonly kind: "prisma" | "csv";
  readonly path: string;
  /** Its texts of local time are in it. */
  readonly zone: string;
  readonly createdAt: Instant;
  readonly readAt: Instant | null;
  readonly problem: string | null;
}

/** A campaign that came from an older sender, and how far it has moved over. */
export interface MovingCampaign {
  readonly id: number;
  readonly name: string;
  readonly status: CampaignStatus;
  readonly owner: Owner;
  readonly sender: Sender;
  readonly source: OldSource;
  /** Its id in the older sender's database. */
  readonly oldId: string;
  /** Its status there, as last read. */
  readonly oldStatus: string;
  readonly questions: readonly string[];
  readonly importedAt: Instant | null;
  readonly cutOverAt: Instant | null;
  readonly rolledBackAt: Instant | null;
  readonly watchUntil: Instant | null;
}

export async function oldSources(db: Kysely<Database>): Promise<OldSource[]> {
  return db.selectFrom("LegacySource").selectAll().orderBy("id").execute();
}

/** Those that came from an older sender, in the order in which they did. */
export async function movingCampaigns(
  db: Kysely<Database>,
  page: { readonly afterId?: number | undefined; readonly limit: number },
): Promise<MovingCampaign[]> {
  const rows = await selectMoving(db)
    .where("c.id", ">", page.afterId ?? 0)
    .orderBy("c.id")
    .limit(page.limit)
    .execute();
  return rows.map(toMoving);
}

/** Those that were cut over and are Goniec's still: whose watch runs or has ended. */
export async function watchedCampaigns(db: Kysely<Database>): Promise<MovingCampaign[]> {
  const rows = await selectMoving(db)
    .where("c.owner", "=", "goniec")
    .where("origin.cutOverAt", "is not", null)
    .orderBy("origin.cutOverAt")
    .execute();
  return rows.map(toMoving);
}

/** The source's campaigns that this sender has. */
export async function movingOf(db: Kysely<Database>, sourceId: number, sender?: Sender): Promise<MovingCampaign[]> {
  const rows = await selectMoving(db).where("origin.sourceId", "=", sourceId).orderBy("c.id").execute();
  const all = rows.map(toMoving);
  return sender === undefined ? all : all.filter((campaign) => campaign.sender === sender);
}

/** The source was read to its end, or why it was not. */
export async function noteReading(trx: Trx, sourceId: number, problem: string | undefined, now: Instant): Promise<void> {
  await trx
    .updateTable("LegacySource")
    .set(problem === undefined ? { readAt: now, problem: null } : { problem })
    .where("id", "=", sourceId)
    .execute();
}

/** Whether leads of the campaign may still be written to by somebody. */
export async function hasOpenPlaces(db: Kysely<Database>, campaignId: number): Promise<boolean> {
  const open = db
    .selectFrom("CampaignLead")
    .select("id")
    .where("campaignId", "=", campaignId)
    .where("state", "in", ["waiting", "planned", "retrying"]);
  return (await open.limit(1).executeTakeFirst()) !== undefined;
}

/** Rows of the older sender of which nobody knows whether they left, by their keys there, that are known here since before `before`. */
export async function keysKnownUnconfirmed(trx: Trx, campaignId: number, before: Instant): Promise<ReadonlySet<string>> {
  const rows = await trx
    .selectFrom("LegacyHandOver")
    .select("legacyKey")
    .where("campaignId", "=", campaignId)
    .where("state", "=", sql.lit("unconfirmed" as const))
    .where("seenAt", "<=", before)
    .execute();
  return new Set(rows.map(({ legacyKey }) => legacyKey));
}

/** Undefined of a campaign that did not come from an older sender. */
export async function movingCampaign(db: Kysely<Database>, campaignId: number): Promise<MovingCampaign | undefined> {
  const row = await selectMoving(db).where("c.id", "=", campaignId).executeTakeFirst();
  return row === undefined ? undefined : toMoving(row);
}

const selectMoving = (db: Kysely<Database>) =>
  db
    .selectFrom("LegacyCampaign as origin")
    .innerJoin("Campaign as c", "c.id", "origin.campaignId")
    .innerJoin("LegacySource as source", "source.id", "origin.sourceId")
    .select(["c.id", "c.name", "c.status", "c.owner", "c.hasOldProcess", "origin.sourceId"])
    .select([
      "source.name as source",
      "source.kind",
      "source.path",
      "source.zone as sourceZone",
      "source.createdAt",
      "source.readAt",
      "source.problem",
    ])
    .select(["origin.legacyId", "origin.legacyStatus", "origin.questions", "origin.importedAt"])
    .select(["origin.cutOverAt", "origin.rolledBackAt", "origin.watchUntil"])
    .where("c.deletedAt", "is", null);

type MovingRow = Awaited<ReturnType<ReturnType<typeof selectMoving>["execute"]>>[number];

function toMoving(row: MovingRow): MovingCampaign {
  const { id, name, status, owner, importedAt, cutOverAt, rolledBackAt, watchUntil } = row;
  const { sourceId, kind, path, createdAt, readAt, problem } = row;
  return {
    ...{ id, name, status, owner, importedAt, cutOverAt, rolledBackAt, watchUntil },
    sender: senderOf(owner, row.hasOldProcess === 1),
    source: { id: sourceId, name: row.source, kind, path, zone: row.sourceZone, createdAt, readAt, problem },
    oldId: row.legacyId,
    oldStatus: row.legacyStatus,
    questions: JSON.parse(row.questions) as string[],
  };
}

/** What is known here of a campaign that is to change hands; undefined when there is none. */
async function switchFacts(db: Kysely<Database>, campaignId: number): Promise<SwitchFacts | undefined> {
  const row = await db
    .selectFrom("Campaign")
    .select(["name", "owner", "hasOldProcess"])
    .select((eb) =>
      eb
        .selectFrom("CampaignEmailQueue")
        .select(eb.fn.countAll<number>().as("n"))
        .where("campaignId", "=", campaignId)
        .where("state", "=", sql.lit("sending" as const))
        .as("sending"),
    )
    .where("id", "=", campaignId)
    .where("deletedAt", "is", null)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const moving = await movingCampaign(db, campaignId);
  return {
    name: row.name,
    sender: senderOf(row.owner, row.hasOldProcess === 1),
    sendingHere: Number(row.sending),
    ...(moving !== undefined && { origin: originOf(moving) }),
  };
}

const originOf = ({ source, importedAt, questions }: MovingCampaign): Origin => ({
  source: source.name,
  kind: source.kind,
  isWhole: importedAt !== null,
  questions,
});

/** As `switchFacts`, with the campaign held until the transaction ends: nothing of it is claimed meanwhile. */
export async function heldSwitchFacts(trx: Trx, campaignId: number): Promise<SwitchFacts | undefined> {
  await holdForEdit(trx, campaignId);
  return switchFacts(trx, campaignId);
}

/** Who orders a campaign to change hands, when, and what the history is to say of it. */
export interface SwitchOrder {
  readonly actor: Actor;
  readonly now: Instant;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Makes a held campaign Goniec's, and has it watched from now. False, and nothing changed, when it is so already. */
export async function takeCampaign(trx: Trx, campaignId: number, { actor, now, data }: SwitchOrder): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable("Campaign")
    .set({ owner: "goniec", hasOldProcess: 0, updatedAt: now })
    .where("id", "=", campaignId)
    .where("owner", "=", "legacy")
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  await trx
    .updateTable("LegacyCampaign")
    .set({ cutOverAt: now, watchUntil: now + WATCH_MS })
    .where("campaignId", "=", campaignId)
    .execute();
  await replan(trx, campaignId, now, say("cut-over"));
  await recordEvent(trx, { kind: "campaign-cut-over", at: now, actor, campaignId, data });
  return true;
}

/**
 * Gives a held campaign to the older sender's process or to the fallback sender, and pauses it. False, and nothing changed, when that one
 * has it already.
 */
export async function giveCampaign(
  trx: Trx,
  campaignId: number,
  to: Exclude<Sender, "goniec">,
  { actor, now, data }: SwitchOrder,
): Promise<boolean> {
  const hasOldProcess = to === "old-process" ? 1 : 0;
  const { numUpdatedRows } = await trx
    .updateTable("Campaign")
    .set((eb) => ({
      owner: "legacy",
      hasOldProcess,
      updatedAt: now,
      status: eb
        .case()
        .when("status", "in", ["IN_PROGRESS", "SCHEDULED"])
        .then(sql.lit("PAUSED" as const))
        .else(eb.ref("status"))
        .end(),
    }))
    .where("id", "=", campaignId)
    .where((eb) => eb.or([eb("owner", "=", "goniec"), eb("hasOldProcess", "<>", hasOldProcess)]))
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  await trx
    .updateTable("LegacyCampaign")
    .set({ rolledBackAt: now, watchUntil: null })
    .where("campaignId", "=", campaignId)
    .execute();
  await replan(trx, campaignId, now, say("rolled-back"));
  await recordEvent(trx, { kind: "campaign-rolled-back", at: now, actor, campaignId, data: { to, ...data } });
  return true;
}
