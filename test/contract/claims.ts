import { describe, expect, it } from "vitest";
import { suppress } from "../../src/storage/leads.ts";
import { verify } from "../../src/storage/verify.ts";
import type { StoreWorld } from "./store-world.ts";

const WORKERS = ["boot-1", "boot-2", "boot-3", "boot-4", "boot-5"] as const;

export function describeClaims(current: () => StoreWorld): void {
  describe("a claim", () => {
    it("is won by one of two that read the same row", async () => {
      const world = current();
      const id = await world.campaign("spring", 1, await world.mailbox("anna@acme.test"));
      const other = await world.under.connect();
      const email = await world.next(id);
      const claims = await Promise.all([world.claim(email, "boot-1"), world.claim(email, "boot-2", other)]);
      expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
      expect(await world.usage()).toEqual(["campaign 2025-11-05: 1", "mailbox 2025-11-05: 1"]);
      expect((await world.counts(id)).sending).toBe(1);
    });

    it("of a row that was claimed and handed back since it was read is refused", async () => {
      const world = current();
      const id = await world.campaign("spring", 1, await world.mailbox("anna@acme.test"));
      const stale = await world.next(id);
      await world.settle(await world.mustClaim(id, "boot-1"), "boot-1", "handed back");
      expect(await world.claim(stale, "boot-2")).toBeUndefined();
      expect(await world.claim(await world.next(id), "boot-2")).toMatchObject({ fence: 2 });
    });

    it.each(["campaign", "mailbox"] as const)(
      "gets the last free slot of a %s's limit for one of five workers",
      async (limited) => {
        const world = current();
        const mailbox = await world.mailbox("anna@acme.test", limited === "mailbox" ? 2 : undefined);
        const id = await world.campaign("spring", 6, mailbox, limited === "campaign" ? { perDayMax: 2 } : {});
        await world.mustClaim(id, "boot-0");
        const due = await world.transaction(async (tx) => (await tx.plannedEmails(id)).slice(0, WORKERS.length));
        const emails = await Promise.all(
          due.map(async ({ id: queueId }) => {
            const [email] = await world.transaction((tx) => tx.emailsToHandOver([queueId]));
            return email ?? expect.fail("no row");
          }),
        );
        const claims = await Promise.all(
          emails.map(async (email, index) => world.claim(email, WORKERS[index] ?? "", await world.under.connect())),
        );
        expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
        expect(await world.usage()).toEqual(["campaign 2025-11-05: 2", "mailbox 2025-11-05: 2"]);
        expect(await world.counts(id)).toMatchObject({ sending: 2, planned: 4 });
      },
    );

    it("of two campaigns shares the mailbox's limit", async () => {
      const world = current();
      const mailbox = await world.mailbox("anna@acme.test", 1);
      const [spring, autumn] = [await world.campaign("spring", 1, mailbox), await world.campaign("autumn", 1, mailbox)];
      await world.mustClaim(spring, "boot-1");
      expect(await world.claim(await world.next(autumn), "boot-1")).toBeUndefined();
      expect(await world.usage()).toEqual(["campaign 2025-11-05: 1", "mailbox 2025-11-05: 1"]);
    });

    it("starts with a fresh allowance on the next local day", async () => {
      const world = current();
      const id = await world.campaign("spring", 2, await world.mailbox("anna@acme.test", 1));
      await world.mustClaim(id, "boot-1");
      world.under.clock.advance(24 * 3_600_000);
      expect(await world.claim(await world.next(id), "boot-1")).toBeDefined();
      expect(await world.usage()).toEqual([
        "campaign 2025-11-05: 1",
        "campaign 2025-11-06: 1",
        "mailbox 2025-11-05: 1",
        "mailbox 2025-11-06: 1",
      ]);
    });
  });

  describe("a transaction", () => {
    it("leaves nothing behind when its work throws", async () => {
      const world = current();
      const id = await world.campaign("spring", 1, await world.mailbox("anna@acme.test"));
      const work = world.transaction(async (tx) => {
        await tx.suppress("lead-1@example.test", "asked to", "test", world.now);
        throw new Error("changed my mind");
      });
      await expect(work).rejects.toThrow("changed my mind");
      expect((await world.counts(id)).planned).toBe(1);
      expect(await world.one.reader.selectFrom("Suppression").selectAll().execute()).toEqual([]);
    });

    it("of another connection is awaited, and is seen by the next reading", async () => {
      const world = current();
      const id = await world.campaign("spring", 1, await world.mailbox("anna@acme.test"));
      const other = await world.under.connect();
      let release: () => void = () => undefined;
      const held = new Promise<void>((resume) => {
        release = resume;
      });
      let isHeld: () => void = () => undefined;
      const holding = new Promise<void>((resume) => {
        isHeld = resume;
      });
      const first = other.store.transaction(async (tx) => {
        await tx.hold(id, []);
        await tx.suppress("lead-1@example.test", "asked to", "test", world.now);
        isHeld();
        await held;
      });
      await holding;
      const second = world.transaction(async (tx) => {
        await tx.hold(id, []);
        return tx.nextEmails(id, world.now, 1);
      });
      await world.under.someoneWaits();
      release();
      await first;
      expect(await second).toEqual([]);
    });

    it("of another connection holds up nobody who only reads, verify included", async () => {
      const world = current();
      await world.campaign("spring", 1, await world.mailbox("anna@acme.test"));
      const other = await world.under.connect();
      await other.store.transaction(async (tx) => {
        await tx.suppress("lead-1@example.test", "asked to", "test", world.now);
        expect(await verify(world.one.reader)).toMatchObject({ campaigns: 1, leads: 1, findings: [] });
      });
    });

    it("of a person, on another connection, is noticed by those who watch", async () => {
      const world = current();
      const other = await world.under.connect();
      let unwatch: () => void = () => undefined;
      const noticed = new Promise<void>((resume) => {
        unwatch = world.one.store.watch(resume);
      });
      await other.write((trx) => suppress(trx, "x@example.test", "asked to", "test", world.now));
      await noticed;
      unwatch();
      expect(await world.one.reader.selectFrom("Suppression").select("address").execute()).toEqual([
        { address: "x@example.test" },
      ]);
    });
  });
}
