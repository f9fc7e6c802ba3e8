import { Readable } from "node:stream";
import type { Transaction } from "kysely";
import type { Logger } from "../../src/engine/ports.ts";
import type { Result } from "../../src/domain/result.ts";
import type { ColumnChoice } from "../../src/leads/mapping.ts";
import { ImportJobs } from "../../src/operation/import-jobs.ts";
import { uploadFile, type UploadParts } from "../../src/operation/import-upload.ts";
import { type ImportOrder, type ImportView, orderCheck, orderImport, showImport } from "../../src/operation/imports.ts";
import { createCampaign } from "../../src/storage/registry.ts";
import type { Database } from "../../src/storage/schema.ts";
import { CAMPAIGN_DEFAULTS } from "../../src/domain/campaign.ts";
import type { Connection, OpenStore, StoreUnderTest } from "../contract/store-world.ts";
import { eventually } from "../eventually.ts";

const QUIET: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** What a result gives; fails the test with its problem otherwise. */
export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.field}: ${result.error.message}`);
  return result.value;
}

/** A database, and processes that bring files in; each is a connection with jobs of its own. */
export class ImportWorld {
  readonly under: StoreUnderTest;
  readonly one: Connection;
  readonly #jobs: ImportJobs[] = [];

  private constructor(under: StoreUnderTest, one: Connection) {
    this.under = under;
    this.one = one;
  }

  static async open(open: OpenStore): Promise<ImportWorld> {
    const under = await open();
    return new ImportWorld(under, await under.connect());
  }

  get parts(): UploadParts {
    return { reader: this.one.reader, write: (work) => this.write(work), importBytesMax: 20_000_000 };
  }

  write<T>(work: (trx: Transaction<Database>, now: number) => Promise<T>): Promise<T> {
    return this.one.write((trx) => work(trx, this.under.clock.now()));
  }

  order<T>(work: (trx: Transaction<Database>, order: ImportOrder) => Promise<Result<T>>): Promise<Result<T>> {
    return this.write((trx, now) => work(trx, { actor: "ewa@acme.test", now }));
  }

  campaign(name: string): Promise<number> {
    return this.write((trx, now) => createCampaign(trx, name, CAMPAIGN_DEFAULTS, 1, "test", now));
  }

  upload(content: string | Uint8Array, fileName = "leads.csv"): Promise<Result<ImportView>> {
    return uploadFile(this.parts, Readable.from([Buffer.from(content)]), { fileName, actor: "ewa@acme.test" });
  }

  /** Jobs of another process, not yet started; they end with the world. */
  async process(owner: string): Promise<ImportJobs> {
    const connection = await this.under.connect();
    const { clock } = this.under;
    const write = <T>(work: (trx: Transaction<Database>, now: number) => Promise<T>) =>
      connection.write((trx) => work(trx, clock.now()));
    const jobs = new ImportJobs({ reader: connection.reader, write, clock, log: QUIET, owner });
    this.#jobs.push(jobs);
    return jobs;
  }

  async show(id: number): Promise<ImportView> {
    const view = await showImport(this.one.reader, id);
    if (view === undefined) throw new Error(`no import ${id}`);
    return view;
  }

  /** Lets a process work until the import's work is over. */
  async work(id: number): Promise<ImportView> {
    const jobs = await this.process("process-0");
    jobs.start();
    await this.settled(id);
    await jobs.stop();
    return this.show(id);
  }

  async settled(id: number): Promise<void> {
    await eventually(async () => !["checking", "importing"].includes((await this.show(id)).state), "the work on the import ends");
  }

  /** Uploads and tries out. */
  async checked(content: string | Uint8Array, campaignId: number, columns?: readonly ColumnChoice[]): Promise<ImportView> {
    const { id } = valueOf(await this.upload(content));
    valueOf(await this.order((trx, order) => orderCheck(trx, id, { campaignId, columns }, order)));
    return this.work(id);
  }

  /** Uploads, tries out, and orders to bring in. */
  async started(content: string | Uint8Array, campaignId: number): Promise<ImportView> {
    const { id } = await this.checked(content, campaignId);
    return valueOf(await this.order((trx, order) => orderImport(trx, id, order)));
  }

  /** The campaign's leads in their order. */
  async leadsOf(campaignId: number): Promise<string[]> {
    const rows = await this.one.reader
      .selectFrom("CampaignLead as cl")
      .innerJoin("Lead as l", "l.id", "cl.leadId")
      .select("l.address")
      .where("cl.campaignId", "=", campaignId)
      .orderBy("cl.position")
      .execute();
    return rows.map(({ address }) => address);
  }

  async count(table: "Import" | "ImportChunk" | "ImportRejected" | "Lead"): Promise<number> {
    const row = await this.one.reader
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number>().as("n"))
      .executeTakeFirstOrThrow();
    return Number(row.n);
  }

  async close(): Promise<void> {
    for (const jobs of this.#jobs) await jobs.stop();
    await this.under.close(false);
  }
}

/** A file with a header and so many leads, `lead-1@example.test` and so on. */
export function leadFile(count: number): string {
  return `email;imię\n${Array.from({ length: count }, (_, n) => `lead-${n + 1}@example.test;Łucja\n`).join("")}`;
}
