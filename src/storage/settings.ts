import type { Kysely, Transaction } from "kysely";
import type { Database } from "./schema.ts";

/** What a person sets for the installation as a whole; each is stored as JSON under its own name, and absent until it is set. */
export interface InstallationSettings {
  /** Who is told by mail of what needs a person. */
  readonly adminAddress?: string;
  /** Through which mailbox; without it through the one that was not used for longest. */
  readonly alertMailboxId?: number;
  readonly companyName?: string;
  /** Of what the program writes to people by itself. */
  readonly language?: "en" | "pl";
  /** What a new campaign has where nothing was said, as the API writes a campaign's settings. */
  readonly campaignDefaults?: Readonly<Record<string, unknown>>;
  /** The same of a new mailbox. */
  readonly mailboxDefaults?: { readonly zone?: string; readonly perDayMax?: number | null };
}

const KEYS = [
  "adminAddress",
  "alertMailboxId",
  "companyName",
  "language",
  "campaignDefaults",
  "mailboxDefaults",
] as const satisfies readonly (keyof InstallationSettings)[];

export async function installationSettings(db: Kysely<Database>): Promise<InstallationSettings> {
  const rows = await db.selectFrom("Setting").selectAll().where("key", "in", KEYS).execute();
  return Object.fromEntries(rows.map(({ key, value }) => [key, JSON.parse(value)]));
}

/** Makes everybody else who changes the settings wait until the transaction ends; there may be no row yet that could be held. */
export async function holdInstallationSettings(trx: Transaction<Database>): Promise<void> {
  await write(trx, "settings-hold", "");
}

/** Sets what `change` names; undefined there takes a setting back. */
export async function changeInstallationSettings(
  trx: Transaction<Database>,
  change: { readonly [Key in keyof InstallationSettings]?: InstallationSettings[Key] | undefined },
): Promise<void> {
  for (const key of KEYS) {
    if (!Object.hasOwn(change, key)) continue;
    if (change[key] === undefined) await trx.deleteFrom("Setting").where("key", "=", key).execute();
    else await write(trx, key, JSON.stringify(change[key]));
  }
}

async function write(trx: Transaction<Database>, key: string, value: string): Promise<void> {
  await trx
    .insertInto("Setting")
    .values({ key, value })
    .onConflict((conflict) => conflict.column("key").doUpdateSet({ value }))
    .execute();
}
