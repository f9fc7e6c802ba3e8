import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { LEASE_MS, type StoreWorld } from "./store-world.ts";

const ENGINE_LEASE_MS = 15_000;

export function describeCharge(current: () => StoreWorld, isShared: boolean): void {
  const take = async (bootId: string): Promise<boolean> => {
    const worker = { bootId, host: "test", pid: 1, version: "0" };
    return (await current().one.store.takeCharge(worker, { engine: ENGINE_LEASE_MS, email: LEASE_MS })) !== "none";
  };

  const abandonedBy = async (bootId: string, inFlight: readonly number[] = []) => {
    const { one, now } = current();
    const asker = { bootId, inFlight: new Set(inFlight) };
    const campaigns = await one.store.abandonedCampaigns(asker, now);
    const found = await Promise.all(campaigns.map((id) => current().transaction((tx) => tx.abandonedEmails(id, asker, now))));
    return found
      .flat()
      .map(({ email, intent }) => `${email.address} of ${email.leaseOwner}, ${intent ? "with" : "without"} intent`);
  };

  const workers = async (): Promise<string[]> => {
    const rows = await current().one.reader.selectFrom("Worker").select("bootId").orderBy("bootId").execute();
    return rows.map(({ bootId }) => bootId);
  };

  describe.runIf(isShared)("a shared database", () => {
    it("has room for any number of workers, which sign in, and sign off when they leave", async () => {
      expect([await take("boot-1"), await take("boot-2"), await take("boot-1")]).toEqual([true, true, true]);
      expect(await workers()).toEqual(["boot-1", "boot-2"]);
      await current().one.store.leaveCharge("boot-1");
      expect(await workers()).toEqual(["boot-2"]);
    });

    it("is no place for a worker once a newer program has changed it", async () => {
      await current().write((trx) => sql`INSERT INTO "Migration" VALUES (99, 'from the future', 0)`.execute(trx));
      await expect(take("boot-1")).rejects.toThrow("schema 99");
      expect(await workers()).toEqual([]);
    });
  });

  describe.runIf(!isShared)("charge of the database", () => {
    it("has one engine, which keeps it for as long as it renews it, and the others stand by", async () => {
      expect([await take("boot-1"), await take("boot-2"), await take("boot-1")]).toEqual([true, false, true]);
      current().under.clock.advance(ENGINE_LEASE_MS - 1);
      expect([await take("boot-1"), await take("boot-2")]).toEqual([true, false]);
      current().under.clock.advance(ENGINE_LEASE_MS - 1);
      expect(await take("boot-2")).toBe(false);
    });

    it("is taken over at once from a process that is dead", async () => {
      await take("boot-1");
      await current().under.liveness.letGo("boot-1");
      expect(await take("boot-2")).toBe(true);
      expect(await take("boot-1")).toBe(false);
      expect(await current().one.reader.selectFrom("EngineLease").select(["bootId", "epoch"]).execute()).toEqual([
        { bootId: "boot-2", epoch: 2 },
      ]);
    });

    it("is taken over from a frozen process when its lease has run out, and not before", async () => {
      await take("boot-1");
      current().under.clock.advance(ENGINE_LEASE_MS - 1);
      expect(await take("boot-2")).toBe(false);
      current().under.clock.advance(1);
      expect(await take("boot-2")).toBe(true);
      expect(await take("boot-1")).toBe(false);
    });

    it("is free at once when its engine leaves in order", async () => {
      await take("boot-1");
      await current().one.store.leaveCharge("boot-1");
      expect(await take("boot-2")).toBe(true);
      expect(await current().one.reader.selectFrom("Worker").select("bootId").execute()).toEqual([{ bootId: "boot-2" }]);
    });

    it("is not lost when an engine that stands by leaves", async () => {
      await take("boot-1");
      await take("boot-2");
      await current().one.store.leaveCharge("boot-2");
      expect([await take("boot-3"), await take("boot-1")]).toEqual([false, true]);
    });
  });

  describe("an abandoned mail", () => {
    it("is found at once when its worker is dead, with the word whether its intent was committed", async () => {
      const world = current();
      const id = await world.campaign("spring", 2, await world.mailbox("anna@acme.test"));
      await world.under.liveness.hold("boot-1");
      const [first] = [await world.mustClaim(id, "boot-1"), await world.mustClaim(id, "boot-1")];
      await world.intent(first, "boot-1");
      expect(await abandonedBy("boot-2")).toEqual([]);
      await world.under.liveness.letGo("boot-1");
      expect(await abandonedBy("boot-2")).toEqual([
        "lead-1@example.test of boot-1, with intent",
        "lead-2@example.test of boot-1, without intent",
      ]);
    });

    it("of a silent but living worker is found when its lease has run out", async () => {
      const world = current();
      const id = await world.campaign("spring", 1, await world.mailbox("anna@acme.test"));
      await world.under.liveness.hold("boot-1");
      await world.mustClaim(id, "boot-1");
      world.under.clock.advance(LEASE_MS - 1);
      expect(await abandonedBy("boot-2")).toEqual([]);
      world.under.clock.advance(1);
      expect(await abandonedBy("boot-2")).toEqual(["lead-1@example.test of boot-1, without intent"]);
    });

    it("is never one that the asker is sending, not even with a lease that has run out", async () => {
      const world = current();
      const id = await world.campaign("spring", 1, await world.mailbox("anna@acme.test"));
      const { id: queueId } = await world.mustClaim(id, "boot-1");
      world.under.clock.advance(LEASE_MS);
      expect(await abandonedBy("boot-1", [queueId])).toEqual([]);
    });

    it("is one of the asker's own that it knows nothing of, as after a commit whose answer was lost", async () => {
      const world = current();
      const id = await world.campaign("spring", 1, await world.mailbox("anna@acme.test"));
      await world.under.liveness.hold("boot-1");
      await world.mustClaim(id, "boot-1");
      expect(await abandonedBy("boot-1")).toEqual(["lead-1@example.test of boot-1, without intent"]);
    });

    it("is none whose worker has renewed its leases", async () => {
      const world = current();
      const id = await world.campaign("spring", 1, await world.mailbox("anna@acme.test"));
      await take("boot-1");
      await world.mustClaim(id, "boot-1");
      world.under.clock.advance(LEASE_MS - 1);
      await take("boot-1");
      world.under.clock.advance(LEASE_MS - 1);
      expect(await abandonedBy("boot-2")).toEqual([]);
    });
  });
}
