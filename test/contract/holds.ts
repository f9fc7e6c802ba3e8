import { describe, expect, it } from "vitest";
import { giveHoldBack, isSessionFree, type MailboxHold, renewHold, takeHold } from "../../src/storage/mailbox-holds.ts";
import {
  recordSingleIntent,
  type SingleMailEnd,
  type SingleMailEntry,
  settleSingleMail,
} from "../../src/storage/single-mails.ts";
import { type Connection, LEASE_MS, type StoreWorld } from "./store-world.ts";

const HOLD_MS = 60_000;

export function describeHolds(current: () => StoreWorld): void {
  const take = async (mailboxId: number, holder: string, by: Connection = current().one): Promise<MailboxHold | undefined> => {
    const hold = { mailboxId, holder, takenAt: current().now };
    return (await by.write((trx) => takeHold(trx, hold, hold.takenAt + HOLD_MS))) ? hold : undefined;
  };
  const mustTake = async (mailboxId: number, holder: string): Promise<MailboxHold> =>
    (await take(mailboxId, holder)) ?? expect.fail("the hold was refused");
  const busySessions = async (campaignId: number): Promise<number | undefined> =>
    current().transaction(async (tx) => (await tx.campaignFacts(campaignId, current().now))?.mailboxes[0]?.sessionsBusy);
  const isFree = (hold: MailboxHold): Promise<boolean> => isSessionFree(current().one.reader, hold, current().now);

  describe("a held session", () => {
    it("is busy for campaigns until it is given back, or its holder's time is over", async () => {
      const world = current();
      const mailbox = await world.mailbox("anna@acme.test");
      const id = await world.campaign("spring", 1, mailbox);
      const hold = await mustTake(mailbox, "test 1");
      expect(await busySessions(id)).toBe(1);
      await world.write((trx) => giveHoldBack(trx, hold));
      expect(await busySessions(id)).toBe(0);
      await mustTake(mailbox, "test 2");
      world.under.clock.advance(HOLD_MS);
      expect(await busySessions(id)).toBe(0);
    });

    it("is nobody else's for as long as it lasts, and cannot be prolonged once it has ended", async () => {
      const world = current();
      const mailbox = await world.mailbox("anna@acme.test");
      const hold = await mustTake(mailbox, "test 1");
      const renew = (one: MailboxHold): Promise<boolean> => world.write((trx, now) => renewHold(trx, one, now + HOLD_MS, now));
      expect([await take(mailbox, "test 2"), await renew({ ...hold, holder: "test 2" })]).toEqual([undefined, false]);
      world.under.clock.advance(HOLD_MS - 1);
      expect(await renew(hold)).toBe(true);
      world.under.clock.advance(HOLD_MS);
      expect(await renew(hold)).toBe(false);
      const second = await mustTake(mailbox, "test 2");
      await world.write((trx) => giveHoldBack(trx, hold));
      expect(await renew(second)).toBe(true);
    });

    it("is free when fewer mails are on their way than there are sessions", async () => {
      const world = current();
      const mailbox = await mailboxOfOneSession(world);
      const id = await world.campaign("spring", 1, mailbox);
      const email = await world.mustClaim(id, "boot-1");
      const hold = await mustTake(mailbox, "test 1");
      expect(await isFree(hold)).toBe(false);
      await world.settle(email, "boot-1", "handed back");
      expect(await isFree(hold)).toBe(true);
    });

    it("waits for the end of a connection that the engine keeps for an unpaced campaign's next mail", async () => {
      const world = current();
      const mailbox = await mailboxOfOneSession(world);
      const id = await world.campaign("spring", 1, mailbox);
      const email = await world.mustClaim(id, "boot-1");
      await world.intent(email, "boot-1");
      const hold = await mustTake(mailbox, "test 1");
      await world.settle(email, "boot-1", "sent");
      expect(await isFree(hold)).toBe(false);
      world.under.clock.advance(3_000);
      expect(await isFree(hold)).toBe(true);
    });

    it("and a claim never get the same session, however they meet", async () => {
      const world = current();
      const mailbox = await mailboxOfOneSession(world);
      const id = await world.campaign("spring", 1, mailbox);
      const [worker, tester] = [await world.under.connect(), await world.under.connect()];
      const got = { claims: 0, sessions: 0 };
      for (let round = 1; round <= 40; round += 1) {
        const email = await world.next(id);
        const claim = (): Promise<boolean> => claimIfFree(world, worker, id, email.id);
        const hold = async () => {
          const taken = await take(mailbox, `test ${round}`, tester);
          return { taken, free: taken !== undefined && (await isFree(taken)) };
        };
        const [claimed, { taken, free }] = await together(round, claim, hold);
        expect(claimed && free).toBe(false);
        got.claims += claimed ? 1 : 0;
        got.sessions += free ? 1 : 0;
        if (taken !== undefined) await world.write((trx) => giveHoldBack(trx, taken));
        if (claimed) await handBack(world, id);
      }
      expect(got.sessions).toBeGreaterThan(0);
      expect(got.claims).toBeGreaterThan(0);
    });
  });

  describe("a single mail", () => {
    const entryOf = (mailboxId: number, holder: string): SingleMailEntry => ({
      mailboxId,
      purpose: "test",
      to: "me@acme.test",
      rfcMessageId: `<${holder}@acme.test>`,
      holder,
      startedAt: current().now,
    });
    const intend = async (entry: SingleMailEntry): Promise<number> => {
      const intent = await current().write((trx, now) => recordSingleIntent(trx, entry, now));
      return "entryId" in intent ? intent.entryId : expect.fail(intent.message);
    };
    const settle = (entry: SingleMailEntry, entryId: number | undefined, end: SingleMailEnd): Promise<void> =>
      current().write((trx, now) => settleSingleMail(trx, entry, entryId, end, now));
    const ledger = async (): Promise<string[]> =>
      (await current().one.reader.selectFrom("SendLog").select(["kind", "state"]).execute()).map(
        (row) => `${row.kind} ${row.state}`,
      );

    it("takes one of the mailbox's day with its intent, and gives it back when it was not accepted", async () => {
      const world = current();
      const mailbox = await world.mailbox("anna@acme.test", 2);
      await mustTake(mailbox, "test 1");
      const [taken, refused] = [entryOf(mailbox, "test 1"), entryOf(mailbox, "test 1")];
      await settle(taken, await intend(taken), SENT);
      const id = await intend(refused);
      expect(await world.usage()).toEqual(["mailbox 2025-11-05: 2"]);
      expect(await world.write((trx, now) => recordSingleIntent(trx, taken, now))).toMatchObject({ code: "limit" });
      await settle(refused, id, REFUSED);
      expect([await ledger(), await world.usage()]).toEqual([["test sent", "test rejected"], ["mailbox 2025-11-05: 1"]]);
    });

    it("has no intent without the hold", async () => {
      const world = current();
      const mailbox = await world.mailbox("anna@acme.test");
      const refusal = { code: "session-lost" };
      expect(await world.write((trx, now) => recordSingleIntent(trx, entryOf(mailbox, "test 1"), now))).toMatchObject(refusal);
      await mustTake(mailbox, "test 1");
      world.under.clock.advance(HOLD_MS);
      expect(await world.write((trx, now) => recordSingleIntent(trx, entryOf(mailbox, "test 1"), now))).toMatchObject(refusal);
      expect([await ledger(), await world.usage()]).toEqual([[], []]);
    });

    it("whose sender died becomes unconfirmed when its hold is over, and counts on", async () => {
      const world = current();
      const mailbox = await world.mailbox("anna@acme.test");
      await mustTake(mailbox, "test 1");
      await intend(entryOf(mailbox, "test 1"));
      expect(await world.one.store.giveUpSingleMails(world.now)).toBe(0);
      world.under.clock.advance(HOLD_MS);
      expect(await world.one.store.giveUpSingleMails(world.now)).toBe(1);
      expect([await ledger(), await world.usage()]).toEqual([["test unconfirmed"], ["mailbox 2025-11-05: 1"]]);
    });

    it("whose sender died is unconfirmed at the latest when somebody else takes the session, and a late answer settles it", async () => {
      const world = current();
      const mailbox = await world.mailbox("anna@acme.test");
      await mustTake(mailbox, "test 1");
      const entry = entryOf(mailbox, "test 1");
      const id = await intend(entry);
      world.under.clock.advance(HOLD_MS);
      await mustTake(mailbox, "test 2");
      expect(await ledger()).toEqual(["test unconfirmed"]);
      await settle(entry, id, SENT);
      expect(await ledger()).toEqual(["test sent"]);
    });

    it("whose intent was committed although its sender was not told is settled with it", async () => {
      const world = current();
      const mailbox = await world.mailbox("anna@acme.test");
      await mustTake(mailbox, "test 1");
      const entry = entryOf(mailbox, "test 1");
      await intend(entry);
      await settle(entry, undefined, REFUSED);
      expect([await ledger(), await world.usage()]).toEqual([["test rejected"], []]);
    });
  });
}

const SENT: SingleMailEnd = {
  state: "sent",
  conversation: { stage: "dot", dotSent: true, reply: { code: 250, text: "250 ok" } },
  outcome: "sent",
  summary: "250 ok",
};
const REFUSED: SingleMailEnd = {
  state: "rejected",
  conversation: { stage: "rcpt", dotSent: false, reply: { code: 550, text: "550 no" } },
  outcome: "recipient-permanent",
  summary: "550 no",
};

async function mailboxOfOneSession(world: StoreWorld): Promise<number> {
  const id = await world.mailbox("anna@acme.test");
  await world.write(async (trx) => void (await trx.updateTable("Mailbox").set({ sessionsMax: 1 }).execute()));
  return id;
}

/** Both at once, with either of them first in its turn; sometimes one begins when the other is done. */
async function together<A, B>(round: number, one: () => Promise<A>, other: () => Promise<B>): Promise<[A, B]> {
  const isOneFirst = round % 2 === 0;
  const isInTurn = round % 4 < 2;
  const first = isOneFirst ? one() : other();
  if (isInTurn) await first;
  const second = isOneFirst ? other() : one();
  return (isOneFirst ? Promise.all([first, second]) : Promise.all([second, first])) as Promise<[A, B]>;
}

/** A claim as the engine makes it: it holds the campaign, looks at the facts, and takes the row where a session is free. */
function claimIfFree(world: StoreWorld, by: Connection, campaignId: number, queueId: number): Promise<boolean> {
  return by.store.transaction(async (tx) => {
    if (!(await tx.holdIfDue(campaignId, world.now))) return false;
    const [mailbox] = (await tx.campaignFacts(campaignId, world.now))?.mailboxes ?? [];
    if (mailbox === undefined || mailbox.keptElsewhere === true || mailbox.sessionsBusy >= mailbox.sessionsMax) return false;
    const [email] = await tx.emailsToHandOver([queueId]);
    return email !== undefined && tx.claim([world.claimOf(email, "boot-1")]);
  });
}

async function handBack(world: StoreWorld, campaignId: number): Promise<void> {
  const asker = { bootId: "boot-2", inFlight: new Set<number>() };
  const abandoned = await world.transaction((tx) => tx.abandonedEmails(campaignId, asker, world.now + LEASE_MS));
  for (const { email } of abandoned) await world.settle(email, "boot-1", "handed back");
}
