import { describe, expect, it } from "vitest";
import type { ApiWorld } from "./api-world.ts";
import { KINDS, openWorld } from "./both-databases.ts";
import { addMailbox, type Campaign } from "./campaign-world.ts";

interface Settings {
  readonly version: string;
  readonly adminAddress: string | null;
  readonly companyName: string | null;
  readonly campaignDefaults: Readonly<Record<string, unknown>>;
  readonly mailboxDefaults: Readonly<Record<string, unknown>>;
}

const shown = async (world: ApiWorld): Promise<Settings> => (await world.ask<Settings>("GET", "/settings")).body;

async function change(world: ApiWorld, body: object, version?: string) {
  const match = version ?? (await shown(world)).version;
  return world.ask<Settings>("PATCH", "/settings", body, { headers: { "if-match": `"${match}"` } });
}

describe.each(KINDS)("the settings on %s", (kind) => {
  it("are what new campaigns and mailboxes begin with, where their authors say nothing", async () => {
    const world = await openWorld(kind);
    expect(await shown(world)).toMatchObject({ campaignDefaults: { zone: "Europe/Warsaw", perDayMax: 500 } });
    const windows = [{ days: ["mon", "fri"], from: "08:00", to: "16:00" }];
    const changed = await change(world, {
      campaignDefaults: { zone: "Europe/Berlin", windows, holidays: ["DE"], delayMs: 30_000, perDayMax: 90 },
      mailboxDefaults: { zone: "Europe/Berlin", perDayMax: 40 },
    });
    expect([changed.status, changed.body]).toEqual([200, await shown(world)]);
    await change(world, { campaignDefaults: { delayMs: 20_000 } });
    const made = await world.ask<Campaign>("POST", "/campaigns", { name: "Spring", settings: { perDayMax: 10 } });
    const begun = { zone: "Europe/Berlin", windows, holidays: ["DE"], delayMs: 20_000, perDayMax: 10 };
    expect(made.body.settings).toMatchObject(begun);
    const mailbox = { address: "anna@acme.test", host: "mail.acme.test", port: 25, security: "none" };
    expect((await world.ask("POST", "/mailboxes", mailbox)).body).toMatchObject({ zone: "Europe/Berlin", perDayMax: 40 });
    await change(world, { campaignDefaults: null });
    expect((await shown(world)).campaignDefaults).toMatchObject({ zone: "Europe/Warsaw", delayMs: 90_000, perDayMax: 500 });
  });

  it("are not overwritten by the second of two who change them at once", async () => {
    const world = await openWorld(kind);
    const { version } = await shown(world);
    const answers = await Promise.all([
      change(world, { companyName: "Acme" }, version),
      change(world, { companyName: "Apex" }, version),
    ]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412]);
  });

  it("are kept as they were where anything is wrong, and the field is named", async () => {
    const world = await openWorld(kind);
    const mailboxId = await addMailbox(world, "anna@acme.test");
    await change(world, { adminAddress: "Ewa <EWA@acme.test>", alertMailboxId: mailboxId });
    const before = await shown(world);
    expect(before.adminAddress).toBe("ewa@acme.test");
    const fieldOf = async (body: object) => (await change(world, body)).body as unknown as { errors: { field: string }[] };
    for (const [field, body] of Object.entries({
      adminAddress: { companyName: "Acme", adminAddress: "nobody" },
      alertMailboxId: { companyName: "Acme", alertMailboxId: 99 },
      "campaignDefaults.zone": { companyName: "Acme", campaignDefaults: { zone: "Europe/Warsw" } },
      "mailboxDefaults.zone": { companyName: "Acme", mailboxDefaults: { zone: "Warsaw/Europe" } },
      "campaignDefaults.startAt": { campaignDefaults: { startAt: null } },
    }))
      expect((await fieldOf(body)).errors).toEqual([expect.objectContaining({ field })]);
    expect(await shown(world)).toEqual(before);
    expect((await world.ask("PATCH", "/settings", {}, { as: "operator" })).status).toBe(403);
  });
});
