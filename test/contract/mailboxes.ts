import { describe, expect, it } from "vitest";
import { takeHold } from "../../src/storage/mailbox-holds.ts";
import { createMailbox, deleteMailbox, editMailbox, type MailboxEdit } from "../../src/storage/mailbox-edit.ts";
import { type MailboxOverview, mailboxesOverview } from "../../src/storage/mailbox-overview.ts";
import { changeMailbox } from "../../src/storage/mailboxes.ts";
import { setCampaignMailboxes } from "../../src/storage/registry.ts";
import type { StoreWorld } from "./store-world.ts";

const ACCOUNT = { host: "smtp.acme.test", port: 587, security: "starttls", user: "anna", secret: "locked" } as const;
const RULES = { zone: "Europe/Warsaw", perDayMax: 50, minGapMs: 0, sessionsMax: 1 };
const ANNA = { address: "anna@acme.test", ...ACCOUNT, ...RULES };

export function describeMailboxes(current: () => StoreWorld): void {
  const create = async (mailbox: Parameters<typeof createMailbox>[1] = ANNA): Promise<number> => {
    const created = await current().write((trx, now) => createMailbox(trx, mailbox, "eve", now));
    return created.ok ? created.value : expect.fail(created.error.message);
  };
  const edit = (id: number, change: MailboxEdit) => current().write((trx, now) => editMailbox(trx, id, change, "eve", now));
  const remove = (id: number) => current().write((trx, now) => deleteMailbox(trx, id, "eve", now));
  const row = (id: number) =>
    current().one.reader.selectFrom("Mailbox").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
  const see = async (id: number): Promise<MailboxOverview> =>
    (await mailboxesOverview(current().one.reader, current().now, { id }))[0] ?? expect.fail("no such mailbox");
  const history = async (): Promise<string[]> =>
    (await current().one.reader.selectFrom("Event").selectAll().where("mailboxId", "is not", null).orderBy("id").execute()).map(
      ({ kind, actor, data }) => [kind, actor, data].filter(Boolean).join(" "),
    );

  describe("a mailbox", () => {
    it("is added once for its address", async () => {
      const id = await create();
      expect(await row(id)).toMatchObject({ userName: "anna", secret: "locked", active: 1, perDayMax: 50 });
      const again = await current().write((trx, now) => createMailbox(trx, ANNA, "eve", now));
      expect(again).toMatchObject({ ok: false, error: { field: "address" } });
    });

    it("keeps its password when none is given, and ends its rest and its need for attention with a new one", async () => {
      const world = current();
      const id = await create();
      const trouble = { attention: "535 no", restingUntil: world.now + 1, restCount: 2, restReason: "421" };
      await world.write((trx) => changeMailbox(trx, id, trouble));
      expect(await edit(id, { name: "Anna", rules: { perDayMax: 60 } })).toEqual({ ok: true, value: undefined });
      expect(await row(id)).toMatchObject({ ...trouble, secret: "locked", name: "Anna", perDayMax: 60 });
      await edit(id, { secret: "new" });
      const healed = { attention: null, restingUntil: null, restCount: 0, restReason: null };
      expect(await row(id)).toMatchObject({ ...healed, secret: "new" });
    });

    it.each([{ host: "smtp.evil.test" }, { user: "eve" }, { security: "none" } as const])(
      "does not send its stored password somewhere else: %j",
      async (change) => {
        const id = await create();
        expect(await edit(id, change)).toMatchObject({ ok: false, error: { field: "password" } });
        expect(await row(id)).toMatchObject({ host: "smtp.acme.test", userName: "anna", security: "starttls" });
        expect(await edit(id, { ...change, secret: "new" })).toMatchObject({ ok: true });
      },
    );

    it("tells its history what was changed by whom, and never a password", async () => {
      const id = await create();
      await edit(id, { port: 465, security: "tls", secret: "new", active: false });
      await edit(id, { rules: { perDayMax: 50, sessionsMax: 2 }, name: null, active: false });
      expect(await history()).toEqual([
        'mailbox-created eve {"address":"anna@acme.test","host":"smtp.acme.test","port":587,"security":"starttls"}',
        'mailbox-account-changed eve {"port":465,"security":"tls","secret":"changed"}',
        "mailbox-switched-off eve",
        'mailbox-rules-changed eve {"sessionsMax":2}',
      ]);
    });

    it("that needs attention is ready again when it is switched on", async () => {
      const world = current();
      const id = await create();
      await world.write((trx) => changeMailbox(trx, id, { attention: "535 no" }));
      await edit(id, { active: true });
      expect(await see(id)).toMatchObject({ state: "ready", attention: null });
    });

    it("whose account changes has its campaigns look again", async () => {
      const world = current();
      const id = await create({ ...ANNA, secret: undefined });
      const campaign = await world.campaign("spring", 1, id);
      await world.transaction((tx) => tx.setNextDue(campaign, world.now + 60_000, "mailboxes"));
      await edit(id, { port: 465 });
      expect(await world.one.store.dueCampaigns(world.now, 9)).toEqual([{ id: campaign, status: "IN_PROGRESS" }]);
    });

    it("is deleted only when nothing speaks of it", async () => {
      const world = current();
      const [unused, linked, used] = [
        await create(),
        await create({ ...ANNA, address: "bert@acme.test" }),
        await create({ ...ANNA, address: "carl@acme.test" }),
      ];
      await world.draft("autumn", 1, linked);
      const spring = await world.campaign("spring", 1, used);
      await world.mustClaim(spring, "boot-1");
      await world.write((trx, now) => setCampaignMailboxes(trx, spring, [linked], now));
      expect(await remove(unused)).toMatchObject({ ok: true });
      expect(await remove(unused)).toMatchObject({ ok: false, error: { message: "there is no such mailbox" } });
      expect(await remove(linked)).toMatchObject({ ok: false, error: { message: /belongs to a campaign/, allowed: /off/ } });
      expect(await remove(used)).toMatchObject({ ok: false, error: { message: /has sent mails/ } });
    });
  });

  describe("the overview", () => {
    it("says of each mailbox what the campaigns' gates say, until when, and what it has used today", async () => {
      const world = current();
      const id = await create({ ...ANNA, perDayMax: 1, minGapMs: 60_000 });
      const campaign = await world.campaign("spring", 2, id);
      const email = await world.mustClaim(campaign, "boot-1");
      await world.intent(email, "boot-1");
      await world.settle(email, "boot-1", "sent");
      const midnight = Date.parse("2025-11-06T00:00:00+01:00");
      const today = { day: "2025-11-05", used: 1 };
      expect(await see(id)).toMatchObject({ state: "limit", today, nextAt: midnight, lastUsedAt: world.now, sessionsBusy: 0 });
      await edit(id, { rules: { perDayMax: 2 } });
      expect(await see(id)).toMatchObject({ state: "min-gap", nextAt: world.now + 60_000 });
      await world.write((trx, now) => changeMailbox(trx, id, { restingUntil: now + 90_000, restReason: "421 later" }));
      expect(await see(id)).toMatchObject({ state: "resting", restReason: "421 later", nextAt: world.now + 90_000 });
      await world.write((trx) => changeMailbox(trx, id, { attention: "535 no" }));
      expect(await see(id)).toMatchObject({ state: "attention", attention: "535 no", nextAt: null });
      await edit(id, { active: false });
      expect(await see(id)).toMatchObject({ state: "off", active: false });
    });

    it("shows a held session as busy, the open campaigns, and no password", async () => {
      const world = current();
      const id = await create();
      await world.draft("spring", 1, id);
      const hold = { mailboxId: id, holder: "test 1", takenAt: world.now };
      await world.write((trx, now) => takeHold(trx, hold, now + 60_000));
      const overview = await see(id);
      const campaigns = [{ id: 1, name: "spring", status: "DRAFT" }];
      expect(overview).toMatchObject({ state: "busy", sessionsBusy: 1, hasPassword: true, user: "anna", campaigns });
      expect(JSON.stringify(overview)).not.toContain("locked");
    });

    it("goes on behind a mailbox", async () => {
      const ids = [await create(), await create({ ...ANNA, address: "bert@acme.test" })];
      const { reader } = current().one;
      const page = await mailboxesOverview(reader, current().now, { limit: 1 });
      const rest = await mailboxesOverview(reader, current().now, { afterId: page[0]?.id });
      expect([...page, ...rest].map(({ id }) => id)).toEqual(ids);
    });
  });
}
