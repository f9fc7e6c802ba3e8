import type { Transaction } from "kysely";
import type { Claim, ClaimedEmail, QueuedEmail, Settlement, StoreTransaction } from "../../src/engine/ports.ts";
import type { Database } from "../../src/storage/schema.ts";
import { decideUnconfirmed, unconfirmedMails } from "../../src/storage/unconfirmed.ts";
import type { FilledDatabase } from "./filled-database.ts";
import { ALL_DUE_AT, WITH_A_MAIL_ON_ITS_WAY } from "./filled-rows.ts";

export const NOW = ALL_DUE_AT;
export const MINUTE_MS = 60_000;
export const WORKER = { bootId: "boot-2", host: "test", pid: 1, version: "0" };
export const CAMPAIGN = WITH_A_MAIL_ON_ITS_WAY;
export const BATCH = 5;

/** Thrown to leave the database as it was. */
class Undone extends Error {}

async function undone(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof Undone)) throw error;
  });
}

/** Does what the engine does in one transaction. */
export const engine = ({ store }: FilledDatabase, work: (tx: StoreTransaction) => Promise<unknown>): Promise<void> =>
  undone(
    store.transaction(async (tx) => {
      await work(tx);
      throw new Undone();
    }),
  );

/** Does what a person orders. */
export const order = ({ recorder }: FilledDatabase, work: (trx: Transaction<Database>) => Promise<unknown>): Promise<void> =>
  undone(
    recorder.db.transaction().execute(async (trx) => {
      await work(trx);
      throw new Undone();
    }),
  );

export async function decideFirst(trx: Transaction<Database>, decision: "mark-sent" | "send-again"): Promise<void> {
  const [first] = await unconfirmedMails(trx);
  const decided = await decideUnconfirmed(trx, first?.id ?? 0, decision, "test", NOW);
  if (!decided.ok) throw new Error(decided.error.message);
}

/** The three commits of a few mails, on the turn of the day and with a refusal, so that every statement of theirs is asked. */
export async function sendMails(tx: StoreTransaction): Promise<void> {
  const next = await tx.nextEmails(CAMPAIGN, NOW, BATCH);
  mustBe(await tx.claim(next.map(claimOf)), "claimed");
  const emails = (await tx.emailsToHandOver(next.map(({ id }) => id))) as ClaimedEmail[];
  const intents = emails.map((email) => ({
    email,
    worker: WORKER.bootId,
    at: NOW,
    campaignDay: "2101-01-02",
    mailboxDay: "2101-01-02",
  }));
  mustBe(await tx.recordIntents(intents), "handed over");
  const settled = await tx.settle(emails.map(refusalOf));
  mustBe(settled.every(Boolean), "settled");
}

function mustBe(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(`the mails could not be ${what}`);
}

const claimOf = (email: QueuedEmail): Claim => ({
  email,
  worker: WORKER.bootId,
  mailboxId: email.mailboxId ?? 0,
  at: NOW,
  leaseExpiresAt: NOW + MINUTE_MS,
  gapBeforeMs: 0,
  position: { seed: 42, paceIndex: 1, dayStartIndex: 0 },
  campaignDay: "2101-01-01",
  mailboxDay: "2101-01-01",
  messageId: CAMPAIGN,
  rfcMessageId: `<again-${email.id}@acme.test>`,
  composedAt: NOW,
});

const refusalOf = (email: ClaimedEmail): Settlement => ({
  email,
  worker: WORKER.bootId,
  at: NOW,
  ledger: { state: "rejected", outcome: "recipient-permanent" },
  queue: { state: "failed", attempt: 1 },
  lead: { state: "failed" },
  giveBack: true,
});

export async function changePlan(tx: StoreTransaction): Promise<void> {
  const waiting = await tx.waitingLeads(CAMPAIGN, BATCH);
  const planned = await tx.plannedEmails(CAMPAIGN);
  const common = { at: NOW, mailboxId: CAMPAIGN, cause: "test" };
  const move = planned.slice(0, BATCH).map(({ id, address, scheduledAt }) => ({ id, address, from: scheduledAt, ...common }));
  const add = waiting.map((lead) => ({ lead, ...common }));
  await tx.changePlan(CAMPAIGN, { anew: true, add, move, withdraw: planned.slice(-1) }, NOW);
}
