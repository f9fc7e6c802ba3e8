import { describe, expect, it } from "vitest";
import type { ApiWorld } from "./api-world.ts";
import { KINDS, openWorld } from "./both-databases.ts";
import { addMailbox, draft, leadsNamed, type List } from "./campaign-world.ts";
import { addEntries } from "./ledger-rows.ts";

interface Planned {
  readonly campaign: string;
  readonly lead: string;
  readonly scheduledAt: string;
}

/** Running campaigns whose leads have slots at these minutes from now. */
async function plannedWorld(kind: (typeof KINDS)[number], minutesOf: Record<string, readonly number[]>) {
  const world = await openWorld(kind);
  const mailboxId = await addMailbox(world, "anna@acme.test");
  const now = world.app.clock.now();
  const campaigns = [];
  for (const [name, minutes] of Object.entries(minutesOf)) {
    const campaign = await draft(world, name, leadsNamed(minutes.length), { mailboxIds: [mailboxId] });
    await world.app.write(async (trx) => {
      await trx.updateTable("Campaign").set({ status: "IN_PROGRESS" }).where("id", "=", campaign.id).execute();
      const places = await trx
        .selectFrom("CampaignLead")
        .selectAll()
        .where("campaignId", "=", campaign.id)
        .orderBy("id")
        .execute();
      const rows = places.map(({ id, leadId }, index) => ({
        campaignId: campaign.id,
        campaignLeadId: id,
        leadId,
        step: 1,
        state: "pending" as const,
        scheduledAt: now + (minutes[index] ?? 0) * 60_000,
        mailboxId,
        attempt: 0,
        cause: "next in order",
        fence: 0,
        gapBeforeMs: 0,
        createdAt: now,
        updatedAt: now,
      }));
      await trx.insertInto("CampaignEmailQueue").values(rows).execute();
    });
    campaigns.push(campaign);
  }
  return { world, mailboxId, campaigns, now };
}

async function pagesOf(world: ApiWorld, query: string): Promise<Planned[][]> {
  const pages: Planned[][] = [];
  for (let cursor = ""; ; ) {
    const { body } = await world.ask<List<Planned>>("GET", `/outbox?${query}${cursor}`);
    pages.push([...body.items]);
    if (body.nextCursor === undefined) return pages;
    cursor = `&cursor=${body.nextCursor}`;
  }
}

describe.each(KINDS)("the outbox on %s", (kind) => {
  it("merges the plans of all running campaigns by their slots, each mail once, and ends after a day", async () => {
    const { world, now } = await plannedWorld(kind, { Spring: [1, 5, 5, 9, 24 * 60 + 1], Summer: [2, 5, 7], Autumn: [5, 30] });
    const pages = await pagesOf(world, "limit=2");
    expect(pages.map((page) => page.length)).toEqual([2, 2, 2, 2, 1]);
    expect(pages.flat().map(({ scheduledAt }) => (Date.parse(scheduledAt) - now) / 60_000)).toEqual([1, 2, 5, 5, 5, 5, 7, 9, 30]);
    expect(new Set(pages.flat().map(({ campaign, lead }) => `${campaign} ${lead}`)).size).toBe(9);
  });

  it("is filtered by campaign and mailbox, and shows nothing of a campaign that is paused", async () => {
    const { world, mailboxId, campaigns } = await plannedWorld(kind, { Spring: [1, 3], Summer: [2] });
    const other = await addMailbox(world, "ewa@acme.test");
    const ofSpring = await pagesOf(world, `campaignId=${campaigns[0]?.id}`);
    expect(ofSpring.flat().map(({ campaign }) => campaign)).toEqual(["Spring", "Spring"]);
    expect((await pagesOf(world, `mailboxId=${mailboxId}`)).flat()).toHaveLength(3);
    expect((await pagesOf(world, `mailboxId=${other}`)).flat()).toEqual([]);
    await world.ask("POST", `/campaigns/${campaigns[0]?.id}/pause`);
    expect((await pagesOf(world, "")).flat().map(({ campaign }) => campaign)).toEqual(["Summer"]);
  });

  it("tells which mails are on their way, in whose hands, and whether they can still be called back", async () => {
    const { world, mailboxId, campaigns, now } = await plannedWorld(kind, { Spring: [0, 0] });
    const campaignId = campaigns[0]?.id ?? 0;
    await world.app.write(async (trx) => {
      await trx
        .insertInto("Worker")
        .values({ bootId: "w1", host: "alpha", pid: 7, version: "1", startedAt: now, heartbeatAt: now })
        .execute();
      const hands = { state: "sending", leaseOwner: "w1", leaseExpiresAt: now + 1_000, rfcMessageId: "<1@a>", fence: 1 } as const;
      await trx
        .updateTable("CampaignEmailQueue")
        .set({ ...hands, claimedAt: now })
        .execute();
    });
    const [row] = await world.app.reader.selectFrom("CampaignEmailQueue").selectAll().orderBy("id").execute();
    const intent = { campaignId, leadId: row?.leadId ?? 0, queueId: row?.id ?? 0, fence: 1, mailboxId };
    await addEntries(world, [{ ...intent, state: "transmitting", handedOverAt: now }]);
    const { body } = await world.ask("GET", "/outbox/now");
    const worker = { host: "alpha", pid: 7 };
    expect(body).toMatchObject({
      sending: [
        { lead: "lead-1@example.test", handedOverAt: new Date(now).toISOString(), worker },
        { lead: "lead-2@example.test", handedOverAt: null, worker },
      ],
      lastTries: [{ state: "transmitting" }],
    });
  });
});
