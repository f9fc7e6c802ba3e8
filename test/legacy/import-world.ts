import type { Kysely } from "kysely";
import { carryOutImport, type Imported, type ImportParts } from "../../src/legacy/import-legacy.ts";
import { type ImportOrder, type ImportPlan, planImport } from "../../src/legacy/import-plan.ts";
import { readOldDatabase } from "../../src/legacy/old-database.ts";
import type { OldCampaign, OldHandOver, OldLead, OldPicture } from "../../src/legacy/old-picture.ts";
import type { Database } from "../../src/storage/schema.ts";

/** Where an import writes: the world of a test. */
export interface ImportTarget extends Pick<ImportParts, "write"> {
  readonly reader: Kysely<Database>;
  readonly clock: { now(): number; setTimer(delayMs: number, fire: () => void): () => void };
}

export const ZONE = "Europe/Warsaw";

export async function readOld(path: string, now: number): Promise<OldPicture> {
  const read = await readOldDatabase(path, { now, zone: ZONE });
  if (!read.ok) throw new Error(`${read.error.value} ${read.error.message}`);
  return read.value;
}

/** As `goniec import-legacy` orders it. */
export const orderOf = (picture: OldPicture, changes: Partial<ImportOrder> = {}): ImportOrder => ({
  source: { name: "legacy", kind: "prisma", path: "old.db", zone: ZONE },
  picture,
  hasOldProcess: true,
  actor: "test",
  ...changes,
});

export async function planOf(target: ImportTarget, order: ImportOrder): Promise<ImportPlan> {
  const plan = await planImport(target, order);
  if (!plan.ok) throw new Error(plan.error.message);
  return plan.value;
}

/** Brings in a picture, or the database at a path; `stopAfter` batches a person interrupts. */
export async function bringIn(
  target: ImportTarget,
  what: string | OldPicture,
  changes: Partial<ImportOrder> & { readonly stopAfter?: number } = {},
): Promise<Imported> {
  const { stopAfter, ...rest } = changes;
  const picture = typeof what === "string" ? await readOld(what, target.clock.now()) : what;
  const plan = await planOf(target, orderOf(picture, rest));
  const stop = new AbortController();
  let batches = 0;
  const parts = {
    clock: target.clock,
    write: target.write,
    secrets: { close: async (text: string) => `locked:${Buffer.from(text).toString("base64")}` },
    seed: () => 42,
  };
  return carryOutImport(parts, plan, {
    signal: stop.signal,
    progress: () => {
      batches += 1;
      if (batches === stopAfter) stop.abort();
    },
  });
}

/** All tables that an import may write to, row by row, in one order. */
const TABLES = [
  "Lead",
  "Mailbox",
  "Campaign",
  "CampaignMailbox",
  "Message",
  "CampaignLead",
  "CampaignEmailQueue",
  "SendLog",
  "DailyUsage",
  "Event",
  "LegacySource",
  "LegacyCampaign",
  "LegacyLead",
  "LegacyMailbox",
  "LegacyHandOver",
] as const;

/** What lies in the database, without these columns. */
export async function contentsOf(
  reader: Kysely<Database>,
  without: readonly string[] = [],
): Promise<Record<(typeof TABLES)[number], string[]>> {
  const contents = {} as Record<(typeof TABLES)[number], string[]>;
  for (const table of TABLES) {
    const rows = await reader.selectFrom(table).selectAll().execute();
    contents[table] = rows
      .map((row) => JSON.stringify(Object.entries(row).filter(([column]) => !without.includes(column))))
      .sort();
  }
  return contents;
}

const CAMPAIGN: OldCampaign = {
  key: "c1",
  name: "spring",
  oldStatus: "IN_PROGRESS",
  status: "PAUSED",
  message: { subject: "Hello", text: "Hello" },
  settings: { delayMs: 90_000, windows: [], holidays: [] },
  mailboxKeys: ["m1"],
  createdAt: Date.parse("2026-03-01T08:00:00Z"),
  questions: [],
};

export const campaignOf = (changes: Partial<OldCampaign> = {}): OldCampaign => ({ ...CAMPAIGN, ...changes });

export const leadOf = (name: string, changes: Partial<OldLead> = {}): OldLead => ({
  keys: [name],
  address: `${name}@example.test`,
  fields: {},
  standing: "ACTIVE",
  ...changes,
});

export const mailOf = (key: string, lead: string, changes: Partial<OldHandOver> = {}): OldHandOver => ({
  key,
  campaignKey: "c1",
  leadKey: lead,
  address: `${lead}@example.test`,
  // Nothing but the log knows by which mailbox.
  ...(key.startsWith("log:") && { mailboxKey: "m1" }),
  state: "sent",
  ...changes,
});

/** A mailbox, a campaign, and three leads that have their places in it. */
export function pictureOf(changes: Partial<OldPicture> = {}): OldPicture {
  const leads = changes.leads ?? ["ada", "bob", "cyd"].map((name) => leadOf(name));
  return {
    mailboxes: [
      ...[{ key: "m1", address: "anna@acme.test", host: "smtp.acme.test", port: 587, security: "starttls" as const }],
    ].map((mailbox) => ({ ...mailbox, userName: "anna", password: "s3cret-4711", perDayMax: 50, active: true })),
    leads,
    campaigns: [campaignOf()],
    places: leads
      .filter(({ standing }) => standing !== "TEST")
      .map(({ keys }) => ({ campaignKey: "c1", leadKey: keys[0] ?? "", priority: 1 })),
    handOvers: [],
    remarks: [],
    ...changes,
  };
}
