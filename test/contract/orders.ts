import { describe, expect, it } from "vitest";
import type { CampaignStatus } from "../../src/domain/states.ts";
import { type Actor, cancelCampaign, pauseCampaign, resumeCampaign, startCampaign } from "../../src/storage/lifecycle.ts";
import { addLeads, changeSettings, setCampaignMailboxes } from "../../src/storage/registry.ts";
import { campaignFacts } from "../../src/storage/campaigns.ts";
import { suppress } from "../../src/storage/leads.ts";
import { addresses } from "../engine-world.ts";
import type { StoreWorld } from "./store-world.ts";

const ACTOR: Actor = "test";
const ORDERS = { start: startCampaign, pause: pauseCampaign, resume: resumeCampaign, cancel: cancelCampaign };
type Order = keyof typeof ORDERS;

export function describeOrders(current: () => StoreWorld): void {
  const order = (id: number, verb: Order) => current().write((trx, now) => ORDERS[verb](trx, id, ACTOR, now));

  const events = async (): Promise<string[]> => {
    const rows = await current()
      .one.reader.selectFrom("Event")
      .select("kind")
      .where("kind", "like", "campaign-%")
      .orderBy("id")
      .execute();
    return rows.map((row) => row.kind);
  };

  const inStatus = async (status: CampaignStatus): Promise<number> => {
    const world = current();
    const id = await world.draft("spring", 1, await world.mailbox("anna@acme.test"));
    await world.write((trx) =>
      trx
        .updateTable("Campaign")
        .set({ status, nextDueAt: status === "DRAFT" ? null : 0 })
        .execute(),
    );
    return id;
  };

  describe("leads given again", () => {
    it("are in the campaign once, keep their place and state, and take the new fields", async () => {
      const world = current();
      const id = await world.campaign("spring", 3, await world.mailbox("anna@acme.test"));
      await world.settle(await world.mustClaim(id, "boot-1"), "boot-1", "refused");
      const again = addresses(5).map((lead) => ({ ...lead, fields: { city: "Gdańsk" } }));
      expect(await world.write((trx, now) => addLeads(trx, id, again, now))).toEqual({ added: 2, known: 3 });
      expect(await world.write((trx, now) => addLeads(trx, id, again, now))).toEqual({ added: 0, known: 5 });
      expect(await world.counts(id)).toMatchObject({ failed: 1, planned: 2, waiting: 2 });
      const rows = await world.one.reader.selectFrom("CampaignLead").select(["position", "fields"]).orderBy("id").execute();
      expect(rows).toEqual([1, 2, 3, 4, 5].map((position) => ({ position, fields: '{"city":"Gdańsk"}' })));
    });

    it("twice in one file count once", async () => {
      const world = current();
      const id = await world.draft("spring", 1, await world.mailbox("anna@acme.test"));
      const twice = [...addresses(1, 7), ...addresses(1, 7)];
      expect(await world.write((trx, now) => addLeads(trx, id, twice, now))).toEqual({ added: 1, known: 1 });
    });
  });

  describe("an order to a campaign", () => {
    const outcomes: readonly (readonly [Order, CampaignStatus, CampaignStatus | "refused"])[] = [
      ["start", "DRAFT", "IN_PROGRESS"],
      ["start", "IN_PROGRESS", "IN_PROGRESS"],
      ["start", "PAUSED", "IN_PROGRESS"],
      ["start", "CANCELLED", "refused"],
      ["pause", "IN_PROGRESS", "PAUSED"],
      ["pause", "SCHEDULED", "PAUSED"],
      ["pause", "PAUSED", "PAUSED"],
      ["pause", "DRAFT", "refused"],
      ["pause", "COMPLETED", "refused"],
      ["resume", "PAUSED", "IN_PROGRESS"],
      ["resume", "IN_PROGRESS", "IN_PROGRESS"],
      ["resume", "DRAFT", "refused"],
      ["resume", "CANCELLED", "refused"],
      ["cancel", "DRAFT", "CANCELLED"],
      ["cancel", "PAUSED", "CANCELLED"],
      ["cancel", "CANCELLED", "CANCELLED"],
      ["cancel", "COMPLETED", "refused"],
    ];
    it.each(outcomes)("%s, given to one that is %s, leaves it %s", async (verb, from, to) => {
      const id = await inStatus(from);
      const result = await order(id, verb);
      const row = await current().one.reader.selectFrom("Campaign").select("status").executeTakeFirstOrThrow();
      if (to === "refused")
        expect(result).toMatchObject({
          ok: false,
          error: { field: "campaign", value: "spring", message: `cannot ${verb}: it is ${from}` },
        });
      else expect(result).toEqual({ ok: true, value: to });
      expect(row.status).toBe(to === "refused" ? from : to);
      expect(await events()).toHaveLength(to === "refused" || to === from ? 1 : 2);
    });

    it("to start is refused with what is missing: a message, a mailbox, a lead", async () => {
      const world = current();
      const id = await world.draft("spring", 0, await world.mailbox("anna@acme.test"));
      expect(await order(id, "start")).toMatchObject({
        ok: false,
        error: { message: "cannot start: it has no lead that is still to be written to" },
      });
      await world.write((trx, now) => setCampaignMailboxes(trx, id, [], now));
      expect(await order(id, "start")).toMatchObject({ ok: false, error: { message: "cannot start: it has no mailbox" } });
      await world.write((trx) => trx.updateTable("Campaign").set({ messageId: null }).execute());
      expect(await order(id, "start")).toMatchObject({ ok: false, error: { message: "cannot start: it has no message" } });
    });

    it("to start before its start time schedules it, and it is due then", async () => {
      const world = current();
      const startAt = world.now + 3_600_000;
      const id = await world.draft("spring", 1, await world.mailbox("anna@acme.test"), { startAt });
      expect(await order(id, "start")).toEqual({ ok: true, value: "SCHEDULED" });
      expect(await world.one.store.dueCampaigns(startAt - 1, 10)).toEqual([]);
      expect(await world.one.store.dueCampaigns(startAt, 10)).toEqual([{ id, status: "SCHEDULED" }]);
      expect(await world.one.store.nextInstant()).toBe(startAt);
    });

    it.each([
      ["goniec", 0, 1, 0],
      ["legacy", 0, 0, 1],
      ["legacy", 1, 0, 0],
    ] as const)("of %s, with an old process: %i, is due for its own sender alone", async (owner, hasOldProcess, ours, theirs) => {
      const world = current();
      const id = await world.campaign("spring", 1, await world.mailbox("anna@acme.test"));
      await world.write((trx) => trx.updateTable("Campaign").set({ owner, hasOldProcess }).where("id", "=", id).execute());
      const { store } = world.one;
      const instants = await Promise.all([store.nextInstant(), store.nextInstant("legacy")]);
      expect(instants.map((at) => (at === undefined ? 0 : 1))).toEqual([ours, theirs]);
      expect(await store.dueCampaigns(world.now, 9)).toHaveLength(ours);
      expect(await store.dueCampaigns(world.now, 9, "legacy")).toHaveLength(theirs);
    });

    it("to cancel ends every open lead and leaves the mail on its way to its outcome", async () => {
      const world = current();
      const id = await world.campaign("spring", 3, await world.mailbox("anna@acme.test"));
      const email = await world.mustClaim(id, "boot-1");
      await order(id, "cancel");
      expect(await world.counts(id)).toMatchObject({ sending: 1, skipped: 2 });
      await world.intent(email, "boot-1");
      await world.settle(email, "boot-1", "sent");
      expect(await world.counts(id)).toMatchObject({ sent: 1, skipped: 2 });
    });

    it("to change settings is in the facts of the very next look, without a change of status", async () => {
      const world = current();
      const id = await world.campaign("spring", 1, await world.mailbox("anna@acme.test"));
      const before = await world.write((trx, now) => campaignFacts(trx, id, now));
      if (before === undefined) throw new Error("no campaign");
      const settings = { ...before.campaign, delayMs: 180_000 };
      expect(await world.write((trx, now) => changeSettings(trx, id, settings, ACTOR, now))).toBe(true);
      expect(await world.write((trx, now) => changeSettings(trx, id, settings, ACTOR, now))).toBe(false);
      const after = await world.transaction((tx) => tx.campaignFacts(id, world.now));
      expect(after?.campaign).toMatchObject({ delayMs: 180_000, status: "IN_PROGRESS", relayCause: "settings changed: delayMs" });
    });
  });

  describe("a suppressed address", () => {
    it("loses its place in every campaign at once, and keeps the mail that is on its way", async () => {
      const world = current();
      const mailbox = await world.mailbox("anna@acme.test");
      const [spring, autumn] = [await world.campaign("spring", 1, mailbox), await world.campaign("autumn", 1, mailbox)];
      await world.mustClaim(autumn, "boot-1");
      await world.write((trx, now) => suppress(trx, "lead-1@example.test", "asked to", ACTOR, now));
      expect((await world.counts(spring)).skipped).toBe(1);
      expect((await world.counts(autumn)).sending).toBe(1);
      const barred = await world.transaction((tx) =>
        tx.abandonedEmails(autumn, { bootId: "boot-2", inFlight: new Set() }, world.now),
      );
      expect(barred.map(({ email }) => email.leadBar)).toEqual([{ why: "suppressed", detail: "asked to" }]);
    });
  });
}
