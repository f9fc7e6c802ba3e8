import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { exportSuppressions, importSuppressions } from "../src/operation/suppression-file.ts";
import { leadTimeline } from "../src/operation/lead-timeline.ts";
import { addLeadsByHand, setLeadPriority, skipByHand } from "../src/storage/campaign-leads.ts";
import { editLead, holdLead } from "../src/storage/lead-edit.ts";
import { type LeadQuery, listPlaces, type PlaceKey, type PlaceQuery, searchLeads } from "../src/storage/lead-list.ts";
import { suppress } from "../src/storage/leads.ts";
import { cancelCampaign } from "../src/storage/lifecycle.ts";
import { setMessage } from "../src/storage/messages.ts";
import { addLeads } from "../src/storage/registry.ts";
import { listSuppressed, unsuppress } from "../src/storage/suppressions.ts";
import { openPostgresDatabase } from "./contract/postgres-database.ts";
import { openSqliteFile } from "./contract/sqlite-file.ts";
import { StoreWorld } from "./contract/store-world.ts";
import { expectVerified } from "./verified.ts";

const DATABASES = [
  ["SQLite", () => openSqliteFile()],
  ["PostgreSQL", () => openPostgresDatabase(inject("postgresUrl"))],
] as const;

describe.each(DATABASES)("leads on %s", (_name, open) => {
  let world: StoreWorld;
  beforeEach(async () => {
    world = await StoreWorld.open(open);
  });
  afterEach(async () => {
    await expectVerified(world.one.reader);
    await world.under.close(false);
  });

  const draft = async (...addresses: string[]) => {
    const id = await world.draft("spring", 0, await world.mailbox("anna@acme.test"));
    const leads = addresses.map((address) => ({ address, fields: { city: "Opole" } }));
    await world.write((trx, now) => addLeads(trx, id, leads, now));
    return id;
  };
  const lead = async (address: string) =>
    (await world.one.reader.selectFrom("Lead").select("id").where("address", "=", address).executeTakeFirstOrThrow()).id;
  const edit = async (address: string, change: Parameters<typeof editLead>[2]) => {
    const id = await lead(address);
    await world.write(async (trx, now) => {
      const held = await holdLead(trx, id);
      if (held !== undefined) await editLead(trx, held, change, "ewa", now);
    });
  };

  describe("searched", () => {
    const all = async (query: Omit<LeadQuery, "limit">) => {
      const found: string[] = [];
      for (let after: string | undefined; ; ) {
        const { items, next } = await searchLeads(world.one.reader, { ...query, after, limit: 2 });
        found.push(...items.map(({ address }) => address));
        if (next === undefined) return found;
        after = next;
      }
    };

    it("come page by page, each once, by beginning, part or status, in the order of their bytes", async () => {
      await draft("b@acme.test", "a-b@acme.test", "ab@acme.test", "a_b@acme.test", "łucja@acme.test", "z@beta.test");
      await edit("ab@acme.test", { status: "BLOCKED" });
      await world.write((trx, now) => suppress(trx, "b@acme.test", "asked to", "person", now));
      expect(await all({})).toEqual([
        "a-b@acme.test",
        "a_b@acme.test",
        "ab@acme.test",
        "b@acme.test",
        "z@beta.test",
        "łucja@acme.test",
      ]);
      expect(await all({ prefix: "A" })).toEqual(["a-b@acme.test", "a_b@acme.test", "ab@acme.test"]);
      expect(await all({ prefix: "%" })).toEqual([]);
      expect(await all({ part: "B@a" })).toEqual(["a-b@acme.test", "a_b@acme.test", "ab@acme.test", "b@acme.test"]);
      expect(await all({ status: "BLOCKED" })).toEqual(["ab@acme.test"]);
      expect(await all({ status: "ACTIVE", prefix: "a" })).toEqual(["a-b@acme.test", "a_b@acme.test"]);
      const { items } = await searchLeads(world.one.reader, { prefix: "b@", limit: 1 });
      expect(items).toMatchObject([{ fields: { city: "Opole" }, suppressedFor: "asked to" }]);
    });
  });

  describe("in a campaign", () => {
    const listed = async (query: Omit<PlaceQuery, "limit">) => {
      const found: string[] = [];
      for (let after: PlaceKey | undefined; ; ) {
        const { items, next } = await listPlaces(world.one.reader, { ...query, after, limit: 2 });
        found.push(...items.map(({ address, state }) => `${address.slice(0, 1)} ${state}`));
        if (next === undefined) return found;
        after = next;
      }
    };

    it("are listed by state in their order of sending, and together in the order in which they came", async () => {
      const campaignId = await draft("a@acme.test", "b@acme.test", "c@acme.test", "d@acme.test");
      const ids = [await lead("c@acme.test"), await lead("b@acme.test")];
      expect(await world.write((trx, now) => setLeadPriority(trx, campaignId, ids, 1, "ewa", now))).toEqual({
        ok: true,
        value: 2,
      });
      const skip = await world.write(async (trx, now) =>
        skipByHand(trx, campaignId, await lead("d@acme.test"), "moved", "ewa", now),
      );
      expect(skip.ok).toBe(true);
      expect(await listed({ campaignId, state: "waiting" })).toEqual(["b waiting", "c waiting", "a waiting"]);
      expect(await listed({ campaignId })).toEqual(["a waiting", "b waiting", "c waiting", "d skipped"]);
      expect(await listed({ campaignId, part: "c@" })).toEqual(["c waiting"]);
    });

    it("go next, or never, also from the plan, which is laid anew; one that is on its way or was written to stays", async () => {
      const campaignId = await world.campaign("spring", 3, await world.mailbox("anna@acme.test"));
      const relayCause = async () =>
        (await world.one.reader.selectFrom("Campaign").select("relayCause").executeTakeFirstOrThrow()).relayCause;
      const third = await lead("lead-3@example.test");
      await world.write((trx, now) => setLeadPriority(trx, campaignId, [third], 1, "ewa", now));
      expect(await relayCause()).toBe("priorities changed");
      await world.write((trx, now) => skipByHand(trx, campaignId, third, "moved", "ewa", now));
      expect(await relayCause()).toBe("a lead was skipped");
      expect(await world.counts(campaignId)).toMatchObject({ planned: 2, skipped: 1 });
      const { leadId } = await world.mustClaim(campaignId, "boot-1");
      const refused = await world.write((trx, now) => skipByHand(trx, campaignId, leadId, "moved", "ewa", now));
      expect(refused).toMatchObject({
        ok: false,
        error: { value: "lead-1@example.test", message: "cannot be skipped: it is sending" },
      });
      const nobody = await world.write((trx, now) => setLeadPriority(trx, campaignId, [99], 1, "ewa", now));
      expect(nobody).toMatchObject({ ok: false, error: { message: "is not in this campaign" } });
    });

    it("are added by hand, and keep what is known of them; a cancelled campaign takes none", async () => {
      const campaignId = await draft("a@acme.test");
      const other = await world.draft("autumn", 0, await world.mailbox("ewa@acme.test"));
      const add = () =>
        world.write((trx, now) => addLeadsByHand(trx, other, [{ address: "a@acme.test", fields: {} }], "ewa", now));
      expect(await add()).toEqual({ ok: true, value: { added: 1, known: 0 } });
      expect((await searchLeads(world.one.reader, { limit: 9 })).items).toMatchObject([{ fields: { city: "Opole" } }]);
      await world.write((trx, now) => cancelCampaign(trx, other, "ewa", now));
      expect(await add()).toMatchObject({ ok: false, error: { field: "campaign", value: "autumn" } });
      expect(campaignId).not.toBe(other);
    });
  });

  it("put on hold or blocked are barred for the very next mail", async () => {
    const campaignId = await world.campaign("spring", 1, await world.mailbox("anna@acme.test"));
    await edit("lead-1@example.test", { status: "ON_HOLD" });
    expect(await world.next(campaignId)).toMatchObject({ leadBar: { why: "on-hold" } });
    await edit("lead-1@example.test", { status: "BLOCKED" });
    expect(await world.next(campaignId)).toMatchObject({ leadBar: { why: "blocked" } });
  });

  it("show each mail with the text that was sent, whatever was edited or imported since, and what is to come", async () => {
    const mailboxId = await world.mailbox("anna@acme.test");
    const campaignId = await world.draft("spring", 0, mailboxId);
    const address = "ewa@example.test";
    await world.write(async (trx, now) => {
      await setMessage(trx, campaignId, { subject: "Hi {{ name }}", html: "<p>{{ city }}</p>", attachments: [] }, now);
      await addLeads(trx, campaignId, [{ address, fields: { name: "Ewa", city: "Opole" } }], now);
    });
    await edit(address, { fields: { name: "Nobody" } });
    await world.write((trx, now) => trx.updateTable("Campaign").set({ status: "IN_PROGRESS", nextDueAt: now }).execute());
    await world.transaction(async (tx) => {
      const [waiting] = await tx.waitingLeads(campaignId, 1);
      if (waiting !== undefined)
        await tx.changePlan(
          campaignId,
          { anew: true, add: [{ lead: waiting, at: world.now, mailboxId, cause: "start" }], move: [], withdraw: [] },
          world.now,
        );
    });
    const story = async () => {
      const timeline = await leadTimeline({ reader: world.one.reader, clock: world.under.clock }, await lead(address));
      if (timeline === undefined) throw new Error("no lead");
      return timeline;
    };
    expect((await story()).coming).toMatchObject([
      {
        campaign: { name: "spring" },
        place: { row: { scheduledAt: world.now, cause: "start" } },
        explanation: { gates: expect.any(Array) as object },
      },
    ]);
    const email = await world.next(campaignId);
    const { messageId } = await world.one.reader.selectFrom("Campaign").select("messageId").executeTakeFirstOrThrow();
    const claimed = await world.claim({ ...email, messageId: messageId ?? 0 }, "boot-1");
    if (claimed === undefined) throw new Error("not claimed");
    await world.intent(claimed, "boot-1");
    await world.settle(claimed, "boot-1", "sent");
    world.under.clock.advance(1_000);
    await world.write((trx, now) => addLeads(trx, campaignId, [{ address, fields: { name: "Other", city: "Other" } }], now));
    world.under.clock.advance(1_000);
    await edit(address, { fields: { name: "Third" } });
    const { past, coming } = await story();
    expect(past.find(({ kind }) => kind === "try")).toMatchObject({
      try: { state: "sent", campaign: "spring", mailbox: "anna@acme.test" },
      sent: { subject: "Hi Ewa", text: "Opole", html: "<p>Opole</p>" },
    });
    expect(past.map((entry) => (entry.kind === "event" ? entry.event.kind : "try"))).toContain("lead-edited");
    expect(coming).toEqual([]);
  });

  describe("suppressed", () => {
    const imported = (content: string) =>
      importSuppressions(
        { reader: world.one.reader, write: (work) => world.write(work) },
        Readable.from([Buffer.from(content)]),
        {
          fileName: "gone.csv",
          reason: "asked to",
          actor: "ewa",
        },
      );

    it("come from a file: every address is taken, a domain is refused by name, and open places end at once", async () => {
      const campaignId = await world.campaign("spring", 2, await world.mailbox("anna@acme.test"));
      const result = await imported("email;reason\nlead-1@example.test;bounced\n@acme.test;x\nnobody;x\nx@acme.test;\n");
      expect(result).toMatchObject({ ok: true, value: { added: 2, known: 0, refused: 2 } });
      expect(result.ok && result.value.firstRefused).toEqual([
        { line: 3, value: "@acme.test", reason: "is a domain; only single addresses can be suppressed" },
        { line: 4, value: "nobody", reason: "has no @" },
      ]);
      expect(await imported("x@acme.test\n")).toMatchObject({ ok: true, value: { added: 0, known: 1 } });
      expect(await world.counts(campaignId)).toMatchObject({ skipped: 1, planned: 1 });
      const pieces: string[] = [];
      for await (const piece of exportSuppressions({ reader: world.one.reader })) pieces.push(piece);
      expect(pieces.join("").split("\r\n")).toEqual([
        "\uFEFFemail;reason;source;since",
        "lead-1@example.test;bounced;ewa;2025-11-05T08:00:00.000Z",
        "x@acme.test;asked to;ewa;2025-11-05T08:00:00.000Z",
        "",
      ]);
    });

    it("are listed page by page and found by their beginning; one may be written to again", async () => {
      await imported("b@acme.test\na@acme.test\nc@beta.test\n");
      const first = await listSuppressed(world.one.reader, { limit: 2 });
      expect(first).toMatchObject({ items: [{ address: "a@acme.test" }, { address: "b@acme.test" }], next: "b@acme.test" });
      const second = await listSuppressed(world.one.reader, { after: first.next, limit: 2 });
      expect(second).toEqual({ items: [expect.objectContaining({ address: "c@beta.test" })] });
      expect((await listSuppressed(world.one.reader, { prefix: "b", limit: 2 })).items).toHaveLength(1);
      expect(await world.write((trx, now) => unsuppress(trx, "b@acme.test", "ewa", now))).toBe(true);
      expect(await world.write((trx, now) => unsuppress(trx, "b@acme.test", "ewa", now))).toBe(false);
      expect((await listSuppressed(world.one.reader, { part: "@ACME", limit: 2 })).items).toHaveLength(1);
    });

    it("are refused as a file of which nothing can be read", async () => {
      expect(await imported("")).toMatchObject({ ok: false, error: { field: "file", message: "is empty" } });
      expect(await imported("x;y\n1;2\n")).toMatchObject({ ok: false, error: { field: "file" } });
    });
  });
});
