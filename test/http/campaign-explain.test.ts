import { describe, expect, it } from "vitest";
import { ApiWorld } from "./api-world.ts";
import { addMailbox, draft, leadsNamed } from "./campaign-world.ts";
import { changeMailboxRules, switchMailbox } from "../../src/storage/registry.ts";

interface Explanation {
  readonly headline: string;
  readonly doing: Readonly<Record<string, unknown>>;
  readonly gates: readonly {
    readonly gate: string;
    readonly isOpen: boolean;
    readonly closed: object | null;
    readonly remedy: string;
  }[];
  readonly mailboxes: readonly object[];
  readonly engine: object;
  readonly lead: object | null;
}

const NOBODY = { kind: "nobody", isAtWork: false, remedy: "run `goniec serve`", workers: 0 };

describe("explain over HTTP", () => {
  it("tells every gate in its order, open or closed by what, and what each mailbox lacks", async () => {
    const world = await ApiWorld.open();
    const anna = await addMailbox(world, "anna@acme.test");
    const jan = await addMailbox(world, "jan@acme.test");
    const spring = await draft(world, "Spring", leadsNamed(2), { mailboxIds: [anna, jan] });
    await world.ask("POST", `/campaigns/${spring.id}/start`);
    await world.app.write(async (trx, now) => {
      await switchMailbox(trx, anna, false, "test", now);
      await changeMailboxRules(trx, jan, { perDayMax: 0 }, "test", now);
    });
    const { body } = await world.ask<Explanation>("GET", `/campaigns/${spring.id}/explain`);
    expect(body.gates.map(({ gate, isOpen }) => [gate, isOpen])).toEqual([
      ...["owner", "status", "frozen", "start-time", "hours", "holiday", "pace", "long-pause", "campaign-limit"].map((gate) => [
        gate,
        true,
      ]),
      ["mailboxes", false],
    ]);
    const bars = [
      { mailboxId: anna, address: "anna@acme.test", why: "off", until: null, detail: null },
      { mailboxId: jan, address: "jan@acme.test", why: "limit", until: expect.any(String), detail: "0 of 0" },
    ];
    expect(body.gates.at(-1)).toMatchObject({ remedy: expect.stringContaining("raise"), closed: { gate: "mailboxes", bars } });
    expect(body.doing).toMatchObject({ kind: "gate", gate: { gate: "mailboxes", text: body.headline, bars } });
    expect(body.mailboxes).toMatchObject([
      { id: anna, usedToday: 0, perDayMax: null, bar: bars[0] },
      { id: jan, usedToday: 0, perDayMax: 0, bar: bars[1] },
    ]);
    expect(body.engine).toMatchObject(NOBODY);
    const shown = await world.ask<Explanation>("GET", `/campaigns/${spring.id}`);
    expect([shown.body.headline, shown.body.doing]).toEqual([body.headline, body.doing]);
  });

  it("says that nobody sends, and that a draft is none that could", async () => {
    const world = await ApiWorld.open();
    const spring = await draft(world, "Spring", leadsNamed(1), { mailboxIds: [await addMailbox(world, "anna@acme.test")] });
    const explain = async () => (await world.ask<Explanation>("GET", `/campaigns/${spring.id}/explain`)).body;
    expect((await explain()).doing).toMatchObject({ kind: "gate", gate: { gate: "status", status: "DRAFT" } });
    await world.ask("POST", `/campaigns/${spring.id}/start`);
    expect((await explain()).doing).toMatchObject({ kind: "engine", engine: NOBODY });
  });

  it("explains a lead, by its id or its address", async () => {
    const world = await ApiWorld.open();
    const spring = await draft(world, "Spring", leadsNamed(2));
    const { id } = await world.app.reader
      .selectFrom("Lead")
      .select("id")
      .where("address", "=", "lead-2@example.test")
      .executeTakeFirstOrThrow();
    const explain = (query: string) => world.ask<Explanation>("GET", `/campaigns/${spring.id}/explain?${query}`);
    const byId = await explain(`leadId=${id}`);
    expect(byId.body.lead).toMatchObject({ address: "lead-2@example.test", state: "waiting", ahead: 1, bar: null, tries: [] });
    expect((await explain("address=Lead-2@Example.test")).body.lead).toEqual(byId.body.lead);
    expect((await explain("address=nobody@example.test")).status).toBe(404);
    expect((await explain("leadId=99")).status).toBe(404);
    expect((await explain("address=nobody")).status).toBe(422);
    expect((await explain(`address=a@b.test&leadId=${id}`)).status).toBe(422);
  });
});
