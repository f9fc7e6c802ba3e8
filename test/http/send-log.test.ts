import { describe, expect, it } from "vitest";
import type { SendLogEntry } from "../../src/http/schemas/send-log.ts";
import { ApiWorld } from "./api-world.ts";
import { addMailbox, draft, leadsNamed, type List } from "./campaign-world.ts";
import { addEntries } from "./ledger-rows.ts";
import { KINDS, openWorld } from "./both-databases.ts";
import { acceptingServer, sendAll } from "./sending.ts";

type Page = List<SendLogEntry> & { readonly isPartial: boolean };

const logOf = async (world: ApiWorld, query = ""): Promise<Page> => (await world.ask<Page>("GET", `/sendlog${query}`)).body;

/** Two campaigns of three leads each, all of them tried, and a test mail. */
async function triedWorld(kind: (typeof KINDS)[number]) {
  const world = await openWorld(kind);
  const [anna, ewa] = [await addMailbox(world, "anna@acme.test"), await addMailbox(world, "ewa@acme.test")];
  const spring = await draft(world, "Spring", leadsNamed(3));
  const summer = await draft(world, "Summer", leadsNamed(3));
  const entries = [1, 2, 3].flatMap((leadId) =>
    [spring, summer].map(({ id: campaignId }) => ({
      campaignId,
      leadId,
      mailboxId: leadId === 1 ? ewa : anna,
      toAddress: `lead-${leadId}@example.test`,
      startedAt: Date.UTC(2026, 0, leadId),
      outcome: leadId === 1 ? "unknown-user" : "greylisted",
    })),
  );
  const test = {
    kind: "test" as const,
    mailboxId: anna,
    toAddress: "lead-1@example.test",
    step: null,
    startedAt: Date.UTC(2026, 0, 9),
  };
  await addEntries(world, [...entries, test]);
  return { world, anna, ewa, spring, summer };
}

describe.each(KINDS)("the send log on %s", (kind) => {
  it("is walked through from the newest try to the oldest, each once", async () => {
    const { world } = await triedWorld(kind);
    const seen: number[] = [];
    for (let cursor = ""; ; ) {
      const page = await logOf(world, `?limit=3${cursor}`);
      seen.push(...page.items.map(({ id }) => id));
      if (page.nextCursor === undefined) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);
  });

  it("is filtered by campaign, mailbox, lead, outcome, kind and time, alone and together", async () => {
    const { world, anna, spring, summer } = await triedWorld(kind);
    const ids = async (query: string) => (await logOf(world, query)).items.map(({ id }) => id);
    expect({
      campaign: await ids(`?campaignId=${summer.id}`),
      mailbox: await ids(`?mailboxId=${anna}`),
      lead: await ids("?lead=LEAD-1%40example.test"),
      leadInCampaign: await ids(`?lead=lead-1%40example.test&campaignId=${spring.id}`),
      stranger: await ids("?lead=stranger%40example.test"),
      outcome: await ids(`?outcome=unknown-user&campaignId=${spring.id}`),
      test: await ids("?kind=test&lead=lead-1%40example.test"),
      time: await ids("?from=2026-01-02T00:00:00.000Z&to=2026-01-03T00:00:00.000Z"),
      state: await ids("?state=sent"),
    }).toEqual({
      campaign: [6, 4, 2],
      mailbox: [7, 6, 5, 4, 3],
      lead: [2, 1],
      leadInCampaign: [1],
      stranger: [],
      outcome: [1],
      test: [7],
      time: [4, 3],
      state: [],
    });
  });

  it("stops a search at its bound, says so, and goes on from there", async () => {
    const { world, anna, spring } = await triedWorld(kind);
    for (let batch = 0; batch < 25; batch += 1)
      await addEntries(
        world,
        Array.from({ length: 1_000 }, () => ({ campaignId: spring.id, leadId: 2, mailboxId: anna })),
      );
    const first = await logOf(world, "?outcome=unknown-user");
    expect([first.items, first.isPartial]).toEqual([[], true]);
    const second = await logOf(world, `?outcome=unknown-user&cursor=${first.nextCursor}`);
    expect([second.items.map(({ id }) => id), second.isPartial, second.nextCursor]).toEqual([[2, 1], false, undefined]);
  });

  it("tells of a sent mail when it was planned, how late and how long it was, and what the server said", async () => {
    const world = await openWorld(kind);
    const server = await acceptingServer();
    const mailboxId = await addMailbox(world, "anna@acme.test", server.port);
    const campaign = await draft(world, "Spring", leadsNamed(1), { mailboxIds: [mailboxId], settings: { delayMs: 0 } });
    await sendAll(world, campaign.id);
    const [entry] = (await logOf(world)).items;
    expect(entry).toMatchObject({
      campaign: "Spring",
      lead: "lead-1@example.test",
      mailbox: "anna@acme.test",
      state: "sent",
      outcome: "sent",
      replyCode: 250,
      stage: "dot",
    });
    expect(entry?.slipMs).toBe(Date.parse(entry?.startedAt ?? "") - Date.parse(entry?.plannedAt ?? ""));
    expect(entry?.durationMs).toBe(Date.parse(entry?.settledAt ?? "") - Date.parse(entry?.startedAt ?? ""));
  });
});

describe("the send log as a file", () => {
  it("has every entry of the filter, over as many questions as it takes, and no cell that is a formula", async () => {
    const { world, anna, summer } = await triedWorld("sqlite");
    const reply = '=HYPERLINK("http://evil.test")';
    await addEntries(
      world,
      Array.from({ length: 1_200 }, () => ({ campaignId: summer.id, leadId: 2, mailboxId: anna, reply })),
    );
    const { headers, text } = await world.ask("GET", `/sendlog.csv?campaignId=${summer.id}`);
    expect(headers["content-type"]).toBe("text/csv; charset=utf-8");
    const lines = text.trimEnd().split("\r\n");
    expect(lines[0]).toMatch(/^id,kind,campaignId,campaign,/);
    expect(lines).toHaveLength(1 + 1_203);
    expect(lines[1]).toContain(`"'=HYPERLINK(""http://evil.test"")"`);
  });

  it.each(["?from=yesterday", "?lead=nobody", "?state=gone", "?limit=5"])("refuses %s", async (query) => {
    const world = await ApiWorld.open();
    expect((await world.ask("GET", `/sendlog.csv${query}`)).status).toBe(422);
  });
});
