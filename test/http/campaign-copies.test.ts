import { describe, expect, inject, it, onTestFinished } from "vitest";
import { setLeadStates } from "../../src/storage/queue.ts";
import { addLeads } from "../../src/storage/registry.ts";
import { acceptingServer, sendAll } from "./sending.ts";
import { createDatabase, dropDatabase } from "../servers/postgres-server.ts";
import { ApiWorld } from "./api-world.ts";
import { addMailbox, type Campaign, campaignNow, draft, leadsNamed, type List, putMessage } from "./campaign-world.ts";

describe("a duplicated campaign", () => {
  it("has the settings, the message and the mailboxes, and no lead", async () => {
    const world = await ApiWorld.open();
    const mailboxId = await addMailbox(world, "anna@acme.test");
    const startAt = "2031-01-02T08:00:00.000Z";
    const spring = await draft(world, "Spring", leadsNamed(3), {
      mailboxIds: [mailboxId],
      settings: { delayMs: 7_000, startAt },
    });
    const copy = await world.ask<Campaign>("POST", `/campaigns/${spring.id}/duplicate`, { name: "Summer" });
    expect([copy.status, copy.body]).toEqual([
      201,
      expect.objectContaining({ name: "Summer", status: "DRAFT", leads: 0, mailboxIds: [mailboxId] }),
    ]);
    expect(copy.body.settings).toEqual({ ...spring.settings, startAt: null });
    const message = (id: number) => world.ask<{ message: object }>("GET", `/campaigns/${id}/message`);
    const [of, own] = [(await message(spring.id)).body.message, (await message(copy.body.id)).body.message];
    expect(own).toEqual({ ...of, id: expect.any(Number), createdAt: expect.any(String) });
    const again = await world.ask("POST", `/campaigns/${spring.id}/duplicate`, { name: "Summer" });
    expect(again.status).toBe(409);
  });

  it("takes over only leads that got no mail, and takes over the rest when a request that broke off is sent again", async () => {
    const world = await ApiWorld.open();
    const server = await acceptingServer();
    const mailboxId = await addMailbox(world, "anna@acme.test", server.port);
    const spring = await draft(world, "Spring", leadsNamed(2), { mailboxIds: [mailboxId], settings: { delayMs: 0 } });
    await sendAll(world, spring.id);
    await world.app.write(async (trx, now) => {
      await addLeads(trx, spring.id, leadsNamed(5), now);
      const { id } = await trx.selectFrom("CampaignLead").select("id").orderBy("id", "desc").limit(1).executeTakeFirstOrThrow();
      await setLeadStates(trx, [{ campaignLeadId: id, to: "failed" }], ["waiting"], now);
      // Written to, whatever its place says: the ledger is what counts.
      const first = await trx.selectFrom("CampaignLead").select("id").orderBy("id").limit(1).executeTakeFirstOrThrow();
      await setLeadStates(trx, [{ campaignLeadId: first.id, to: "skipped" }], ["sent"], now);
    });
    const once = { headers: { "idempotency-key": "k" } };
    const ask = () => world.ask<Campaign>("POST", `/campaigns/${spring.id}/duplicate`, { name: "Summer", withLeads: true }, once);
    const copy = await ask();
    expect(copy.body.counts).toMatchObject({ waiting: 2, sent: 0, failed: 0 });
    await world.app.write(async (trx) => {
      const lost = trx.selectFrom("CampaignLead").select("id").where("campaignId", "=", copy.body.id).orderBy("id").limit(1);
      await trx.deleteFrom("CampaignLead").where("id", "in", lost).execute();
    });
    expect((await ask()).body).toMatchObject({ id: copy.body.id, leads: 2 });
  });
});

describe("on PostgreSQL", () => {
  it("a campaign is copied with its leads and its files, and deleted", async () => {
    const [server, name] = [inject("postgresUrl"), `copies_${process.pid}`];
    const url = await createDatabase(server, name);
    onTestFinished(() => dropDatabase(server, name));
    const world = await ApiWorld.open({}, url);
    const spring = await draft(world, "Spring", leadsNamed(3), { mailboxIds: [await addMailbox(world, "anna@acme.test")] });
    const attachments = [{ filename: "a.txt", contentType: "text/plain", content: "YQ==" }];
    await putMessage(world, spring, { subject: "Hello", text: "Hi", attachments });
    const copy = await world.ask<Campaign>("POST", `/campaigns/${spring.id}/duplicate`, { name: "Summer", withLeads: true });
    expect([copy.status, copy.body]).toEqual([201, expect.objectContaining({ leads: 3, mailboxIds: spring.mailboxIds })]);
    const message = await world.ask("GET", `/campaigns/${copy.body.id}/message`);
    expect(message.body).toMatchObject({ message: { attachments: [{ filename: "a.txt", bytes: 1 }] } });
    expect((await world.ask("DELETE", `/campaigns/${spring.id}?name=Spring`)).status).toBe(204);
    expect((await world.ask<List<Campaign>>("GET", "/campaigns")).body.items).toHaveLength(1);
  });
});

describe("a deleted campaign", () => {
  it("is in no list and frees its name, and whom it wrote to is kept", async () => {
    const world = await ApiWorld.open();
    const server = await acceptingServer();
    const mailboxId = await addMailbox(world, "anna@acme.test", server.port);
    const spring = await draft(world, "Spring", leadsNamed(2), { mailboxIds: [mailboxId], settings: { delayMs: 0 } });
    await sendAll(world, spring.id);
    const { version } = await campaignNow(world, spring.id);
    const gone = await world.ask("DELETE", `/campaigns/${spring.id}`, undefined, { headers: { "if-match": `"${version}"` } });
    expect(gone.status).toBe(204);
    expect((await world.ask<List<Campaign>>("GET", "/campaigns")).body.items).toEqual([]);
    expect((await world.ask("GET", `/campaigns/${spring.id}`)).status).toBe(404);
    const orders = [["start"], ["preview", {}], ["duplicate", { name: "Summer" }]] as const;
    for (const [order, body] of orders)
      expect((await world.ask("POST", `/campaigns/${spring.id}/${order}`, body)).status).toBe(404);
    expect((await world.ask("POST", "/campaigns", { name: "Spring" })).status).toBe(201);
    expect(await world.app.reader.selectFrom("SendLog").select("toAddress").execute()).toHaveLength(2);
  });

  it("was none that can send, and was named or seen by whoever deleted it", async () => {
    const world = await ApiWorld.open();
    const mailboxId = await addMailbox(world, "anna@acme.test");
    const spring = await draft(world, "Spring", leadsNamed(1), { mailboxIds: [mailboxId] });
    const remove = (query = "") => world.ask("DELETE", `/campaigns/${spring.id}${query}`);
    expect((await remove()).status).toBe(428);
    expect((await remove("?name=Sprin")).status).toBe(422);
    for (const order of ["start", "pause"]) {
      await world.ask("POST", `/campaigns/${spring.id}/${order}`);
      const refused = await remove("?name=Spring");
      expect([refused.status, refused.body["detail"]]).toEqual([409, expect.stringContaining("cannot be deleted")]);
    }
    await world.ask("POST", `/campaigns/${spring.id}/cancel`);
    expect((await remove("?name=Spring")).status).toBe(204);
  });
});
