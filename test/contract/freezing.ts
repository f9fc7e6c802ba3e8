import { describe, expect, it } from "vitest";
import type { Frozen } from "../../src/domain/frozen.ts";
import { campaignFacts } from "../../src/storage/campaigns.ts";
import { freeze, frozenState, release } from "../../src/storage/frozen.ts";
import { foundDatabase, nameInstance } from "../../src/storage/instance.ts";
import { LEASE_MS, type StoreWorld } from "./store-world.ts";

export function describeFreezing(current: () => StoreWorld): void {
  const frozenAt = (since: number, text = "a backup was restored"): Frozen => ({ since, reason: "restored", text, known: {} });

  const freezeNow = (text?: string): Promise<boolean> =>
    current().write((trx, now) => freeze(trx, frozenAt(now, text), "command line"));

  const charge = (bootId: string) =>
    current().one.store.takeCharge({ bootId, host: "test", pid: 1, version: "0" }, { engine: 15_000, email: LEASE_MS });

  describe("a frozen installation", () => {
    it("gives no engine charge, takes it from the one that has it, and gives it back when it is released", async () => {
      await charge("boot-1");
      await freezeNow();
      expect([await charge("boot-1"), await charge("boot-2")]).toEqual(["frozen", "frozen"]);
      const lease = await current().one.reader.selectFrom("EngineLease").select("expiresAt").executeTakeFirst();
      expect(lease?.expiresAt ?? 0).toBe(0);
      await current().write((trx, now) => release(trx, {}, "anna", now));
      expect(await charge("boot-2")).not.toBe("frozen");
    });

    it("says so in the facts by which claims and intents are judged, with the reason that came first", async () => {
      const world = current();
      const id = await world.campaign("spring", 1, await world.mailbox("anna@acme.test"));
      expect([await freezeNow("first"), await freezeNow("second")]).toEqual([true, false]);
      const facts = await world.transaction((tx) => tx.campaignFacts(id, world.now));
      expect(facts?.frozen).toEqual(frozenAt(world.now, "first"));
      expect(await frozenState(world.one.reader)).toEqual(facts?.frozen);
    });

    it("is frozen only after an intent that is under way has ended, and no later one passes unseen", async () => {
      const world = current();
      const id = await world.campaign("spring", 1, await world.mailbox("anna@acme.test"));
      const two = await world.under.connect();
      let freezing: Promise<unknown> | undefined;
      await world.transaction(async (tx) => {
        await tx.hold(id, []);
        freezing = two.write((trx) => freeze(trx, frozenAt(world.now), "command line"));
        await world.under.someoneWaits();
        expect((await tx.campaignFacts(id, world.now))?.frozen).toBeUndefined();
      });
      await freezing;
      expect((await world.transaction((tx) => tx.campaignFacts(id, world.now)))?.frozen).toBeDefined();
    });

    it("goes on with every plan laid anew, in a new epoch, at home where it was released, and the history says who did it", async () => {
      const world = current();
      const id = await world.campaign("spring", 1, await world.mailbox("anna@acme.test"));
      await world.write((trx) => nameInstance(trx, "this-one"));
      const memory = { instance: "another-one", epoch: 7, ledgerId: 9, at: 0 };
      await world.write((trx, now) => freeze(trx, { ...frozenAt(now), known: { memory } }, "engine"));
      world.under.clock.advance(60_000);
      const home = { machine: "m-2", host: "web-2" };
      expect(await world.write((trx, now) => release(trx, home, "anna", now))).toMatchObject({ reason: "restored" });
      expect(await world.write((trx, now) => release(trx, {}, "anna", now))).toBeUndefined();
      expect(await foundDatabase(world.one.reader)).toEqual({
        instance: "this-one",
        epoch: 8,
        follows: ["another-one"],
        ledgerId: 0,
        home,
      });
      expect((await campaignFacts(world.one.reader, id, world.now))?.campaign.relayCause).toBe("the installation was released");
      expect(await world.one.store.dueCampaigns(world.now, 10)).toEqual([{ id, status: "IN_PROGRESS" }]);
      const events = await world.one.reader
        .selectFrom("Event")
        .select(["kind", "actor"])
        .where("kind", "in", ["frozen", "released"])
        .orderBy("id")
        .execute();
      expect(events).toEqual([
        { kind: "frozen", actor: "engine" },
        { kind: "released", actor: "anna" },
      ]);
    });
  });
}
