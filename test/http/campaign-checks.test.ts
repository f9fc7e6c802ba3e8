import { describe, expect, it } from "vitest";
import { changeMailboxRules, switchMailbox } from "../../src/storage/registry.ts";
import { ApiWorld } from "./api-world.ts";
import { addMailbox, type Campaign, draft, leadsNamed } from "./campaign-world.ts";

interface Checks {
  readonly canStart: boolean;
  readonly checks: readonly { readonly check: string; readonly severity: string; readonly text: string }[];
}

const checksOf = async (world: ApiWorld, id: number) => (await world.ask<Checks>("GET", `/campaigns/${id}/checks`)).body;

describe("what is checked before a campaign starts", () => {
  it("are the things that keep it from starting, and the first of them is why it does not", async () => {
    const world = await ApiWorld.open();
    const settings = { windows: [{ days: ["mon"], from: "09:00", to: "10:00" }], perDayMax: 0 };
    const { body } = await world.ask<Campaign>("POST", "/campaigns", { name: "Spring", settings });
    const { canStart, checks } = await checksOf(world, body.id);
    expect([canStart, checks.map(({ check }) => check)]).toEqual([false, ["message", "mailbox", "leads", "campaign-limit"]]);
    const started = await world.ask("POST", `/campaigns/${body.id}/start`);
    expect([started.status, started.body["detail"]]).toEqual([409, expect.stringContaining(`cannot start: ${checks[0]?.text}`)]);
  });

  it("are hours that never come", async () => {
    const world = await ApiWorld.open();
    const mailboxIds = [await addMailbox(world, "anna@acme.test")];
    const spring = await draft(world, "Spring", leadsNamed(1), { mailboxIds });
    await world.app.write((trx) =>
      trx
        .updateTable("Campaign")
        .set({ windows: JSON.stringify([{ days: [], fromMinute: 0, toMinute: 60 }]) })
        .execute(),
    );
    expect(await checksOf(world, spring.id)).toMatchObject({
      canStart: false,
      checks: [{ check: "hours", severity: "blocking" }],
    });
    expect((await world.ask("POST", `/campaigns/${spring.id}/start`)).status).toBe(409);
  });

  it("are warnings too: mailboxes that do not send, and leads that get no mail", async () => {
    const world = await ApiWorld.open();
    const mailboxIds = [await addMailbox(world, "anna@acme.test"), await addMailbox(world, "jan@acme.test")];
    const nameless = [1, 2].map((number) => ({ address: `nameless-${number}@example.test`, fields: {} }));
    const spring = await draft(world, "Spring", [...leadsNamed(2), ...nameless], { mailboxIds });
    expect(await checksOf(world, spring.id)).toMatchObject({ canStart: true, checks: [{ check: "lead-fields" }] });
    await world.app.write(async (trx, now) => {
      await switchMailbox(trx, mailboxIds[0] ?? 0, false, "test", now);
      await changeMailboxRules(trx, mailboxIds[1] ?? 0, { perDayMax: 0 }, "test", now);
      await trx.updateTable("Mailbox").set({ attention: "wrong password" }).where("address", "=", "jan@acme.test").execute();
      await trx
        .insertInto("Suppression")
        .values({ address: "lead-1@example.test", reason: "r", source: "s", createdAt: now })
        .execute();
    });
    expect(await checksOf(world, spring.id)).toEqual({
      canStart: true,
      leadsLooked: 4,
      isPartial: false,
      checks: [
        expect.objectContaining({ check: "mailbox-off", mailboxId: mailboxIds[0], subject: "anna@acme.test" }),
        expect.objectContaining({ check: "mailbox-attention", mailboxId: mailboxIds[1] }),
        expect.objectContaining({ check: "mailbox-limit", mailboxId: mailboxIds[1] }),
        expect.objectContaining({ check: "lead-fields", subject: "firstName", leads: 2, severity: "warning" }),
        expect.objectContaining({ check: "barred-leads", leads: 1 }),
      ],
    });
    expect((await world.ask("POST", `/campaigns/${spring.id}/start`)).status).toBe(200);
  });
});
