import { describe, expect, it } from "vitest";
import type { ApiWorld } from "./api-world.ts";
import { KINDS, openWorld } from "./both-databases.ts";
import { addMailbox, campaignNow, draft, leadsNamed, type List } from "./campaign-world.ts";
import { addEntries } from "./ledger-rows.ts";

interface Unconfirmed {
  readonly id: number;
  readonly lead: string;
}

/** A campaign that has completed but for mails of which nobody knows whether they were sent. */
async function doubtfulWorld(kind: (typeof KINDS)[number], leads: number) {
  const world = await openWorld(kind);
  const mailboxId = await addMailbox(world, "anna@acme.test");
  const campaign = await draft(world, "Spring", leadsNamed(leads), { mailboxIds: [mailboxId] });
  const now = world.app.clock.now();
  const rows = await world.app.write(async (trx) => {
    await trx.updateTable("Campaign").set({ status: "COMPLETED" }).where("id", "=", campaign.id).execute();
    await trx.updateTable("CampaignLead").set({ state: "unconfirmed" }).where("campaignId", "=", campaign.id).execute();
    const places = await trx.selectFrom("CampaignLead").selectAll().where("campaignId", "=", campaign.id).orderBy("id").execute();
    const values = places.map(({ id, leadId }) => ({
      campaignId: campaign.id,
      campaignLeadId: id,
      leadId,
      step: 1,
      state: "unconfirmed" as const,
      scheduledAt: now,
      mailboxId,
      attempt: 1,
      cause: "next in order",
      reason: "no answer after the message",
      rfcMessageId: `<${id}@acme.test>`,
      fence: 1,
      gapBeforeMs: 0,
      createdAt: now,
      updatedAt: now,
    }));
    return trx.insertInto("CampaignEmailQueue").values(values).returning(["id", "leadId"]).execute();
  });
  const entries = rows.map(({ id, leadId }, index) => ({
    campaignId: campaign.id,
    leadId,
    queueId: id,
    mailboxId,
    toAddress: `lead-${index + 1}@example.test`,
    state: "unconfirmed" as const,
    handedOverAt: now - 60_000,
    settledAt: now,
    stage: "dot",
    reply: "timeout",
  }));
  await addEntries(world, entries);
  return { world, campaign };
}

const listed = async (world: ApiWorld): Promise<readonly Unconfirmed[]> =>
  (await world.ask<List<Unconfirmed>>("GET", "/unconfirmed")).body.items;

describe.each(KINDS)("unconfirmed mails on %s", (kind) => {
  it("are listed with what is known, decided once, and the history says by whom", async () => {
    const { world, campaign } = await doubtfulWorld(kind, 2);
    const [first, second] = await listed(world);
    expect(first).toMatchObject({ lead: "lead-1@example.test", mailbox: "anna@acme.test", stage: "dot", reply: "timeout" });
    const decide = (id: number | undefined, decision: string) => world.ask("POST", `/unconfirmed/${id}/decide`, { decision });
    expect((await decide(first?.id, "mark-sent")).status).toBe(200);
    expect((await decide(second?.id, "send-again")).status).toBe(200);
    expect((await decide(first?.id, "send-again")).status).toBe(409);
    expect((await decide(999_999, "mark-sent")).status).toBe(404);
    expect(await listed(world)).toEqual([]);
    expect(await campaignNow(world, campaign.id)).toMatchObject({ status: "IN_PROGRESS", counts: { sent: 1, planned: 1 } });
    const history = await world.ask<List<object>>("GET", `/events/history?campaignId=${campaign.id}&kind=unconfirmed-send-again`);
    expect(history.body.items).toEqual([expect.objectContaining({ actor: expect.stringContaining("owner@example.test") })]);
  });

  it("take one of two decisions that are made at once", async () => {
    const { world } = await doubtfulWorld(kind, 1);
    const [mail] = await listed(world);
    const decide = (decision: string) => world.ask("POST", `/unconfirmed/${mail?.id}/decide`, { decision });
    const answers = await Promise.all([decide("mark-sent"), decide("send-again"), decide("mark-sent"), decide("send-again")]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409, 409]);
    const history = await world.ask<List<{ kind: string }>>("GET", "/events/history");
    expect(history.body.items.filter((event) => event.kind.startsWith("unconfirmed-"))).toHaveLength(1);
  });

  it("are decided many at a time, each for itself", async () => {
    const { world } = await doubtfulWorld(kind, 3);
    const [first, second, third] = await listed(world);
    await world.ask("POST", `/unconfirmed/${second?.id}/decide`, { decision: "mark-sent" });
    const ids = [first?.id, second?.id, third?.id];
    const { body } = await world.ask("POST", "/unconfirmed/decide", { ids, decision: "mark-sent" });
    expect(body).toEqual({
      decided: [first?.id, third?.id],
      refused: [{ id: second?.id, message: expect.stringContaining("it is sent") }],
    });
  });
});
