import { describe, expect, it } from "vitest";
import type { StoreWorld } from "./store-world.ts";

export function describeIntents(current: () => StoreWorld): void {
  describe("an intent", () => {
    it("is recorded once: the second of the same claim is refused", async () => {
      const world = current();
      const id = await world.campaign("spring", 1, await world.mailbox("anna@acme.test"));
      const email = await world.mustClaim(id, "boot-1");
      expect([await world.intent(email, "boot-1"), await world.intent(email, "boot-1")]).toEqual([true, false]);
      expect(await ledger(world)).toEqual(["lead-1@example.test transmitting 2025-11-05"]);
    });

    it("is refused for a mail that was handed over before, also when its row was made pending again behind the store's back", async () => {
      const world = current();
      const id = await world.campaign("spring", 1, await world.mailbox("anna@acme.test"));
      const first = await world.mustClaim(id, "boot-1");
      await world.intent(first, "boot-1");
      await world.settle(first, "boot-1", "sent");
      await world.write(async (trx) => {
        await trx.updateTable("CampaignEmailQueue").set({ state: "pending" }).execute();
        await trx.updateTable("CampaignLead").set({ state: "planned" }).execute();
      });
      const second = await world.mustClaim(id, "boot-1");
      expect(second.leadBar).toMatchObject({ why: "contacted" });
      expect(await world.intent(second, "boot-1")).toBe(false);
      await world.transaction((tx) =>
        tx.settle([
          {
            email: second,
            worker: "boot-1",
            at: world.now,
            queue: { state: "cancelled", attempt: 0 },
            lead: { state: "sent" },
            giveBack: true,
          },
        ]),
      );
      expect(await ledger(world)).toEqual(["lead-1@example.test sent 2025-11-05"]);
    });

    it("of another campaign to the same lead is another mail", async () => {
      const world = current();
      const mailbox = await world.mailbox("anna@acme.test");
      for (const name of ["spring", "autumn"]) {
        const email = await world.mustClaim(await world.campaign(name, 1, mailbox), "boot-1");
        expect(await world.intent(email, "boot-1")).toBe(true);
      }
      expect(await ledger(world)).toHaveLength(2);
    });

    it("is refused to a worker whose claim was taken back", async () => {
      const world = current();
      const id = await world.campaign("spring", 1, await world.mailbox("anna@acme.test"));
      const email = await world.mustClaim(id, "frozen");
      await world.settle(email, "boot-2", "never asked");
      expect(await world.intent(email, "frozen")).toBe(false);
      expect(await ledger(world)).toEqual([]);
    });

    it("is refused to a worker whose mail another one has claimed meanwhile, and to one that never claimed it", async () => {
      const world = current();
      const id = await world.campaign("spring", 1, await world.mailbox("anna@acme.test"));
      const stale = await world.mustClaim(id, "boot-1");
      await world.settle(stale, "boot-1", "never asked");
      const fresh = await world.mustClaim(id, "boot-1");
      expect(await world.intent(stale, "boot-1")).toBe(false);
      expect(await world.intent(fresh, "stranger")).toBe(false);
      expect(await world.intent(fresh, "boot-1")).toBe(true);
    });

    it("after midnight takes its allowances along to the new day", async () => {
      const world = current();
      const id = await world.campaign("spring", 1, await world.mailbox("anna@acme.test", 1), { perDayMax: 1 });
      world.under.clock.advance(15 * 3_600_000 - 1_000);
      const email = await world.mustClaim(id, "boot-1");
      expect(await world.usage()).toEqual(["campaign 2025-11-05: 1", "mailbox 2025-11-05: 1"]);
      world.under.clock.advance(1_000);
      expect(await world.intent(email, "boot-1")).toBe(true);
      expect(await world.usage()).toEqual(["campaign 2025-11-06: 1", "mailbox 2025-11-06: 1"]);
      expect(await ledger(world)).toEqual(["lead-1@example.test transmitting 2025-11-06"]);
      await world.settle(email, "boot-1", "refused");
      expect(await world.usage()).toEqual([]);
    });

    it("after midnight is refused, with nothing changed, when the new day has no allowance left", async () => {
      const world = current();
      const id = await world.campaign("spring", 2, await world.mailbox("anna@acme.test", 1));
      world.under.clock.advance(15 * 3_600_000 - 1_000);
      const late = await world.mustClaim(id, "boot-1");
      world.under.clock.advance(1_000);
      await world.mustClaim(id, "boot-1");
      const before = await world.usage();
      expect(await world.intent(late, "boot-1")).toBe(false);
      expect(await world.usage()).toEqual(before);
      expect(before).toContain("mailbox 2025-11-05: 1");
    });
  });
}

/** The ledger as "lead state day", in order. */
async function ledger(world: StoreWorld): Promise<string[]> {
  const rows = await world.one.reader.selectFrom("SendLog").select(["toAddress", "state", "campaignDay"]).orderBy("id").execute();
  return rows.map((row) => `${row.toAddress} ${row.state} ${row.campaignDay}`);
}
