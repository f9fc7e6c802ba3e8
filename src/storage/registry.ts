import { sql, type Transaction } from "kysely";
import type { CampaignSettings } from "../domain/campaign.ts";
import type { Instant } from "../domain/instant.ts";
import { say } from "../domain/phrase.ts";
import type { SettingName } from "../domain/phrases.ts";
import { recordEvent } from "./events.ts";
import { type FieldsChange, keepFieldsBefore } from "./field-history.ts";
import { type Actor, replan, replanCampaignsOf } from "./lifecycle.ts";
import { prepared } from "./prepared.ts";
import type { Database } from "./schema.ts";
import { jsonOf, valueList, valuesTable } from "./values-table.ts";

type Trx = Transaction<Database>;

/** A lead as it comes from a file. */
export interface NewLead {
  /** Normalised. */
  readonly address: string;
  readonly fields: Readonly<Record<string, string>>;
  /** 1 goes first; 999 when the file says nothing. */
  readonly priority?: number | undefined;
}

export interface ImportCount {
  readonly added: number;
  /** Already in the campaign; their fields were brought up to date, their place and state were not touched. */
  readonly known: number;
}

const PRIORITY_DEFAULT = 999;

export async function campaignIdByName(trx: Trx, name: string): Promise<number | undefined> {
  const row = await trx.selectFrom("Campaign").select("id").where("name", "=", name).executeTakeFirst();
  return row?.id;
}

/** A new campaign in DRAFT. `seed` (a whole number from chance) fixes all its gaps. */
export async function createCampaign(
  trx: Trx,
  name: string,
  settings: CampaignSettings,
  seed: number,
  actor: Actor,
  now: Instant,
): Promise<number> {
  const { id } = await trx
    .insertInto("Campaign")
    .values({
      name,
      status: "DRAFT",
      ...settingColumns(settings),
      seed,
      paceIndex: 0,
      dayStartIndex: 0,
      createdAt: now,
      updatedAt: now,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await recordEvent(trx, { kind: "campaign-created", at: now, actor, campaignId: id });
  return id;
}

/** Puts changed settings in force from the very next mail, never touching the status; false when nothing differs. */
export async function changeSettings(
  trx: Trx,
  campaignId: number,
  settings: CampaignSettings,
  actor: Actor,
  now: Instant,
): Promise<boolean> {
  const columns = settingColumns(settings);
  const before = await trx.selectFrom("Campaign").selectAll().where("id", "=", campaignId).executeTakeFirstOrThrow();
  const changed = Object.fromEntries(
    Object.entries(columns).filter(([column, value]) => before[column as keyof typeof columns] !== value),
  );
  if (Object.keys(changed).length === 0) return false;
  await trx
    .updateTable("Campaign")
    .set({ ...changed, updatedAt: now })
    .where("id", "=", campaignId)
    .execute();
  await recordEvent(trx, { kind: "settings-changed", at: now, actor, campaignId, data: changed });
  await replan(trx, campaignId, now, say("settings-changed", { names: Object.keys(changed).join(", ") }));
  return true;
}

function settingColumns(settings: CampaignSettings) {
  const pause = settings.longPause;
  return {
    zone: settings.zone,
    windows: JSON.stringify(settings.windows),
    holidays: JSON.stringify(settings.holidays),
    startAt: settings.startAt ?? null,
    delayMs: settings.delayMs,
    jitterMin: settings.jitter.min,
    jitterMax: settings.jitter.max,
    longPauseEvery: pause?.everyMails ?? null,
    longPauseFromMs: pause?.fromMs ?? null,
    longPauseToMs: pause?.toMs ?? null,
    perDayMax: settings.perDayMax ?? null,
    bufferSize: settings.bufferSize,
    retryDelaysMs: JSON.stringify(settings.retryDelaysMs),
  } satisfies Readonly<Record<SettingName, unknown>>;
}

/** Makes exactly these mailboxes the campaign's; true when that changed anything. */
export async function setCampaignMailboxes(
  trx: Trx,
  campaignId: number,
  mailboxIds: readonly number[],
  now: Instant,
): Promise<boolean> {
  const rows = await trx.selectFrom("CampaignMailbox").select("mailboxId").where("campaignId", "=", campaignId).execute();
  const before = new Set(rows.map((row) => row.mailboxId));
  const after = new Set(mailboxIds);
  const gone = [...before].filter((id) => !after.has(id));
  const fresh = [...after].filter((id) => !before.has(id));
  if (gone.length > 0)
    await trx.deleteFrom("CampaignMailbox").where("campaignId", "=", campaignId).where("mailboxId", "in", gone).execute();
  for (const mailboxId of fresh) await trx.insertInto("CampaignMailbox").values({ campaignId, mailboxId }).execute();
  const changed = gone.length + fresh.length > 0;
  if (changed) await replan(trx, campaignId, now, say("mailboxes-changed"));
  return changed;
}

/**
 * Puts leads into the campaign, behind those that are there. A lead that the campaign has already keeps its place and its state, so the
 * same file may be given again. Suppressed and blocked ones are taken in too and skipped with that reason when their turn comes.
 */
export async function addLeads(trx: Trx, campaignId: number, leads: readonly NewLead[], now: Instant): Promise<ImportCount> {
  const last = await trx
    .selectFrom("CampaignLead")
    .select((eb) => eb.fn.max("position").as("position"))
    .where("campaignId", "=", campaignId)
    .executeTakeFirst();
  let position = Number(last?.position ?? 0);
  let added = 0;
  for (let start = 0; start < leads.length; start += LEADS_PER_STATEMENT) {
    const batch = await addBatch(trx, campaignId, leads.slice(start, start + LEADS_PER_STATEMENT), position, now);
    position += batch;
    added += batch;
  }
  if (added > 0) await replan(trx, campaignId, now, say("leads-added", { count: added }));
  return { added, known: leads.length - added };
}

/** One statement for many rows: 100,000 leads take 2 s where a statement for each lead and table took 9. */
const LEADS_PER_STATEMENT = 500;

/** Returns how many of the leads are new in the campaign. */
async function addBatch(
  trx: Trx,
  campaignId: number,
  leads: readonly NewLead[],
  lastPosition: number,
  now: Instant,
): Promise<number> {
  const byAddress = new Map(leads.map((lead) => [lead.address, lead]));
  const ids = await saveLeads(trx, [...byAddress.values()], now);
  const known = await knownPlaces(trx, campaignId, [...ids.values()]);
  await keepFieldsBefore(
    trx,
    [...byAddress].flatMap(([address, { fields }]): FieldsChange[] => {
      const leadId = ids.get(address) as number;
      return known.has(leadId) ? [{ leadId, campaignId, before: known.get(leadId) ?? "{}", after: JSON.stringify(fields) }] : [];
    }),
    now,
  );
  let position = lastPosition;
  const rows = [...byAddress].map(([address, lead]) => {
    const leadId = ids.get(address) as number;
    if (!known.has(leadId)) position += 1;
    return [leadId, lead.priority ?? PRIORITY_DEFAULT, position, JSON.stringify(lead.fields)];
  });
  await upsertPlaces(trx, { campaignId, now, rows: jsonOf(rows) });
  return position - lastPosition;
}

const upsertPlaces = prepared(
  (db, { campaignId, now, rows }: { campaignId: number; now: Instant; rows: string }) => sql`
    INSERT INTO "CampaignLead" ("campaignId", "leadId", "priority", "position", "fields", "state", "updatedAt")
    SELECT CAST(${campaignId} AS BIGINT), v.column1, v.column2, v.column3, v.column4, 'waiting', CAST(${now} AS BIGINT)
    FROM ${valuesTable(db, ["BIGINT", "BIGINT", "BIGINT", "TEXT"], rows)} WHERE TRUE
    ON CONFLICT ("campaignId", "leadId") DO UPDATE SET "fields" = excluded."fields", "updatedAt" = excluded."updatedAt"`,
);

const upsertLeads = prepared(
  (db, { now, rows }: { now: Instant; rows: string }) => sql<{ id: number; address: string }>`
    INSERT INTO "Lead" ("address", "fields", "status", "createdAt", "updatedAt")
    SELECT v.column1, v.column2, 'ACTIVE', CAST(${now} AS BIGINT), CAST(${now} AS BIGINT)
    FROM ${valuesTable(db, ["TEXT", "TEXT"], rows)} WHERE TRUE
    ON CONFLICT ("address") DO UPDATE SET "fields" = excluded."fields", "updatedAt" = excluded."updatedAt"
    RETURNING "id", "address"`,
);

/** The leads' ids by their addresses. What is known of a lead is kept where the file says nothing of it. */
async function saveLeads(trx: Trx, leads: readonly NewLead[], now: Instant): Promise<Map<string, number>> {
  const { rows: known } = await selectFields(trx, { addresses: jsonOf(leads.map(({ address }) => address)) });
  const before = new Map(known.map((row) => [row.address, row]));
  const changes: FieldsChange[] = [];
  const rows = leads.map(({ address, fields }) => {
    const lead = before.get(address);
    const after = lead === undefined ? JSON.stringify(fields) : mergedFields(lead.fields, fields);
    if (lead !== undefined) changes.push({ leadId: lead.id, campaignId: null, before: lead.fields, after });
    return [address, after];
  });
  await keepFieldsBefore(trx, changes, now);
  const { rows: saved } = await upsertLeads(trx, { now, rows: jsonOf(rows) });
  return new Map(saved.map(({ id, address }) => [address, id]));
}

const mergedFields = (known: string, given: NewLead["fields"]): string =>
  JSON.stringify({ ...(JSON.parse(known) as Record<string, string>), ...given });

const selectFields = prepared((db, { addresses }: { addresses: string }) =>
  db
    .selectFrom("Lead")
    .select(["id", "address", "fields"])
    .where("address", "in", valueList<string>(db, "TEXT", addresses)),
);

/**
 * A look into the index for each lead, said so that no planner can take it for a join: while PostgreSQL has not counted a campaign that
 * grows, it would take it for a small one and go through all of it for every lead.
 */
const selectPlaces = prepared(
  (db, { campaignId, ids }: { campaignId: number; ids: string }) => sql<{ leadId: number; fields: string | null }>`
    SELECT v.column1 AS "leadId", (SELECT cl."fields" FROM "CampaignLead" AS cl
      WHERE cl."campaignId" = CAST(${campaignId} AS BIGINT) AND cl."leadId" = v.column1) AS "fields"
    FROM ${valuesTable(db, ["BIGINT"], ids)}`,
);

/** Those of the leads that the campaign has already, with the fields that it has of them. */
async function knownPlaces(trx: Trx, campaignId: number, leadIds: readonly number[]): Promise<Map<number, string>> {
  const { rows } = await selectPlaces(trx, { campaignId, ids: jsonOf(leadIds.map((id) => [id])) });
  return new Map(rows.flatMap(({ leadId, fields }) => (fields === null ? [] : [[leadId, fields] as const])));
}

/** Switches a mailbox on or off; when this has committed, at most a mail past its intent still leaves through one that is off. */
export async function switchMailbox(trx: Trx, mailboxId: number, active: boolean, actor: Actor, now: Instant): Promise<void> {
  await trx
    .updateTable("Mailbox")
    .set({ active: active ? 1 : 0, ...(active && { attention: null }), updatedAt: now })
    .where("id", "=", mailboxId)
    .execute();
  await recordEvent(trx, { kind: active ? "mailbox-switched-on" : "mailbox-switched-off", at: now, actor, mailboxId });
  await replanCampaignsOf(trx, mailboxId, now, say(active ? "mailbox-on" : "mailbox-off"));
}

/** What a person may change of a mailbox's use, apart from its account. */
export interface MailboxRules {
  readonly zone?: string | undefined;
  readonly perDayMax?: number | null | undefined;
  readonly minGapMs?: number | undefined;
  readonly sessionsMax?: number | undefined;
}

/** Puts changed rules of a mailbox in force from the very next mail. */
export async function changeMailboxRules(
  trx: Trx,
  mailboxId: number,
  rules: MailboxRules,
  actor: Actor,
  now: Instant,
): Promise<void> {
  const changed = Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined));
  if (Object.keys(changed).length === 0) return;
  await trx
    .updateTable("Mailbox")
    .set({ ...changed, updatedAt: now })
    .where("id", "=", mailboxId)
    .execute();
  await recordEvent(trx, { kind: "mailbox-rules-changed", at: now, actor, mailboxId, data: changed });
  await replanCampaignsOf(trx, mailboxId, now, say("mailbox-rules"));
}
