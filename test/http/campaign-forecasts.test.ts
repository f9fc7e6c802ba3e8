import { describe, expect, it } from "vitest";
import { suppress } from "../../src/storage/leads.ts";
import { ApiWorld } from "./api-world.ts";
import { addMailbox, draft, leadsNamed, type List } from "./campaign-world.ts";

interface Forecast {
  readonly mails: number;
  readonly skipped: number;
  readonly stopped: { readonly gate: string } | null;
  readonly assumesStart: boolean;
  readonly lastAt: string;
  readonly days: readonly {
    readonly day: string;
    readonly mails: number;
    readonly firstAt: string;
    readonly endedBy: { readonly gate: string } | null;
    readonly mailboxes: readonly object[];
  }[];
}

interface OfDay extends List<{ readonly at: string; readonly lead: string; readonly mailbox: string }> {
  readonly mails: number;
  readonly hours: readonly { readonly from: string; readonly mails: number }[];
}

/** Far enough away that every such campaign begins with its first whole day. */
const MONDAY = "2031-01-13";
const SETTINGS = {
  zone: "Europe/Warsaw",
  startAt: `${MONDAY}T00:00:00.000Z`,
  windows: [{ days: ["mon", "tue", "wed", "thu", "fri"], from: "09:00", to: "11:00" }],
  delayMs: 600_000,
  jitter: { min: 0, max: 0 },
  perDayMax: null,
};

describe("a forecast over HTTP", () => {
  it("adds up what the campaign will do by day and mailbox, without those who get no mail", async () => {
    const world = await ApiWorld.open();
    const [anna, jan] = [await addMailbox(world, "anna@acme.test", 25, 5), await addMailbox(world, "jan@acme.test", 25, 100)];
    const leads = [...leadsNamed(20), { address: "nameless@example.test", fields: {} }];
    const spring = await draft(world, "Spring", leads, { mailboxIds: [anna, jan], settings: SETTINGS });
    await world.app.write((trx, now) => suppress(trx, "lead-20@example.test", "asked to", "person", now));
    const { body } = await world.ask<Forecast>("GET", `/campaigns/${spring.id}/forecast`);
    expect(body).toMatchObject({ mails: 19, unplanned: 0, skipped: 1, assumesStart: true, stopped: null, isPartial: false });
    expect(body.days).toMatchObject([
      {
        day: MONDAY,
        mails: 12,
        firstAt: `${MONDAY}T08:00:00.000Z`,
        endedBy: { gate: "hours", until: "2031-01-14T08:00:00.000Z" },
        mailboxes: [
          { mailboxId: anna, mails: 5 },
          { mailboxId: jan, mails: 7 },
        ],
      },
      { day: "2031-01-14", mails: 7, endedBy: null },
    ]);
  });

  it("tells a day's mails by hour, and page by page", async () => {
    const world = await ApiWorld.open();
    const mailboxId = await addMailbox(world, "anna@acme.test");
    const spring = await draft(world, "Spring", leadsNamed(20), { mailboxIds: [mailboxId], settings: SETTINGS });
    const day = async (query: string) => (await world.ask<OfDay>("GET", `/campaigns/${spring.id}/forecast/days/${query}`)).body;
    const first = await day(`${MONDAY}?limit=10`);
    expect([first.mails, first.hours]).toEqual([
      12,
      [8, 9].map((hour) => ({ from: `${MONDAY}T0${hour}:00:00.000Z`, mails: 6, mailboxes: [{ mailboxId, mails: 6 }] })),
    ]);
    const rest = await day(`${MONDAY}?limit=10&cursor=${first.nextCursor}`);
    const leads = [...first.items, ...rest.items].map(({ lead }) => lead);
    expect([leads, rest.nextCursor]).toEqual([leadsNamed(12).map(({ address }) => address), undefined]);
    expect(await day("2031-01-18")).toMatchObject({ mails: 0, hours: [], items: [] });
    expect((await world.ask("GET", `/campaigns/${spring.id}/forecast/days/2031-02-30`)).status).toBe(422);
  });

  it("is another one as soon as what it depends on has changed", async () => {
    const world = await ApiWorld.open();
    const spring = await draft(world, "Spring", leadsNamed(3), { settings: SETTINGS });
    const forecast = async () => (await world.ask<Forecast>("GET", `/campaigns/${spring.id}/forecast`)).body;
    expect(await forecast()).toMatchObject({ mails: 0, unplanned: 3, stopped: { gate: "mailboxes", bars: [] } });
    const mailboxIds = [await addMailbox(world, "anna@acme.test")];
    const match = { headers: { "if-match": "*" } };
    await world.ask("PATCH", `/campaigns/${spring.id}`, { mailboxIds }, match);
    expect(await forecast()).toMatchObject({ mails: 3, stopped: null });
  });

  it("tells what a campaign would do that is not saved", async () => {
    const world = await ApiWorld.open();
    const mailboxId = await addMailbox(world, "anna@acme.test");
    const ask = (body: object) => world.ask<Forecast>("POST", "/campaigns/forecast", body);
    const { body } = await ask({ settings: SETTINGS, mailboxIds: [mailboxId], leads: 30 });
    expect(body.days.map(({ mails }) => mails)).toEqual([12, 12, 6]);
    expect(body.lastAt).toBe("2031-01-15T08:50:00.000Z");
    expect((await ask({ mailboxIds: [99], leads: 1 })).status).toBe(422);
    expect((await ask({ mailboxIds: [], leads: 1 })).body).toMatchObject({ stopped: { gate: "mailboxes" } });
    expect((await world.ask<List<object>>("GET", "/campaigns")).body.items).toEqual([]);
  });
});

describe("a campaign's calendar", () => {
  it("shows open hours and holidays by local days, also where the clock changes", async () => {
    const world = await ApiWorld.open();
    const settings = { ...SETTINGS, holidays: ["PL"], windows: [{ days: ["sun", "mon"], from: "01:00", to: "04:00" }] };
    const spring = await draft(world, "Spring", [], { settings });
    const calendar = (query: string) => world.ask<{ days: object[] }>("GET", `/campaigns/${spring.id}/calendar?${query}`);
    const easter = await calendar("from=2031-04-14&to=2031-04-14");
    expect(easter.body.days).toMatchObject([{ day: "2031-04-14", open: [], holiday: expect.stringMatching(/^PL: /) }]);
    const change = await calendar("from=2031-03-30&to=2031-04-01");
    expect(change.body.days).toMatchObject([
      { day: "2031-03-30", open: [{ from: "2031-03-30T00:00:00.000Z", until: "2031-03-30T02:00:00.000Z" }], holiday: null },
      { day: "2031-03-31", open: [{ from: "2031-03-30T23:00:00.000Z", until: "2031-03-31T02:00:00.000Z" }] },
      { day: "2031-04-01", open: [] },
    ]);
    expect((await calendar("")).body.days).toHaveLength(1);
    expect((await calendar("from=2031-01-01&to=2033-01-01")).status).toBe(422);
  });
});
