import { describe, expect, it } from "vitest";
import type { ClaimedEmail } from "../../src/engine/ports.ts";
import { cancelCampaign } from "../../src/storage/lifecycle.ts";
import { decideUnconfirmed, unconfirmedMails } from "../../src/storage/unconfirmed.ts";
import type { Ending, StoreWorld } from "./store-world.ts";

const TAKEN = ["campaign 2025-11-05: 1", "mailbox 2025-11-05: 1"];

export function describeOutcomes(current: () => StoreWorld): void {
  async function claimed(intent: boolean): Promise<{ world: StoreWorld; id: number; email: ClaimedEmail }> {
    const world = current();
    const id = await world.campaign("spring", 1, await world.mailbox("anna@acme.test"));
    const email = await world.mustClaim(id, "boot-1");
    if (intent) expect(await world.intent(email, "boot-1")).toBe(true);
    return { world, id, email };
  }

  /** The worker was taken for dead after its intent: the mail is unconfirmed. */
  async function unconfirmed() {
    const setting = await claimed(true);
    await setting.world.settle(setting.email, "boot-2", "unknown");
    return setting;
  }

  describe("an outcome", () => {
    const allowances: readonly (readonly [Ending, boolean, readonly string[]])[] = [
      ["sent", true, TAKEN],
      ["unknown", true, TAKEN],
      ["refused", true, []],
      ["handed back", true, []],
      ["handed back", false, []],
      ["never asked", false, []],
    ];
    it.each(allowances)(
      "%s (intent: %s) gives the allowances back only when nothing was accepted",
      async (ending, intent, usage) => {
        const { world, email } = await claimed(intent);
        expect(await world.settle(email, "boot-1", ending)).toBe(true);
        expect(await world.usage()).toEqual(usage);
      },
    );

    it("is recorded once", async () => {
      const { world, email } = await claimed(true);
      expect(await world.settle(email, "boot-1", "refused")).toBe(true);
      expect(await world.settle(email, "boot-1", "refused")).toBe(false);
      expect(await world.usage()).toEqual([]);
    });

    it("sent, come late, makes an unconfirmed mail sent, whoever holds charge by now", async () => {
      const { world, id, email } = await unconfirmed();
      expect(await world.settle(email, "boot-1", "sent")).toBe(true);
      expect((await world.counts(id)).sent).toBe(1);
      expect(await world.usage()).toEqual(TAKEN);
    });

    it("refused, come late, makes an unconfirmed mail failed and gives its allowances back", async () => {
      const { world, id, email } = await unconfirmed();
      expect(await world.settle(email, "boot-1", "refused")).toBe(true);
      expect((await world.counts(id)).failed).toBe(1);
      expect(await world.usage()).toEqual([]);
    });

    it("that says nothing new, come late, changes nothing", async () => {
      const { world, id, email } = await unconfirmed();
      expect(await world.settle(email, "boot-1", "unknown")).toBe(false);
      expect((await world.counts(id)).unconfirmed).toBe(1);
    });

    it("of a claim that was taken back, come late, does not touch the claim of the successor", async () => {
      const { world, id, email } = await claimed(false);
      await world.settle(email, "boot-2", "never asked");
      await world.mustClaim(id, "boot-2");
      for (const ending of ["handed back", "refused", "sent"] as const)
        expect(await world.settle(email, "boot-1", ending)).toBe(false);
      expect((await world.counts(id)).sending).toBe(1);
      expect(await world.usage()).toEqual(TAKEN);
    });
  });

  describe("an unconfirmed mail", () => {
    it("is listed with its campaign, lead, mailbox and instant", async () => {
      const { world, email } = await unconfirmed();
      expect(await unconfirmedMails(world.one.reader)).toMatchObject([
        {
          id: email.id,
          campaign: "spring",
          lead: "lead-1@example.test",
          mailbox: "anna@acme.test",
          handedOverAt: world.now,
          rfcMessageId: email.rfcMessageId,
        },
      ]);
    });

    it("that a person marks as sent is sent and keeps its allowances", async () => {
      const { world, id, email } = await unconfirmed();
      expect(await world.write((trx, now) => decideUnconfirmed(trx, email.id, "mark-sent", "test", now))).toMatchObject({
        ok: true,
      });
      expect((await world.counts(id)).sent).toBe(1);
      expect(await world.usage()).toEqual(TAKEN);
      expect(await unconfirmedMails(world.one.reader)).toEqual([]);
    });

    it("that a person orders again waits in the plan under its Message-ID and may be handed over once more", async () => {
      const { world, id, email } = await unconfirmed();
      await world.write((trx, now) => decideUnconfirmed(trx, email.id, "send-again", "test", now));
      expect(await world.usage()).toEqual([]);
      const again = await world.mustClaim(id, "boot-2");
      expect(again.rfcMessageId).toBe(email.rfcMessageId);
      expect(await world.intent(again, "boot-2")).toBe(true);
      await world.settle(again, "boot-2", "sent");
      expect(await world.counts(id)).toMatchObject({ sent: 1, unconfirmed: 0 });
    });

    it.each(["planned", "cancelled"] as const)(
      "that was ordered again (%s) and turns out to have been taken is sent and uses its allowances",
      async (fate) => {
        const { world, id, email } = await unconfirmed();
        await world.write((trx, now) => decideUnconfirmed(trx, email.id, "send-again", "test", now));
        if (fate === "cancelled") await world.write((trx, now) => cancelCampaign(trx, id, "test", now));
        expect(await world.settle(email, "boot-1", "sent")).toBe(true);
        expect((await world.counts(id)).sent).toBe(1);
        expect(await world.usage()).toEqual(TAKEN);
      },
    );

    it("is decided once, and only while it is unconfirmed", async () => {
      const { world, email } = await unconfirmed();
      const decide = (id: number) => world.write((trx, now) => decideUnconfirmed(trx, id, "mark-sent", "test", now));
      expect(await decide(email.id)).toMatchObject({ ok: true });
      expect(await decide(email.id)).toMatchObject({
        ok: false,
        error: { value: String(email.id), message: "it is sent, not unconfirmed" },
      });
      expect(await decide(999)).toMatchObject({ ok: false, error: { value: "999", message: "there is no such mail" } });
    });

    it("of a cancelled campaign may be marked as sent but not sent again", async () => {
      const { world, id, email } = await unconfirmed();
      await world.write((trx, now) => cancelCampaign(trx, id, "test", now));
      const decide = (decision: "mark-sent" | "send-again") =>
        world.write((trx, now) => decideUnconfirmed(trx, email.id, decision, "test", now));
      expect(await decide("send-again")).toMatchObject({
        ok: false,
        error: { message: "its campaign spring was cancelled, nothing can be sent again" },
      });
      expect(await decide("mark-sent")).toMatchObject({ ok: true });
    });
  });
}
