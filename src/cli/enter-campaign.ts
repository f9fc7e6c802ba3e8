import type { Transaction } from "kysely";
import type { App } from "../app.ts";
import { systemRandom } from "../clock.ts";
import type { CampaignSettings } from "../domain/campaign.ts";
import type { Instant } from "../domain/instant.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import type { CampaignStatus } from "../domain/states.ts";
import { campaignFacts } from "../storage/campaigns.ts";
import { hasOpenLeads } from "../storage/leads.ts";
import { startCampaign } from "../storage/lifecycle.ts";
import { saveMailbox } from "../storage/mailboxes.ts";
import { setMessage } from "../storage/messages.ts";
import {
  addLeads,
  campaignIdByName,
  changeSettings,
  createCampaign,
  type ImportCount,
  setCampaignMailboxes,
} from "../storage/registry.ts";
import { campaignReports, lastTryId, mailboxRules, type StateCounts } from "../storage/reports.ts";
import type { Database } from "../storage/schema.ts";
import { type Forecast, forecastOf } from "../operation/forecast.ts";
import { CommandError } from "./io.ts";
import type { CampaignOrder } from "./send-order.ts";
import { changedSettings, type SettingChanges } from "./send-settings.ts";

type Trx = Transaction<Database>;

/** A campaign as it stands when an order has been entered. */
export interface Entry {
  readonly campaignId: number;
  readonly isNew: boolean;
  readonly status: CampaignStatus;
  /** Whether a lead is still to be written to; when none is, nothing was started. */
  readonly isOpen: boolean;
  readonly imported: ImportCount;
  readonly counts: StateCounts;
  readonly settings: CampaignSettings;
  readonly mailboxes: readonly {
    readonly address: string;
    readonly host: string;
    readonly port: number;
    readonly perDayMax?: number;
  }[];
  readonly settingsChanged: boolean;
  readonly forecast: Forecast;
  /** The last try before this order, from which on its progress counts. */
  readonly lastTryId: number;
  readonly at: Instant;
}

const ACTOR = "command line";
/** Leads between two looks for Ctrl-C: about a quarter of a second. */
const BATCH_LEADS = 5_000;

/**
 * Creates or continues the order's campaign, with its mailboxes, message and leads, and starts it: all in one transaction, so that an error
 * or an interruption leaves nothing behind. Refused for a campaign that was cancelled.
 */
export async function enterCampaign(app: App, order: CampaignOrder, signal: AbortSignal): Promise<Result<Entry>> {
  const secrets = await Promise.all(order.mailboxes.map(async ({ login }) => login && (await app.secrets.close(login.password))));
  return inTransaction(app, (entered) => entered.ok, { order, secrets, signal });
}

/** Does what `enterCampaign` does and takes it back, so that what is shown before the question is what will be. */
export async function rehearse(app: App, order: CampaignOrder, signal: AbortSignal): Promise<Result<Entry>> {
  return inTransaction(app, () => false, { order, secrets: [], signal });
}

interface EntryOrder {
  readonly order: CampaignOrder;
  /** Of each mailbox's password, locked; the rehearsal needs none. */
  readonly secrets: readonly (string | undefined)[];
  readonly signal: AbortSignal;
}

type EntryContext = EntryOrder & { readonly now: Instant };

/** Thrown to roll a transaction back; never leaves this file. */
class RolledBack extends Error {
  readonly result: Result<Entry>;

  constructor(result: Result<Entry>) {
    super("rolled back");
    this.result = result;
  }
}

async function inTransaction(app: App, isKept: (entered: Result<Entry>) => boolean, order: EntryOrder): Promise<Result<Entry>> {
  try {
    return await app.write(async (trx, now) => {
      const entered = await enter(trx, { ...order, now });
      if (!isKept(entered)) throw new RolledBack(entered);
      return entered;
    });
  } catch (error) {
    if (error instanceof RolledBack) return error.result;
    throw error;
  }
}

async function enter(trx: Trx, context: EntryContext): Promise<Result<Entry>> {
  const { order, now } = context;
  const knownId = await campaignIdByName(trx, order.name);
  const before = knownId === undefined ? undefined : (await campaignFacts(trx, knownId, now))?.campaign;
  if (before?.status === "CANCELLED")
    return fail({ field: "--name", value: order.name, message: "this campaign was cancelled for good", allowed: "another name" });
  const settings = changedSettings(before, order.changes);
  if (!settings.ok) return settings;
  const campaignId = knownId ?? (await createCampaign(trx, order.name, settings.value, systemRandom.seed(), ACTOR, now));
  const settingsChanged = knownId !== undefined && (await changeSettings(trx, campaignId, settings.value, ACTOR, now));
  await setMessage(trx, campaignId, order.message, now);
  const mailboxes = await enterMailboxes(trx, campaignId, settings.value.zone, context);
  const imported = await enterLeads(trx, campaignId, context);
  const isOpen = await hasOpenLeads(trx, campaignId);
  const status = isOpen ? await startCampaign(trx, campaignId, ACTOR, now) : ok(before?.status ?? "DRAFT");
  if (!status.ok) return status;
  const forecast = await forecastOf(trx, campaignId, order.template, now);
  const [report] = await campaignReports(trx, campaignId);
  if (report === undefined) throw new Error(`campaign ${campaignId} is gone`);
  return ok({
    campaignId,
    isNew: knownId === undefined,
    status: status.value,
    isOpen,
    imported,
    counts: report.counts,
    settings: settings.value,
    mailboxes,
    settingsChanged,
    forecast,
    lastTryId: await lastTryId(trx, campaignId),
    at: now,
  });
}

async function enterMailboxes(trx: Trx, campaignId: number, zone: string, context: EntryContext): Promise<Entry["mailboxes"]> {
  const { order, secrets, now } = context;
  const ids: number[] = [];
  const mailboxes: Entry["mailboxes"][number][] = [];
  for (const [index, spec] of order.mailboxes.entries()) {
    const { login, host, port, security, name } = spec;
    // One spelling, or Anna@ and anna@ would have a daily limit each.
    const address = spec.address.toLowerCase();
    const rules = await rulesFor(trx, address, zone, order.changes);
    ids.push(await saveMailbox(trx, { address, host, port, security, name, user: login?.user, ...rules }, secrets[index], now));
    mailboxes.push({ address, host, port, ...(rules.perDayMax !== undefined && { perDayMax: rules.perDayMax }) });
  }
  await setCampaignMailboxes(trx, campaignId, ids, now);
  return mailboxes;
}

/** A mailbox that is known keeps the rules that the command line does not speak of, because other campaigns send from it too. */
async function rulesFor(trx: Trx, address: string, zone: string, changes: SettingChanges) {
  const known = await mailboxRules(trx, address);
  const limit = changes.mailboxPerDayMax ?? known?.perDayMax ?? "none";
  return {
    zone: changes.zone ?? known?.zone ?? zone,
    perDayMax: limit === "none" ? undefined : limit,
    minGapMs: known?.minGapMs ?? 0,
    sessionsMax: known?.sessionsMax ?? 1,
  };
}

async function enterLeads(trx: Trx, campaignId: number, { order, signal, now }: EntryContext): Promise<ImportCount> {
  const { leads } = order;
  let added = 0;
  for (let start = 0; start < leads.length; start += BATCH_LEADS) {
    if (signal.aborted) throw new CommandError(1, "interrupted; nothing was saved, nothing was sent");
    added += (await addLeads(trx, campaignId, leads.slice(start, start + BATCH_LEADS), now)).added;
    // SQLite answers without leaving the thread: without this turn of the event loop Ctrl-C would not be heard.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { added, known: leads.length - added };
}
