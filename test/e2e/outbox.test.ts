import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { addLeads } from "../../src/storage/registry.ts";
import { eventually } from "../eventually.ts";
import { violations } from "./accessibility.ts";
import { chromiumPath } from "./chromium.ts";
import { type PageWorld, usePageWorld } from "./page-world.ts";

const UNSURE = "lost@example.test";
const POLISH = { firstName: "Święcisława", address: "swiecislawa@example.test" };

interface Campaign {
  readonly id: number;
  readonly status: string;
  readonly version: string;
  readonly counts: Readonly<Record<string, number>>;
}

interface CampaignOrder {
  readonly name: string;
  readonly delayMs: number;
  readonly leads: readonly { readonly address: string; readonly firstName: string }[];
}

/** Starts a campaign of its own mailbox at the sandbox. */
async function startedCampaign(world: PageWorld, { name, delayMs, leads }: CampaignOrder): Promise<number> {
  const address = `${name.toLowerCase()}@acme.test`;
  const account = { address, host: "127.0.0.1", port: world.sandbox.port, security: "none" };
  const mailbox = await world.ask<{ readonly id: number }>("POST", "/mailboxes", account);
  const settings = { delayMs, windows: [], holidays: [] };
  const { id, version } = await world.ask<Campaign>("POST", "/campaigns", { name, settings, mailboxIds: [mailbox.id] });
  const rows = leads.map(({ address: to, firstName }) => ({ address: to, fields: { firstName } }));
  await world.app.write((trx, now) => addLeads(trx, id, rows, now));
  const message = { subject: "Zażółć gęślą jaźń", text: "Dzień dobry, {{ firstName }}!" };
  await world.ask("PUT", `/campaigns/${id}/message`, message, { "if-match": `"${version}"` });
  await world.ask("POST", `/campaigns/${id}/start`);
  return id;
}

/** In light and in dark. */
async function violationsOf(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
    found.push(...(await violations(page)).map((text) => `${colorScheme} ${page.url()}: ${text}`));
  }
  return found;
}

describe.skipIf(chromiumPath === undefined)("what was sent and what will be, in a browser", () => {
  const world = usePageWorld((to) => to === UNSURE);
  let spring = 0;
  let page: Page;
  const counts = async (id: number) => (await world().ask<Campaign>("GET", `/campaigns/${id}`)).counts;
  const open = async (path: string, heading: string) => {
    await page.goto(`${world().base}${path}`);
    await page.getByRole("heading", { name: heading }).first().waitFor();
  };

  beforeAll(async () => {
    page = await world().signedIn({ locale: "en-GB", reducedMotion: "reduce" });
    spring = await startedCampaign(world(), {
      name: "Spring",
      delayMs: 0,
      leads: [{ address: UNSURE, firstName: "Lena" }, POLISH],
    });
    await eventually(async () => (await counts(spring))["unconfirmed"] === 1, "the mail that was hung up on is unconfirmed");
    await eventually(async () => (await counts(spring))["sent"] === 1, "the other one is sent");
  });

  it("shows the demo's mails as their readers see them, with every letter", async () => {
    await open("/inbox", "Demo inbox");
    await page.getByRole("link", { name: POLISH.address }).click();
    const mail = page.getByRole("article", { name: "Preview of the mail" });
    await mail.getByText("Zażółć gęślą jaźń").waitFor();
    await mail.getByText("Dzień dobry, Święcisława!").waitFor();
    await page.getByRole("rowheader", { name: "Message-ID" }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
  });

  it("finds a try in the send log by its outcome, and shows the server's words", async () => {
    await open("/outbox/log", "Every try, newest first");
    await page.getByLabel("State").selectOption("sent");
    await page.getByRole("button", { name: `Open the try to ${POLISH.address}` }).waitFor();
    expect(await page.getByRole("button", { name: `Open the try to ${UNSURE}` }).count()).toBe(0);
    expect(await page.getByRole("link", { name: "Download as CSV" }).getAttribute("href")).toContain("state=sent");
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole("button", { name: `Open the try to ${POLISH.address}` }).click();
    await page.getByRole("dialog").getByText("250", { exact: true }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press("Escape");
  });

  it("leaves the unconfirmed mail to a person, and every screen agrees with what was decided", async () => {
    await open("/outbox/unconfirmed", "Outbox");
    await page.getByText("521 of 522").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole("button", { name: "Send again …" }).click();
    await page.getByText("the lead gets the same mail twice").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Mark as sent" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Mark as sent" }).click();
    await page.getByText("No mail is unconfirmed").waitFor();
    expect(await counts(spring)).toMatchObject({ sent: 2, unconfirmed: 0 });
    await open("/", "Overview");
    await page.getByText("Nothing needs you now.").waitFor();
    await open("/outbox/log?state=sent", "Every try, newest first");
    await page.getByRole("button", { name: `Open the try to ${UNSURE}` }).waitFor();
  });

  it("tells all of a lead, and once it is suppressed its campaign shows it skipped", async () => {
    const slow = await startedCampaign(world(), {
      name: "Slow",
      delayMs: 3_600_000,
      leads: [
        { address: "first@example.test", firstName: "Ewa" },
        { address: "next@example.test", firstName: "Żaneta" },
      ],
    });
    await eventually(async () => (await counts(slow))["sent"] === 1, "the first mail of the slow campaign has left");
    await open("/outbox", "Planned for the next 24 hours");
    await page.getByRole("link", { name: "next@example.test" }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await open("/leads", "Leads");
    expect(await violationsOf(page)).toEqual([]);
    await page.getByLabel("Search in addresses").fill("NEXT@");
    await page.getByRole("link", { name: "next@example.test" }).click();
    await page.getByRole("heading", { name: "next@example.test", level: 1 }).waitFor();
    await page.getByText(/^Planned for/).waitFor();
    await page.getByRole("button", { name: "Why, in Slow" }).click();
    await page.getByRole("dialog").getByText("Of this lead").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Suppress" }).click();
    await page.getByLabel("Reason").fill("asked by phone");
    await page.getByRole("dialog").getByRole("button", { name: "Suppress" }).click();
    await page.getByText("asked by phone").first().waitFor();
    await page.getByText("No mail is to come.").waitFor();
    await page.getByRole("main").getByText("Skipped").waitFor();
    expect(await counts(slow)).toMatchObject({ sent: 1, skipped: 1 });
    expect(await violationsOf(page)).toEqual([]);
  });

  it("shows a lead's mail as it was sent, whatever became of the lead since", async () => {
    const { items } = await world().ask<{ items: { id: number }[] }>("GET", `/leads?search=${POLISH.address}`);
    await open(`/leads/${items[0]?.id}`, POLISH.address);
    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByRole("textbox", { name: "firstName" }).fill("Nobody");
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Lead edited").waitFor();
    await page.getByText("The mail as it was sent").click();
    await page.getByRole("article").getByText("Dzień dobry, Święcisława!").waitFor();
    expect(await violationsOf(page)).toEqual([]);
  });
});
