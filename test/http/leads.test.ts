import { describe, expect, it } from "vitest";
import { KINDS, openWorld } from "./both-databases.ts";
import { addMailbox, draft, leadsNamed, type List } from "./campaign-world.ts";

interface Lead {
  readonly id: number;
  readonly address: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly status: string;
  readonly suppression: { readonly reason: string } | null;
  readonly version: string;
}

interface Timeline {
  readonly lead: Lead;
  readonly coming: readonly { readonly campaign: { readonly name: string }; readonly lead: { readonly headline: string } }[];
  readonly past: readonly { readonly kind: string; readonly event?: string; readonly actor?: string }[];
}

async function worldOfLeads(kind: (typeof KINDS)[number], count: number) {
  const world = await openWorld(kind);
  await draft(world, "Spring", leadsNamed(count), { mailboxIds: [await addMailbox(world, "anna@acme.test")] });
  const { body } = await world.ask<List<Lead>>("GET", "/leads");
  const [first] = body.items;
  if (first === undefined) throw new Error("there is no lead");
  return { world, first };
}

describe.each(KINDS)("leads on %s", (kind) => {
  it("are found by a part of the address, page by page", async () => {
    const { world } = await worldOfLeads(kind, 3);
    const page = await world.ask<List<Lead>>("GET", "/leads?limit=2&search=LEAD-");
    expect(page.body.items.map(({ address }) => address)).toEqual(["lead-1@example.test", "lead-2@example.test"]);
    const rest = await world.ask<List<Lead>>("GET", `/leads?limit=2&search=LEAD-&cursor=${page.body.nextCursor}`);
    expect(rest.body).toMatchObject({ items: [{ address: "lead-3@example.test" }], isPartial: false });
    expect((await world.ask<List<Lead>>("GET", "/leads?prefix=lead-2")).body.items).toHaveLength(1);
    expect((await world.ask<List<Lead>>("GET", "/leads?status=BLOCKED")).body.items).toEqual([]);
    expect((await world.ask("GET", "/leads/999999")).status).toBe(404);
    expect((await world.ask("GET", "/leads/999999/timeline")).status).toBe(404);
  });

  it("are changed by whoever has seen what they are, and refuse a field that no text could name", async () => {
    const { world, first } = await worldOfLeads(kind, 1);
    const { version } = (await world.ask<Lead>("GET", `/leads/${first.id}`)).body;
    const edit = (body: object, seen = version) =>
      world.ask<Lead>("PATCH", `/leads/${first.id}`, body, { headers: { "if-match": `"${seen}"` } });
    expect((await world.ask("PATCH", `/leads/${first.id}`, { status: "BLOCKED" })).status).toBe(428);
    const bad = await edit({ fields: { "first name": "Ewa" } });
    expect(bad).toMatchObject({ status: 422, body: { errors: [{ field: "fields.first name" }] } });
    const changed = await edit({ fields: { firstName: "Łucja" }, status: "ON_HOLD" });
    expect(changed.body).toMatchObject({ fields: { firstName: "Łucja" }, status: "ON_HOLD" });
    expect((await edit({ status: "ACTIVE" })).status).toBe(412);
    expect((await edit({ status: "ACTIVE" }, changed.body.version)).status).toBe(200);
  });

  it("tell their past and their future, and that nothing comes once they are suppressed", async () => {
    const { world, first } = await worldOfLeads(kind, 1);
    const story = async () => (await world.ask<Timeline>("GET", `/leads/${first.id}/timeline`)).body;
    expect((await story()).coming).toMatchObject([{ campaign: { name: "Spring" }, lead: { state: "waiting", ahead: 0 } }]);
    await world.ask("POST", "/suppressions", { address: first.address, reason: "asked to" });
    expect(await story()).toMatchObject({ coming: [], lead: { suppression: { reason: "asked to" } } });
    await world.ask("DELETE", `/suppressions?address=${first.address}`);
    const { lead, past } = await story();
    expect(lead.suppression).toBeNull();
    expect(past).toMatchObject([{ kind: "event", event: "address-unsuppressed" }]);
  });
});
