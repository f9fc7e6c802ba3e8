import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { addLeads } from "../../src/storage/registry.ts";
import { eventually } from "../eventually.ts";
import { violations } from "./accessibility.ts";
import { chromiumPath } from "./chromium.ts";
import { usePageWorld } from "./page-world.ts";

interface Campaign {
  readonly id: number;
  readonly version: string;
  readonly counts: Readonly<Record<string, number>>;
}

const LEADS = 30;
const ALWAYS = { zone: "Europe/Warsaw", windows: [], holidays: ["PL"], perDayMax: 500, bufferSize: 10 };
const TABS = ["Now", "Leads", "Plan", "Message", "Settings", "History"];

describe.skipIf(chromiumPath === undefined)("a campaign's page, in a browser", () => {
  const world = usePageWorld();
  let slow = 0;
  let mailboxId = 0;

  /** A running campaign of which one mail leaves at once, and the next one after `delayMs`. */
  async function running(name: string, delayMs: number, settings: object = {}): Promise<number> {
    const { app, ask } = world();
    const given = { name, mailboxIds: [mailboxId], settings: { ...ALWAYS, delayMs, ...settings } };
    const { id } = await ask<Campaign>("POST", "/campaigns", given);
    const leads = Array.from({ length: LEADS }, (_, index) => ({
      address: `lead-${index + 1}@${name.toLowerCase()}.example.test`,
      fields: { firstName: `Ewa ${index + 1}` },
    }));
    await app.write((trx, now) => addLeads(trx, id, leads, now));
    const message = { subject: "Hello {{ firstName }}", text: "How are you?" };
    await ask("PUT", `/campaigns/${id}/message`, message, { "if-match": "*" });
    await ask("POST", `/campaigns/${id}/start`);
    return id;
  }

  let page: Page;

  async function open(path: string): Promise<void> {
    await page.goto(`${world().base}${path}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
  }

  beforeAll(async () => {
    const { ask, sandbox } = world();
    const account = { address: "anna@agency.example", host: "127.0.0.1", port: sandbox.port, security: "none", user: null };
    mailboxId = (await ask<{ id: number }>("POST", "/mailboxes", { ...account, password: null, minGapMs: 0 })).id;
    slow = await running("Slow", 3_600_000);
    page = await world().signedIn({ locale: "en-GB", viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
    await eventually(() => sandbox.mails.length === 1, "the first mail has arrived");
  });

  it("shows what a pause does while it lasts, and plans anew when the campaign goes on", async () => {
    await open(`/campaigns/${slow}`);
    await page.getByRole("button", { name: /^Next: lead-2@slow/ }).waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: /^The campaign is paused/ }).click();
    const dialog = page.getByRole("dialog");
    const status = dialog.getByRole("listitem").filter({ hasText: "Status:" });
    await status.getByText("closed", { exact: true }).waitFor();
    expect(await status.textContent()).toContain("resume the campaign");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("button", { name: /^Next: lead-2@slow/ }).waitFor();
    await page.getByRole("button", { name: "Pause" }).waitFor();
    expect(world().sandbox.mails).toHaveLength(1);
  });

  it("says every gate in the order in which the engine asks them, with its setting", async () => {
    await open(`/campaigns/${slow}`);
    await page.getByRole("button", { name: /Why\?$/ }).click();
    const gates = page.getByRole("dialog").getByRole("list").first().getByRole("listitem");
    await gates.nth(10).waitFor();
    const names = (await gates.locator("strong").allTextContents()).map((text) => text.replace(":", ""));
    const order = ["Engine", "Sender", "Status", "Frozen", "Start time", "Days and hours", "Holidays", "Pace", "Long pause"];
    expect(names).toEqual([...order, "Campaign's daily limit", "Mailboxes"]);
    await page.getByText("Set: Poland").waitFor();
    await page.getByText("anna@agency.example may send").waitFor();
  });

  it("counts leads by state so that they add up, and each number opens exactly its list", async () => {
    await open(`/campaigns/${slow}`);
    const links = page.getByRole("link", { name: /^(Sent|Planned|Waiting) \d+$/ });
    await links.first().waitFor();
    const texts = await links.allTextContents();
    const counts = texts.map((text) => Number(/\d+$/.exec(text)?.[0]));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(LEADS);
    expect(texts.length).toBeGreaterThan(2);
    for (const [index, text] of texts.entries()) {
      await page.getByRole("link", { name: text, exact: true }).click();
      const state = text.replace(/ \d+$/, "");
      const chosen = page.getByRole("combobox", { name: "State" }).locator("option:checked");
      await expect.poll(() => chosen.textContent()).toBe(text.replace(/(\d+)$/, "($1)"));
      const table = page.getByRole("table", { name: "Leads" });
      await table.getByRole("cell", { name: state }).first().waitFor();
      expect(await table.getByRole("cell", { name: state, exact: true }).count()).toBe(counts[index]);
    }
  });

  it("keeps what is typed into the settings when somebody else was faster, and saves it over the new version", async () => {
    await open(`/campaigns/${slow}/settings`);
    const limit = page.getByRole("textbox", { name: "Daily limit" });
    await limit.fill("123");
    await page.getByText("From the very next mail on: Daily limit.").waitFor();
    await world().ask("PATCH", `/campaigns/${slow}`, { settings: { bufferSize: 11 } }, { "if-match": "*" });
    await page.getByText("Somebody else has changed this meanwhile.").waitFor();
    expect(await limit.inputValue()).toBe("123");
    await page.getByRole("button", { name: "Load the new version" }).click();
    await expect.poll(() => page.getByRole("textbox", { name: "Planned ahead" }).inputValue()).toBe("11");
    await limit.fill("124");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("What is saved counts from the very next mail.").waitFor();
    const { settings } = await world().ask<{ settings: Record<string, unknown> }>("GET", `/campaigns/${slow}`);
    expect(settings).toMatchObject({ perDayMax: 124, bufferSize: 11 });
  });

  it("shows a mail as its lead gets it while it is written, and a mistake with its line", async () => {
    await open(`/campaigns/${slow}/message`);
    const text = page.getByRole("textbox", { name: "Text" });
    await text.fill("Dear {{ firstName }},\nhow are you?");
    await page.getByText(/Dear Ewa \d+,/).waitFor();
    await text.fill("Dear {{ firstName }},\nhow {% are you?");
    await page.getByText(/line 2, column \d+/).waitFor();
    await text.fill("Dear {{ firstName }},\nhow do you do?");
    await page.getByRole("button", { name: "Save" }).click();
    const versions = page.getByRole("button", { name: /^Show version/ });
    await expect.poll(() => versions.count()).toBe(2);
  });

  it("asks for the name before a campaign is cancelled for good", async () => {
    const id = await running("Doomed", 3_600_000, { startAt: "2099-01-01T00:00:00Z" });
    await open(`/campaigns/${id}`);
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: /^Cancel the campaign/ }).click();
    const confirm = page.getByRole("dialog").getByRole("button", { name: "Cancel the campaign" });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByLabel("Type Doomed to confirm").fill("Doomed");
    await confirm.click();
    await page.getByRole("button", { name: /^The campaign is cancelled/ }).waitFor();
    await page.getByRole("link", { name: `Skipped ${LEADS}` }).waitFor();
  });

  it.each(["light", "dark"] as const)("has nothing that axe objects to on any of its tabs: %s", async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await open(`/campaigns/${slow}`);
    const found: string[] = [];
    for (const tab of TABS) {
      await page.getByRole("navigation", { name: "Parts of the campaign" }).getByRole("link", { name: tab }).click();
      await page.locator(`nav a[aria-current="page"]:text-is("${tab}")`).waitFor();
      await expect.poll(() => page.getByText("Loading …").count()).toBe(0);
      found.push(...(await violations(page)).map((one) => `${tab}: ${one}`));
    }
    expect(found).toEqual([]);
  });
});
