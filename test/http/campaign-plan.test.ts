import { describe, expect, it } from "vitest";
import { eventually } from "../eventually.ts";
import { ApiWorld } from "./api-world.ts";
import { addMailbox, type Campaign, campaignNow, draft, leadsNamed, type List } from "./campaign-world.ts";
import { acceptingServer } from "./sending.ts";

interface Slot {
  readonly id: number;
  readonly lead: string;
  readonly mailbox: string;
  readonly at: string;
  readonly cause: string;
  readonly movedFrom: string | null;
}

interface Moves {
  readonly cause: string;
  readonly moves: readonly { readonly lead: string; readonly from: string; readonly to: string; readonly cause: string }[];
}

/** A campaign of which one mail has left and the next ones are planned, a minute apart. */
async function begun(world: ApiWorld): Promise<Campaign> {
  const server = await acceptingServer();
  const mailboxId = await addMailbox(world, "anna@acme.test", server.port);
  const settings = { delayMs: 60_000, jitter: { min: 0, max: 0 }, bufferSize: 5 };
  const spring = await draft(world, "Spring", leadsNamed(8), { mailboxIds: [mailboxId], settings });
  await world.ask("POST", `/campaigns/${spring.id}/start`);
  return spring;
}

async function withEngine(world: ApiWorld, work: () => Promise<void>): Promise<void> {
  const engine = await world.app.createEngine();
  engine.start();
  try {
    await work();
  } finally {
    await engine.stop();
  }
}

describe("a campaign's plan over HTTP", () => {
  it("is listed page by page, and tells what moved it when and why", async () => {
    const world = await ApiWorld.open();
    const { id } = await begun(world);
    const plan = async (query = "") => (await world.ask<List<Slot>>("GET", `/campaigns/${id}/plan${query}`)).body;
    const isBegun = async () => (await campaignNow(world, id)).counts["sent"] === 1 && (await plan()).items.length === 5;
    await withEngine(world, () => eventually(isBegun, "a mail has left and five are planned"));
    const { items } = await plan();
    expect(items[0]).toMatchObject({ lead: "lead-2@example.test", mailbox: "anna@acme.test", movedFrom: null });
    const first = await plan("?limit=2");
    const rest = await plan(`?limit=3&cursor=${first.nextCursor}`);
    expect([...first.items, ...rest.items]).toEqual(items);
    expect(rest.nextCursor).toBeUndefined();

    const { version } = await campaignNow(world, id);
    const change = { settings: { delayMs: 300_000 } };
    await world.ask("PATCH", `/campaigns/${id}`, change, { headers: { "if-match": `"${version}"` } });
    await withEngine(world, () => eventually(async () => (await plan()).items[0]?.movedFrom !== null, "the plan has moved"));
    const [moved] = (await plan()).items;
    expect(moved).toMatchObject({ id: items[0]?.id, movedFrom: items[0]?.at });
    const moves = await world.ask<List<Moves>>("GET", `/campaigns/${id}/moves`);
    const cause = "settings changed: delayMs";
    expect(moves.body.items).toMatchObject([
      {
        cause,
        causePhrase: { code: "settings-changed", values: { names: { text: "delayMs" } }, parts: [] },
        moves: expect.arrayContaining([
          expect.objectContaining({ id: moved?.id, lead: moved?.lead, from: moved?.movedFrom, to: moved?.at, cause }),
        ]),
      },
    ]);
    const history = await world.ask<List<object>>("GET", `/campaigns/${id}/history`);
    expect(history.body.items).toMatchObject([
      { kind: "plan-moved", actor: "engine" },
      { kind: "settings-changed", actor: expect.stringContaining("owner@example.test"), data: { delayMs: 300_000 } },
      { kind: "campaign-started", actor: expect.stringContaining("owner@example.test") },
      { kind: "message-changed" },
      { kind: "campaign-created" },
    ]);
  });

  it("is nobody's who is not there", async () => {
    const world = await ApiWorld.open();
    for (const path of ["plan", "moves", "history", "forecast", "calendar", "forecast/days/2031-01-01"])
      expect((await world.ask("GET", `/campaigns/7/${path}`)).status).toBe(404);
  });
});
