import type { Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { Clock } from "../engine/ports.ts";
import { enterCampaign, followCampaign, markImported, settlePlaces } from "../storage/legacy-campaigns.ts";
import { addBrought, bringHandOvers, type Brought, HAND_OVERS_TOGETHER, NOTHING_BROUGHT } from "../storage/legacy-hand-overs.ts";
import { enterLeads } from "../storage/legacy-leads.ts";
import { enterMailboxes, type MailboxThere } from "../storage/legacy-mailboxes.ts";
import { enterPlaces } from "../storage/legacy-places.ts";
import { enterSource } from "../storage/legacy-sources.ts";
import { noteReading } from "../storage/ownership.ts";
import type { Database } from "../storage/schema.ts";
import type { SecretBox } from "../storage/secrets.ts";
import type { CampaignPlan, ImportPlan } from "./import-plan.ts";
import type { OldMailbox } from "./old-picture.ts";

export interface ImportParts {
  readonly clock: Pick<Clock, "setTimer">;
  readonly secrets: Pick<SecretBox, "close">;
  write<T>(work: (trx: Transaction<Database>, now: Instant) => Promise<T>): Promise<T>;
  /** Chance for a campaign's gaps. */
  seed(): number;
}

export interface ImportProgress {
  readonly doing: "mailboxes" | "leads" | "places" | "mails";
  readonly campaign?: string | undefined;
  readonly done: number;
  readonly total: number;
}

export interface ImportWatch {
  readonly signal: AbortSignal;
  progress(progress: ImportProgress): void;
}

export interface Imported {
  readonly ending: "whole" | "interrupted";
  readonly brought: Brought;
  /** Ids here by keys there. */
  readonly campaignIds: ReadonlyMap<string, number>;
}

/** Rows of one transaction: a few tens of milliseconds, because SQLite has one writer, and an engine may be sending. */
const LEADS_TOGETHER = 250;
const PLACES_TOGETHER = 500;
const MAILBOXES_TOGETHER = 50;

/**
 * Brings in what a plan has found, in short transactions. Broken off between any two of them, or killed in one, the same import given again
 * goes on: what is in is found in. Until it has come to its end once, none of its campaigns can be cut over.
 */
export async function carryOutImport(parts: ImportParts, plan: ImportPlan, watch: ImportWatch): Promise<Imported> {
  return new Importer(parts, plan, watch).run();
}

/** Thrown between two transactions when a person has had enough; never leaves this file. */
class Interrupted extends Error {}

class Importer {
  readonly #parts: ImportParts;
  readonly #plan: ImportPlan;
  readonly #watch: ImportWatch;
  readonly #campaignIds = new Map<string, number>();
  #brought = NOTHING_BROUGHT;

  constructor(parts: ImportParts, plan: ImportPlan, watch: ImportWatch) {
    this.#parts = parts;
    this.#plan = plan;
    this.#watch = watch;
  }

  async run(): Promise<Imported> {
    try {
      await this.#bring();
      return this.#imported("whole");
    } catch (error) {
      if (error instanceof Interrupted) return this.#imported("interrupted");
      throw error;
    }
  }

  #imported(ending: Imported["ending"]): Imported {
    return { ending, brought: this.#brought, campaignIds: this.#campaignIds };
  }

  async #bring(): Promise<void> {
    const { order, mailboxes, leads, campaigns } = this.#plan;
    const { actor } = order;
    const sourceId = await this.#parts.write((trx, now) => enterSource(trx, order.source, now));
    await this.#inBatches({ doing: "mailboxes" }, await this.#lock(mailboxes), MAILBOXES_TOGETHER, (trx, some, now) =>
      enterMailboxes(trx, sourceId, some, actor, now),
    );
    await this.#inBatches({ doing: "leads" }, leads.news, LEADS_TOGETHER, (trx, some, now) =>
      enterLeads(trx, { sourceId, actor, now }, some),
    );
    for (const campaign of campaigns) await this.#bringCampaign(sourceId, campaign);
    await this.#parts.write(async (trx, now) => {
      await markImported(trx, [...this.#campaignIds.values()], actor, now);
      await noteReading(trx, sourceId, undefined, now);
    });
  }

  async #bringCampaign(sourceId: number, plan: CampaignPlan): Promise<void> {
    const { old, newPlaces, newHandOvers } = plan;
    const campaignId = await this.#enterCampaign(sourceId, plan);
    this.#campaignIds.set(old.key, campaignId);
    const campaign = old.name;
    await this.#inBatches({ doing: "places", campaign }, newPlaces, PLACES_TOGETHER, (trx, some, now) =>
      enterPlaces(trx, { sourceId, campaignId, now }, some),
    );
    await this.#inBatches({ doing: "mails", campaign }, newHandOvers, HAND_OVERS_TOGETHER, async (trx, some, now) => {
      const brought = await bringHandOvers(trx, { sourceId, campaignId, now }, some);
      return () => void (this.#brought = addBrought(this.#brought, brought));
    });
    if (plan.here === undefined) return;
    while ((await this.#write((trx, now) => settlePlaces(trx, campaignId, PLACES_TOGETHER, now))) === PLACES_TOGETHER);
  }

  async #enterCampaign(sourceId: number, { old, here, status, createdAt }: CampaignPlan): Promise<number> {
    const { source, hasOldProcess, actor } = this.#plan.order;
    if (here === undefined) {
      const seed = this.#parts.seed();
      const order = { sourceId, sourceName: source.name, zone: source.zone, hasOldProcess, createdAt, seed, actor };
      return this.#write((trx, now) => enterCampaign(trx, old, { ...order, now }));
    }
    const isTold = here.oldStatus === old.oldStatus && here.questions === JSON.stringify(old.questions);
    const isSame = isTold && here.status === status;
    if (!isSame) await this.#write((trx, now) => followCampaign(trx, here.campaignId, old, actor, now));
    return here.campaignId;
  }

  /** Passwords are locked before any transaction, and only those that will be stored. */
  async #lock(mailboxes: readonly OldMailbox[]): Promise<MailboxThere[]> {
    const { order, knownMailboxes } = this.#plan;
    const locked: MailboxThere[] = [];
    for (const { password, userName, ...mailbox } of mailboxes) {
      const isStored = password !== undefined && !knownMailboxes.has(mailbox.address);
      const secret = isStored ? await this.#parts.secrets.close(password) : undefined;
      locked.push({ ...mailbox, user: userName, secret, zone: order.source.zone });
    }
    return locked;
  }

  /** One transaction after the other; what `work` returns is done when its transaction has committed. */
  async #inBatches<T>(
    what: Pick<ImportProgress, "doing" | "campaign">,
    rows: readonly T[],
    together: number,
    work: (trx: Transaction<Database>, some: readonly T[], now: Instant) => Promise<(() => void) | void>,
  ): Promise<void> {
    for (let start = 0; start < rows.length; start += together) {
      const done = await this.#write((trx, now) => work(trx, rows.slice(start, start + together), now));
      done?.();
      this.#watch.progress({ ...what, done: Math.min(rows.length, start + together), total: rows.length });
    }
  }

  async #write<T>(work: (trx: Transaction<Database>, now: Instant) => Promise<T>): Promise<T> {
    // SQLite answers without leaving the thread: without this turn of the event loop nobody could interrupt.
    await new Promise<void>((resolve) => void this.#parts.clock.setTimer(0, resolve));
    if (this.#watch.signal.aborted) throw new Interrupted();
    return this.#parts.write(work);
  }
}
