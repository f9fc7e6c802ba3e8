import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import type { StoreTransaction } from "../../src/engine/ports.ts";
import { suppress } from "../../src/storage/leads.ts";
import { cancelCampaign, pauseCampaign } from "../../src/storage/lifecycle.ts";
import { switchMailbox } from "../../src/storage/registry.ts";
import { openPostgresDatabase } from "../contract/postgres-database.ts";
import { type Connection, ENDINGS, StoreWorld } from "../contract/store-world.ts";

let world: StoreWorld;
let other: Connection;
let shared: number;
let spring: number;
let summer: number;

beforeEach(async () => {
  world = await StoreWorld.open(() => openPostgresDatabase(inject("postgresUrl")));
  other = await world.under.connect();
  shared = await world.mailbox("anna@acme.test");
  spring = await world.campaign("spring", 3, shared);
  summer = await world.campaign("summer", 3, shared);
});

afterEach(async (context) => {
  await world.under.close(context.task.result?.state === "fail");
});

/** Does `meanwhile` while a transaction is open that has begun with `hold`: whether it went by, or waited for the end of that one. */
async function whileHeld(
  hold: (tx: StoreTransaction) => Promise<unknown>,
  meanwhile: () => Promise<unknown>,
): Promise<"went by" | "waited"> {
  const { result, rest } = await world.transaction(async (tx) => {
    await hold(tx);
    const order = meanwhile();
    const wentBy = order.then(() => "went by" as const);
    const waited = world.under.someoneWaits().then(() => "waited" as const);
    // In an object, because a promise that is returned would be awaited before the transaction ends.
    return { result: await Promise.race([wentBy, waited]), rest: order };
  });
  await rest;
  return result;
}

const holdSpring = (tx: StoreTransaction): Promise<unknown> => tx.hold(spring, [shared]);

describe("while a worker holds a campaign", () => {
  it("another one that found it due too passes it by, and does not wait", async () => {
    let isTaken: boolean | undefined;
    const look = (): Promise<void> =>
      other.store.transaction(async (tx) => {
        isTaken = await tx.holdIfDue(spring, world.now);
      });
    expect(await whileHeld(holdSpring, look)).toBe("went by");
    expect(isTaken).toBe(false);
  });

  it("one that finds another campaign due takes the mailbox that they share for busy, and does not wait for it", async () => {
    let isKept: boolean | undefined;
    const look = (): Promise<void> =>
      other.store.transaction(async (tx) => {
        expect(await tx.holdIfDue(summer, world.now)).toBe(true);
        const facts = await tx.campaignFacts(summer, world.now);
        isKept = facts?.mailboxes.find(({ id }) => id === shared)?.keptElsewhere;
      });
    expect(await whileHeld(holdSpring, look)).toBe("went by");
    expect(isKept).toBe(true);
  });

  it("one that records what became of another campaign's mail waits for the mailbox that they share", async () => {
    expect(await whileHeld(holdSpring, () => other.store.transaction((tx) => tx.hold(summer, [shared])))).toBe("waited");
  });

  it.each([
    ["pause", () => other.write((trx) => pauseCampaign(trx, spring, "test", world.now))],
    ["cancel", () => other.write((trx) => cancelCampaign(trx, spring, "test", world.now))],
    ["switching its mailbox off", () => other.write((trx) => switchMailbox(trx, shared, false, "test", world.now))],
  ])("%s returns only after the intent that came before it", async (_name, order) => {
    expect(await whileHeld(holdSpring, order)).toBe("waited");
  });

  it("suppressing one of the leads that it is about to hand over returns only after that", async () => {
    const { id, address } = await world.next(spring);
    const handOver = (tx: StoreTransaction): Promise<unknown> => tx.emailsToHandOver([id]);
    const order = (): Promise<unknown> => other.write((trx) => suppress(trx, address, "unsubscribed", "test", world.now));
    expect(await whileHeld(handOver, order)).toBe("waited");
  });
});

it("a campaign that was dealt with since it was found due is not taken", async () => {
  await world.transaction((tx) => tx.setNextDue(spring, world.now + 1_000, undefined));
  expect(await other.store.transaction((tx) => tx.holdIfDue(spring, world.now))).toBe(false);
});

describe("a mailbox of several sessions", () => {
  it("is left alone by other workers while one connection to it is kept, although its other mail was refused", async () => {
    const lease = { engine: 1_000, email: 60_000 };
    for (const [bootId, { store }] of [
      ["boot-1", world.one],
      ["boot-2", other],
    ] as const)
      await store.takeCharge({ bootId, host: "test", pid: 1, version: "0" }, lease);
    const [sent, refused] = [await world.mustClaim(spring, "boot-1"), await world.mustClaim(spring, "boot-1")];
    for (const email of [sent, refused]) expect(await world.intent(email, "boot-1")).toBe(true);
    const common = { worker: "boot-1", at: world.now };
    await world.transaction((tx) =>
      tx.settle([
        { email: sent, ...common, ...ENDINGS.sent, keepsMailboxUntil: world.now + 3_000 },
        { email: refused, ...common, ...ENDINGS.refused },
      ]),
    );
    expect(await isKeptFor(world.one)).toBe(false);
    expect(await isKeptFor(other)).toBe(true);
    world.under.clock.advance(3_000);
    expect(await isKeptFor(other)).toBe(false);
  });

  const isKeptFor = ({ store }: Connection): Promise<boolean> =>
    store.transaction(async (tx) => {
      const facts = await tx.campaignFacts(summer, world.now);
      return facts?.mailboxes.find(({ id }) => id === shared)?.keptElsewhere === true;
    });
});
