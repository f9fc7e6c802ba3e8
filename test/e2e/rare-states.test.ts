import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Frozen } from "../../src/domain/frozen.ts";
import { freeze } from "../../src/storage/frozen.ts";
import { eventually } from "../eventually.ts";
import { type AcceptingServer, startAcceptingServer } from "../servers/accepting-server.ts";
import { violations } from "./accessibility.ts";
import { chromiumPath } from "./chromium.ts";
import { type PageWorld, usePageWorld } from "./page-world.ts";

const PASSWORD = "only looking at things";

/** As after a backup was put back, with what the replaced database knew. */
const FROZEN: Omit<Frozen, "since"> = {
  reason: "restored",
  text: "the backup of yesterday was restored",
  known: { missed: [{ campaign: "Unsure", handOvers: 31, kept: 30, addresses: ["ewa@example.test", "jan@example.test"] }] },
};

/** What is rarely seen, and must be right when it is: every state that stops mail, and every reader who may not change it. */
describe.skipIf(chromiumPath === undefined)("rare states, in a browser", () => {
  const world = usePageWorld((to) => to.startsWith("unsure"));
  let locked: AcceptingServer;
  let ids: { readonly unsure: number; readonly lockedOut: number; readonly empty: number };

  beforeAll(async () => {
    locked = await startAcceptingServer({ security: "none", login: { user: "locked@example.test", password: "another" } });
    const good = await makeMailbox(world(), { address: "anna@example.test", port: world().sandbox.port });
    const account = { address: "locked@example.test", port: locked.port, user: "locked@example.test", password: "not it" };
    const bad = await makeMailbox(world(), account);
    ids = {
      unsure: await makeCampaign(world(), {
        name: "Unsure",
        mailboxId: good,
        leads: ["unsure1", "unsure2", "ola"],
        starts: true,
      }),
      lockedOut: await makeCampaign(world(), { name: "Locked out", mailboxId: bad, leads: ["jan"], starts: true }),
      empty: await makeCampaign(world(), { name: "Empty", mailboxId: good, leads: [], starts: false }),
    };
    await eventually(async () => {
      const { needsPerson } = await world().ask<{ needsPerson: { unconfirmed: number; mailboxes: unknown[] } }>(
        "GET",
        "/overview",
      );
      return needsPerson.unconfirmed === 2 && needsPerson.mailboxes.length === 1;
    }, "two unconfirmed mails and a mailbox that needs attention");
  });
  afterAll(() => locked.close());

  const owner = async (path: string, locale = "en-GB"): Promise<Page> => {
    const page = await world().signedIn({ locale, reducedMotion: "reduce" });
    await page.goto(`${world().base}${path}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    return page;
  };

  /** Signed in as somebody with this role, with what the server refused them. */
  const reader = async (role: "viewer" | "operator"): Promise<{ page: Page; refused: string[] }> => {
    const email = `${role}@example.test`;
    const { items } = await world().ask<{ items: { email: string }[] }>("GET", "/users");
    if (!items.some((user) => user.email === email))
      await world().ask("POST", "/users", { email, name: role, role, password: PASSWORD });
    const page = await (await world().browser.newContext({ locale: "en-GB" })).newPage();
    await page.request.post(`${world().base}/api/v1/session`, { data: { email, password: PASSWORD } });
    const refused: string[] = [];
    page.on("response", (response) => {
      if (response.status() === 403) refused.push(`${response.request().method()} ${response.url()}`);
    });
    return { page, refused };
  };

  it("asks a viewer for nothing that the server refuses, on no screen, and offers no change", async () => {
    const { page, refused } = await reader("viewer");
    const campaign = `/campaigns/${ids.unsure}`;
    const screens = [
      "/",
      "/campaigns",
      campaign,
      ...["leads", "plan", "message", "settings", "history"].map((tab) => `${campaign}/${tab}`),
    ];
    const others = ["/campaigns/new", "/leads", "/leads/1", "/outbox", "/outbox/log", "/outbox/unconfirmed", "/mailboxes"];
    const settings = ["", "/users", "/tokens", "/suppression", "/system"].map((tab) => `/settings${tab}`);
    for (const path of [...screens, ...others, ...settings]) {
      await page.goto(`${world().base}${path}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.locator('main [aria-busy="true"]').first().waitFor({ state: "detached" });
      for (const name of ["Start", "Pause", "Resume", "More", "Save", "Mark as sent", "Send again …", "Edit", "Suppress"])
        expect(await page.getByRole("main").getByRole("button", { name, exact: true }).count(), `${name} on ${path}`).toBe(0);
    }
    expect(refused).toEqual([]);
    await page.context().close();
  }, 120_000);

  it("tells in the system's alerts what needs a person, with a way there", async () => {
    await (await world().app.createAlertWatch()).look();
    const page = await owner("/settings/system");
    const alert = page.getByRole("listitem").filter({ hasText: "Of 2 mails of the campaign Unsure nobody knows" });
    await page.getByRole("listitem").filter({ hasText: "The mailbox locked@example.test needs attention" }).waitFor();
    expect(await violations(page)).toEqual([]);
    await alert.getByRole("link", { name: "Campaign" }).click();
    await page.getByRole("heading", { name: "Unsure", level: 1 }).waitFor();
    await page.context().close();
  });

  it("teaches the next step of a campaign without leads", async () => {
    const page = await owner(`/campaigns/${ids.empty}`);
    await page.getByText("No lead yet").waitFor();
    await page.getByRole("link", { name: "Import leads" }).click();
    await page.locator('[aria-current="step"]').filter({ hasText: "Leads" }).waitFor();
    expect(page.url()).toContain(`draft=${ids.empty}`);
    await page.context().close();
  });

  it("sends a test mail from the campaign's page, shows what the server said to it, and gives the focus back", async () => {
    for (const [id, words] of [
      [ids.empty, "250 OK: message queued"],
      [ids.lockedOut, "535 5.7.8 wrong user or password"],
    ] as const) {
      const page = await owner(`/campaigns/${id}`);
      await page.getByRole("button", { name: "More" }).click();
      await page.getByRole("menuitem", { name: "Send a test mail" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("button", { name: "Send" }).click();
      await dialog.getByText(words).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      await page.locator(":focus").filter({ hasText: "More" }).waitFor();
      await page.context().close();
    }
  });

  it("leaves each unconfirmed mail to a person on the campaign's own page, and its numbers follow", async () => {
    const page = await owner(`/campaigns/${ids.unsure}`);
    const mail = (name: string) => page.getByRole("listitem").filter({ hasText: `${name}@example.test` });
    expect(await violations(page)).toEqual([]);
    await mail("unsure1").getByRole("button", { name: "Mark as sent" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Mark as sent" }).click();
    await mail("unsure1").getByRole("button").first().waitFor({ state: "detached" });
    await page.getByRole("link", { name: "Sent 2" }).waitFor();
    await mail("unsure2").getByRole("button", { name: "Send again …" }).click();
    await page.getByText("the lead gets the same mail twice").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("link", { name: "Unconfirmed 1" }).waitFor();
    expect(await mail("unsure2").getByRole("button").count()).toBe(2);
    await page.context().close();
  });

  it("keeps its frame when the server is away and a page has not come yet, and goes on when it is back", async () => {
    const page = await owner("/");
    await page.route(/mailboxes-page/, (route) => route.abort());
    await page.reload();
    await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
    await page.getByRole("link", { name: "Mailboxes", exact: true }).click();
    await page.getByText("This page did not come").waitFor();
    await page.getByRole("link", { name: "Campaigns", exact: true }).click();
    await page.getByRole("heading", { name: "Campaigns", level: 1 }).waitFor();
    await page.unroute(/mailboxes-page/);
    await page.getByRole("link", { name: "Mailboxes", exact: true }).click();
    await page.getByRole("heading", { name: "Mailboxes", level: 1 }).waitFor();
    expect(await page.getByText("This page did not come").count()).toBe(0);
    await page.context().close();
  });

  it("says on every screen that the installation is frozen, and lets an owner alone release it, who types it", async () => {
    await world().app.write((trx, now) => freeze(trx, { ...FROZEN, since: now }, "the test"));
    const { page: operator } = await reader("operator");
    await operator.goto(`${world().base}/mailboxes`);
    await operator.getByText("The installation is frozen: no mail leaves until a person releases it.").waitFor();
    await operator.getByRole("link", { name: "Why, and what to do" }).click();
    await operator.getByText("Only an owner can release it.").waitFor();
    expect(await operator.getByRole("button", { name: "Release" }).count()).toBe(0);
    await operator.context().close();
    const page = await owner("/settings/system");
    await page.getByText("Unsure: 31 mails left that the database would not know, 30 of them were carried over.").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Release" }).click();
    const confirm = page.getByRole("dialog").getByRole("button", { name: "Release" });
    expect(await confirm.isDisabled()).toBe(true);
    expect(await violations(page)).toEqual([]);
    await page.getByRole("dialog").getByRole("textbox").fill("release");
    await confirm.click();
    await page.getByText("Mails may leave").waitFor();
    await page.goto(world().base);
    await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
    expect(await page.getByText("The installation is frozen").count()).toBe(0);
    await page.context().close();
  });
});

async function makeMailbox(world: PageWorld, account: { readonly address: string; readonly port: number }): Promise<number> {
  const made = await world.ask<{ id: number }>("POST", "/mailboxes", {
    ...account,
    host: "127.0.0.1",
    security: "none",
    minGapMs: 0,
  });
  return made.id;
}

interface CampaignToMake {
  readonly name: string;
  readonly mailboxId: number;
  readonly leads: readonly string[];
  readonly starts: boolean;
}

async function makeCampaign(world: PageWorld, { name, mailboxId, leads, starts }: CampaignToMake): Promise<number> {
  const settings = { delayMs: 0 };
  const { id } = await world.ask<{ id: number }>("POST", "/campaigns", { name, mailboxIds: [mailboxId], settings });
  await world.ask("PUT", `/campaigns/${id}/message`, { subject: "Hello", text: "Hello" }, { "if-match": "*" });
  const added = leads.map((lead) => ({ address: `${lead}@example.test` }));
  if (added.length > 0) await world.ask("POST", `/campaigns/${id}/leads`, { leads: added });
  if (starts) await world.ask("POST", `/campaigns/${id}/start`);
  return id;
}
