import { describe, expect, it } from "vitest";
import { layShadow } from "../../src/legacy/shadow-plan.ts";
import { giveToOldSender, mailedThere } from "../legacy/old-rows.ts";
import type { ApiWorld } from "./api-world.ts";
import { KINDS, openWorld } from "./both-databases.ts";
import { addMailbox, draft, leadsNamed, type List } from "./campaign-world.ts";

const SECOND = 1_000;

interface Mail {
  readonly lead: string;
  readonly at: string;
  readonly plannedAt: string | null;
  readonly differenceMs: number | null;
  readonly bar: string | null;
}

interface Shadow {
  readonly sums: Readonly<Record<string, unknown>>;
  readonly findings: readonly { readonly kind: string; readonly text: string }[];
  readonly next: readonly { readonly lead: string }[];
  readonly mails: List<Mail>;
}

const ask = (world: ApiWorld, id: number, query = "") => world.ask<Shadow>("GET", `/campaigns/${id}/shadow${query}`);

/** A campaign of four leads of which the older sender has mailed the first two, the second one twice. */
async function shadowed(world: ApiWorld): Promise<number> {
  const mailboxId = await addMailbox(world, "anna@acme.test");
  const { id: campaignId } = await draft(world, "spring", leadsNamed(4), { mailboxIds: [mailboxId] });
  const sourceId = await giveToOldSender(world.app.write, campaignId);
  await layShadow(world.app, campaignId);
  const began = world.app.clock.now();
  for (const [index, lead] of ["lead-1", "lead-2", "lead-2"].entries()) {
    const mail = { sourceId, campaignId, mailboxId, lead: `${lead}@example.test`, at: began + index * SECOND };
    await mailedThere(world.app.write, mail);
  }
  return campaignId;
}

describe.each(KINDS)("the comparison with an older sender over HTTP, on %s", (kind) => {
  it("lists its mails beside the plan, newest first and page by page, with the same sums on each", async () => {
    const world = await openWorld(kind);
    const id = await shadowed(world);
    const first = (await ask(world, id, "?limit=2")).body;
    expect(first).toMatchObject({
      name: "spring",
      sender: "old-process",
      oldStatus: "IN_PROGRESS",
      zone: "Europe/Warsaw",
      sums: { mailed: 3, matched: 2, notPlanned: 1, overdue: 0, gaps: { count: 2, smallestMs: SECOND, meanMs: SECOND } },
    });
    expect(first.findings.map((finding) => finding.kind)).toEqual(["duplicates", "too-close"]);
    expect(first.next.map(({ lead }) => lead)).toEqual(["lead-3@example.test", "lead-4@example.test"]);
    expect(first.mails.items).toMatchObject([
      { lead: "lead-2@example.test", bar: "contacted", plannedAt: null, differenceMs: null },
      { lead: "lead-2@example.test", bar: null },
    ]);
    const rest = (await ask(world, id, `?limit=2&cursor=${first.mails.nextCursor ?? ""}`)).body;
    expect(rest.sums).toEqual(first.sums);
    expect(rest.mails).toEqual({ items: [expect.objectContaining({ lead: "lead-1@example.test" })] });
    const [{ at, plannedAt, differenceMs } = { at: "", plannedAt: "", differenceMs: 0 }] = rest.mails.items;
    expect(differenceMs).toBe(Date.parse(at) - Date.parse(plannedAt ?? ""));
  });
});

it("says so where there is nothing to compare", async () => {
  const world = await openWorld("sqlite");
  const { id } = await draft(world, "spring", []);
  expect(await ask(world, id)).toMatchObject({
    status: 404,
    body: { detail: "spring did not come from an older sender, so there is nothing to compare." },
  });
  expect((await ask(world, 999)).status).toBe(404);
});
