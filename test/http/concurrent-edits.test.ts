import { describe, expect, it } from "vitest";
import type { ApiWorld } from "./api-world.ts";
import { KINDS, openWorld } from "./both-databases.ts";
import { addMailbox, draft, leadsNamed } from "./campaign-world.ts";

type Shown = Record<string, unknown> & { readonly version: string };

/** A resource with what two people would make of it, each in two fields, one of which lies deeper. */
interface Edited {
  readonly what: string;
  readonly path: string;
  readonly edits: readonly [object, object];
}

const EDITED: readonly Edited[] = [
  {
    what: "a campaign",
    path: "/campaigns/1",
    edits: [
      { name: "Anna's", settings: { delayMs: 11_000, bufferSize: 11 } },
      { name: "Ewa's", settings: { delayMs: 22_000, bufferSize: 22 } },
    ],
  },
  {
    what: "a mailbox",
    path: "/mailboxes/1",
    edits: [
      { name: "Anna", perDayMax: 11, host: "mail.anna.test" },
      { name: "Ewa", perDayMax: 22, host: "mail.ewa.test" },
    ],
  },
  {
    what: "a lead",
    path: "/leads/1",
    edits: [
      { status: "ON_HOLD", fields: { firstName: "Anna", city: "Łódź" } },
      { status: "BLOCKED", fields: { firstName: "Ewa", city: "Kraków" } },
    ],
  },
  {
    what: "the settings",
    path: "/settings",
    edits: [
      { companyName: "Anna Ltd", adminAddress: "anna@acme.test", language: "pl" },
      { companyName: "Ewa Ltd", adminAddress: "ewa@acme.test", language: "en" },
    ],
  },
];

async function filledWorld(kind: (typeof KINDS)[number]): Promise<ApiWorld> {
  const world = await openWorld(kind);
  const mailboxIds = [await addMailbox(world, "anna@acme.test")];
  await draft(world, "Spring", leadsNamed(1), { mailboxIds });
  return world;
}

async function versionOf(world: ApiWorld, path: string): Promise<string> {
  return (await world.ask<Shown>("GET", path)).body.version;
}

describe.each(KINDS)("of two who edit at the same time on %s", (kind) => {
  it.each(EDITED)("$what, one is told, and nothing of theirs is saved", async ({ path, edits }) => {
    const world = await filledWorld(kind);
    const headers = { "if-match": `"${await versionOf(world, path)}"` };
    const answers = await Promise.all(edits.map((edit) => world.ask<Shown>("PATCH", path, edit, { headers })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412]);
    const winner = answers.findIndex(({ status }) => status === 200);
    const { body } = await world.ask<Shown>("GET", path);
    expect(body).toMatchObject(edits[winner] as object);
    expect(body.version).toBe(answers[winner]?.body.version);
  });
});
