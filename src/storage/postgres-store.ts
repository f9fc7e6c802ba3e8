import { CompiledQuery, type Kysely, sql, type Transaction } from "kysely";
import type { CampaignFacts } from "../domain/campaign.ts";
import type { Instant } from "../domain/instant.ts";
import type { Charge, Clock, Durability, Settlement, Store, StoreTransaction, WorkerIdentity } from "../engine/ports.ts";
import { campaignFacts, factQueries, factsFrom, wakeHeld, wakeWaitingForSession } from "./campaigns.ts";
import type { DatabaseClock } from "./database-clock.ts";
import type { Liveness } from "./liveness.ts";
import { isFrozenInKnownSchema } from "./migrate.ts";
import type { PostgresDatabase } from "./postgres.ts";
import { SERVER_CLOCK, WAKE_OTHERS } from "./postgres-presence.ts";
import { prepared } from "./prepared.ts";
import { emailsById } from "./queue.ts";
import type { Database } from "./schema.ts";
import { giveUpSingleMails, hasLostSingleMails } from "./single-mails.ts";
import { StorageError } from "./storage-error.ts";
import { jsonOf, valueList } from "./values-table.ts";
import { SharedFlush } from "./shared-flush.ts";
import { sharedQuestions, sharedTransaction } from "./store.ts";
import { inPassing, together } from "./together.ts";
import { renewWorker, signOff } from "./workers.ts";

type Trx = Transaction<Database>;

/** How often work is done again that others were in the way of: serialisation failures, deadlocks, locks not to be had in time. */
const TRIES_MAX = 5;
const RETRY_PAUSE_MS = 10;

/** Where the store's processes hear of each other, and how they know who lives. */
export interface PostgresPeers extends Liveness {
  listen(heard: () => void): () => void;
  serverTime(): Promise<Instant>;
}

/**
 * The engine's view of a PostgreSQL database, which any number of workers share. Each transaction of the engine holds its campaign's row
 * and then its mailboxes' rows, in the order of their ids, before it reads anything: so what it decides by stays true until it commits, and
 * two of them never wait for each other in a circle.
 */
export function createPostgresStore(
  database: Pick<PostgresDatabase, "writer">,
  peers: PostgresPeers,
  clock: Clock,
  observeTime: DatabaseClock["observe"] = () => undefined,
): Store {
  const { writer } = database;
  const hold: Hold = { clock, observeTime };
  const flushes = new SharedFlush(() => sql.raw(FLUSH).execute(writer));
  /** The worker that works through this store, once it has signed in. */
  let self: string | undefined;
  return {
    ...sharedQuestions(writer, peers),
    async transaction(work, durability = "durable", committed) {
      // Filled by the last of the tries, which is the one that commits.
      let freed: number[] = [];
      const result = await inTransaction(writer, clock, "ordered", (trx) => {
        freed = [];
        return work(postgresTransaction(trx, peers, hold, freed, self));
      });
      committed?.();
      // What is committed is done; a campaign that misses the news looks again by itself in a while.
      const told = freed.length > 0 ? tellSessionsFree(writer, freed, clock.now()).catch(() => undefined) : undefined;
      if (durability === "durable") await flushes.flush();
      await told;
      return result;
    },
    takeCharge(worker, leaseMs) {
      self = worker.bootId;
      return takeCharge(writer, peers, hold, worker, leaseMs.email);
    },
    async giveUpSingleMails(now) {
      if (!(await hasLostSingleMails(writer, now))) return 0;
      return inTransaction(writer, clock, "durable", (trx) => giveUpSingleMails(trx, now));
    },
    async leaveCharge(bootId) {
      await signOff(writer, bootId);
      // The sessions that its last mails have left are known to itself alone.
      await sql.raw(WAKE_OTHERS).execute(writer);
      await peers.letGo(bootId);
    },
    watch: (changed) => peers.listen(changed),
  };
}

/** One transaction for what a person orders; every process looks again when it has committed. */
export async function writePostgres<T>(writer: Kysely<Database>, clock: Clock, work: (trx: Trx) => Promise<T>): Promise<T> {
  return inTransaction(writer, clock, "durable", async (trx) => {
    const result = await work(trx);
    await sql.raw(WAKE_OTHERS).execute(trx);
    return result;
  });
}

/** Repeats only what is known to be rolled back: a commit whose answer was lost may have happened, and is left to the caller. */
async function inTransaction<T>(
  writer: Kysely<Database>,
  clock: Clock,
  durability: Durability,
  work: (trx: Trx) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await writer.transaction().execute(async (trx) => {
        if (durability === "ordered") await inPassing(trx, NOT_FLUSHED);
        return work(trx);
      });
    } catch (error) {
      const isOver = error instanceof StorageError && error.kind === "busy";
      if (!isOver || tries >= TRIES_MAX) throw error;
      await new Promise<void>((resolve) => void clock.setTimer(RETRY_PAUSE_MS * tries, resolve));
    }
  }
}

/**
 * A record in the write-ahead log, whose commit waits until it, and so everything before it, is on the disk (manual, "Asynchronous commit").
 * Commits of the engine are flushed by it after their locks have gone, and share it: the disk takes longer than a transaction's statements.
 */
const FLUSH = "SELECT pg_logical_emit_message(true, 'goniec', '')";

/** The transaction's commit does not wait for the disk. */
const NOT_FLUSHED = CompiledQuery.raw("SET LOCAL synchronous_commit = off");

interface Hold {
  readonly clock: Clock;
  readonly observeTime: DatabaseClock["observe"];
}

function postgresTransaction(
  trx: Trx,
  peers: PostgresPeers,
  hold: Hold,
  freed: number[],
  self: string | undefined,
): StoreTransaction {
  const shared = sharedTransaction(trx, peers);
  /** Whether this is a claim, which knows nothing that lasts of mailboxes that others hold. */
  let isClaim = false;
  return {
    ...shared,
    hold: (campaignId, mailboxIds) => holdAll(trx, campaignId, mailboxIds, hold, self),
    async holdIfDue(campaignId, now) {
      isClaim = await holdCampaignIfDue(trx, campaignId, now, hold);
      return isClaim;
    },
    campaignFacts(campaignId, now) {
      return isClaim ? holdFreeMailboxes(trx, campaignId, now, self) : campaignFacts(trx, campaignId, now, self);
    },
    emailsToHandOver: (queueIds) => emailsById(trx, queueIds, [leadsHeld(trx, queueIds)]),
    async settle(settlements: readonly Settlement[]) {
      const settled = await shared.settle(settlements);
      const done = settlements.filter((_, index) => settled[index] === true);
      freed.push(...done.map(({ email }) => email.mailboxId));
      await keepMailboxes(trx, done);
      const [first] = done;
      if (first !== undefined) await wakeHeld(trx, first.email.campaignId, first.at);
      return settled;
    },
  };
}

const noteKept = prepared((db, { ids, until }: { ids: string; until: Instant }) =>
  db
    .updateTable("Mailbox")
    .set({ keptUntil: until })
    .where("id", "in", valueList<number>(db, "BIGINT", ids)),
);

/**
 * Notes until when the worker stays connected to the mailboxes whose mails it has sent; others leave them alone until then. One connection
 * that is kept counts, whatever became of the mailbox's other mails.
 */
async function keepMailboxes(trx: Trx, settlements: readonly Settlement[]): Promise<void> {
  const kept = settlements.flatMap(({ email, keepsMailboxUntil }) =>
    keepsMailboxUntil === undefined ? [] : [{ id: email.mailboxId, until: keepsMailboxUntil }],
  );
  if (kept.length === 0) return;
  const until = Math.max(...kept.map((one) => one.until));
  await inPassing(trx, noteKept.with(trx, { ids: jsonOf(kept.map(({ id }) => id)), until }));
}

/** The campaign's row, with a reading of the server's clock, which costs nothing more here. */
const selectCampaign = (db: Kysely<Database>, campaignId: number) =>
  db
    .selectFrom("Campaign")
    .select(sql<number>`${sql.raw(SERVER_CLOCK)}`.as("serverAt"))
    .where("id", "=", campaignId)
    .forNoKeyUpdate();

const lockCampaign = prepared((db, { campaignId }: { campaignId: number }) => selectCampaign(db, campaignId));

const lockCampaignIfDue = prepared((db, { campaignId, now }: { campaignId: number; now: Instant }) =>
  selectCampaign(db, campaignId).where("nextDueAt", "<=", now).skipLocked(),
);

/** In one round trip: the locks one after the other, and then, each under a snapshot of its own, the facts as they are from then on. */
async function holdAll(
  trx: Trx,
  campaignId: number,
  mailboxIds: readonly number[],
  hold: Hold,
  self: string | undefined,
): Promise<CampaignFacts | undefined> {
  const askedMs = hold.clock.monotonicMs();
  const [held, , ...facts] = await together(trx, [
    lockCampaign.with(trx, { campaignId }),
    lockMailboxes.with(trx, { ids: jsonOf(mailboxIds) }),
    ...factQueries(trx, campaignId, hold.clock.now(), self),
  ]);
  observe(hold, held.rows, askedMs);
  const [campaign, mailboxes, usages] = facts;
  return factsFrom({ campaign, mailboxes, usages }, hold.clock.now(), self);
}

/** SKIP LOCKED lets workers pass each other by; and the one that comes second finds the campaign no longer due. */
async function holdCampaignIfDue(trx: Trx, campaignId: number, now: Instant, hold: Hold): Promise<boolean> {
  const askedMs = hold.clock.monotonicMs();
  const { rows } = await lockCampaignIfDue(trx, { campaignId, now });
  observe(hold, rows, askedMs);
  return rows.length > 0;
}

function observe({ observeTime }: Hold, [row]: readonly { readonly serverAt: Instant }[], askedMs: number): void {
  if (row !== undefined) observeTime(row.serverAt, askedMs);
}

const lockMailboxes = prepared((db, { ids }: { ids: string }) =>
  db
    .selectFrom("Mailbox")
    .select("id")
    .where("id", "in", valueList<number>(db, "BIGINT", ids))
    .orderBy("id")
    .forNoKeyUpdate(),
);

const lockFreeMailboxes = prepared((db, { campaignId }: { campaignId: number }) =>
  db
    .selectFrom("Mailbox")
    .select("id")
    .where("id", "in", (eb) => eb.selectFrom("CampaignMailbox").select("mailboxId").where("campaignId", "=", campaignId))
    .orderBy("id")
    .forNoKeyUpdate()
    .skipLocked(),
);

/** Workers with campaigns of the same mailboxes do not queue up for them: each takes what is free, as the facts say. */
async function holdFreeMailboxes(
  trx: Trx,
  campaignId: number,
  now: Instant,
  self: string | undefined,
): Promise<CampaignFacts | undefined> {
  const [free, campaign, mailboxes, usages] = await together(trx, [
    lockFreeMailboxes.with(trx, { campaignId }),
    ...factQueries(trx, campaignId, now, self),
  ]);
  const facts = await factsFrom({ campaign, mailboxes, usages }, now, self);
  return facts && onlyOf(facts, new Set(free.rows.map(({ id }) => id)));
}

function onlyOf(facts: CampaignFacts, free: ReadonlySet<number>): CampaignFacts {
  const mailboxes = facts.mailboxes.map((mailbox) => (free.has(mailbox.id) ? mailbox : { ...mailbox, keptElsewhere: true }));
  return { ...facts, mailboxes };
}

const lockLeads = prepared((db, { ids }: { ids: string }) =>
  db
    .selectFrom("Lead")
    .select("id")
    .where("id", "in", (eb) =>
      eb
        .selectFrom("CampaignEmailQueue")
        .select("leadId")
        .where("id", "in", valueList<number>(db, "BIGINT", ids)),
    )
    .orderBy("id")
    .forShare(),
);

/** Shared, and released with the commit: whoever bars a lead changes its row, and so waits for an intent under way, or comes before it. */
function leadsHeld(trx: Trx, queueIds: readonly number[]): CompiledQuery {
  return lockLeads.with(trx, { ids: jsonOf(queueIds) });
}

/**
 * After the commit and not in it: it touches other campaigns, whose holders may be waiting for our mailboxes. A campaign that finds its
 * mailboxes busy holds them while it writes that down, so it is either seen here, or has seen the session free.
 */
async function tellSessionsFree(writer: Kysely<Database>, mailboxIds: readonly number[], now: Instant): Promise<void> {
  const woken = await writer.transaction().execute(async (trx) => {
    await inPassing(trx, NOT_FLUSHED);
    return wakeWaitingForSession(trx, mailboxIds, now);
  });
  if (woken > 0) await sql.raw(WAKE_OTHERS).execute(writer);
}

async function takeCharge(
  writer: Kysely<Database>,
  peers: PostgresPeers,
  { clock, observeTime }: Hold,
  worker: WorkerIdentity,
  emailLeaseMs: number,
): Promise<Charge> {
  await peers.hold(worker.bootId);
  const askedMs = clock.monotonicMs();
  observeTime(await peers.serverTime(), askedMs);
  const isFrozen = await isFrozenInKnownSchema(writer);
  await renewWorker(writer, worker, clock.now(), emailLeaseMs);
  return isFrozen ? "frozen" : "shared";
}
