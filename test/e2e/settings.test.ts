import { describe, expect, it } from "vitest";
import { violations } from "./accessibility.ts";
import { chromiumPath } from "./chromium.ts";
import { OWNER, usePageWorld } from "./page-world.ts";

/** How wide the page is, with what would have to be scrolled to. */
const WIDTH = "document.documentElement.scrollWidth";
const TABS = ["", "/users", "/tokens", "/suppression", "/system"];

describe.skipIf(chromiumPath === undefined)("the settings, in a browser", () => {
  const world = usePageWorld();
  const open = async (tab: string, options = {}) => {
    const page = await world().signedIn({ locale: "en-GB", ...options });
    await page.goto(`${world().base}/settings${tab}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    return page;
  };

  it("show a token once and never again", async () => {
    const page = await open("/tokens");
    await page.getByRole("button", { name: "Make a token" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("CRM");
    await dialog.getByLabel("see campaigns").check();
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Make a token" }).click();
    const token = await dialog.getByLabel("The token").inputValue();
    const answer = await fetch(`${world().base}/api/v1/campaigns`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    await dialog.getByRole("button", { name: "I have kept it" }).click();
    await page.getByRole("listitem").filter({ hasText: "CRM" }).waitFor();
    expect(await page.content()).not.toContain(token);
    await page.reload();
    await page.getByRole("listitem").filter({ hasText: "CRM" }).waitFor();
    expect(await page.content()).not.toContain(token);
    await page.getByRole("button", { name: "Revoke CRM" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await page.getByText("Revoked").waitFor();
    const refused = await fetch(`${world().base}/api/v1/campaigns`, { headers: { authorization: `Bearer ${token}` } });
    expect(refused.status).toBe(401);
    await page.context().close();
  });

  it("keep the last owner an owner, and say why in the reader's language", async () => {
    const page = await open("/users", { locale: "pl-PL" });
    await page.getByRole("button", { name: `Edytuj: ${OWNER.name}` }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Obserwator").check();
    await dialog.getByRole("button", { name: "Zapisz" }).click();
    await dialog.getByText("To ostatni właściciel, który może się zalogować.").waitFor();
    const { items } = await world().ask<{ items: { role: string }[] }>("GET", "/users");
    expect(items.map(({ role }) => role)).toEqual(["owner"]);
    await page.context().close();
  });

  it("add a user, who then sees no users, no button to save and no field to change", async () => {
    const page = await open("/users");
    await page.getByRole("button", { name: "Add user" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("Vera");
    await dialog.getByLabel("E-mail").fill("vera@example.test");
    await dialog.getByRole("textbox", { name: "Password" }).fill("only looking at things");
    await dialog.getByLabel("Viewer").check();
    await dialog.getByRole("button", { name: "Add user" }).click();
    await page.getByText("vera@example.test").waitFor();
    await page.context().close();

    const hers = await world().browser.newPage({ locale: "en-GB" });
    await hers.goto(`${world().base}/settings`);
    await hers.getByLabel("E-mail").fill("vera@example.test");
    await hers.getByRole("textbox", { name: "Password" }).fill("only looking at things");
    await hers.getByRole("button", { name: "Sign in" }).click();
    const company = hers.getByLabel("Company");
    await company.waitFor();
    expect(await company.isDisabled()).toBe(true);
    expect(await hers.getByRole("button", { name: "Save" }).count()).toBe(0);
    expect(await hers.getByRole("link", { name: "Users" }).count()).toBe(0);
    await hers.getByRole("link", { name: "Suppression list" }).click();
    await hers.getByText("The list is empty").waitFor();
    expect(await hers.getByRole("button", { name: "Add address" }).count()).toBe(0);
    await hers.close();
  });

  it("save what new mailboxes begin with, and tell who was faster", async () => {
    const page = await open("");
    await page.getByLabel("Admin address").fill("admin@example.test");
    await page.getByRole("button", { name: "Save" }).click();
    await expect.poll(() => page.getByRole("button", { name: "Save" }).isDisabled()).toBe(true);
    const { adminAddress } = await world().ask<{ adminAddress: string }>("GET", "/settings");
    expect(adminAddress).toBe("admin@example.test");
    await page.getByLabel("Company").fill("Mine");
    await world().ask("PATCH", "/settings", { companyName: "Theirs" }, { "if-match": "*" });
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Somebody else has changed this meanwhile").waitFor();
    expect(await page.getByLabel("Company").inputValue()).toBe("Mine");
    await page.context().close();
  });

  it("take a list of addresses, find one in it, and let it go when its address is typed", async () => {
    const page = await open("/suppression");
    await page.getByRole("button", { name: "Import a CSV file" }).click();
    const buffer = Buffer.from("email;reason\nanna@example.test;moved\nnot an address;\njan@example.test;asked\n");
    await page.getByLabel("A CSV file of addresses").setInputFiles({ name: "old.csv", mimeType: "text/csv", buffer });
    await page.getByText("New: 2. On the list already: 0. Refused: 1.").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
    await page.getByLabel("Part of the address").fill("anna");
    await page.getByText("jan@example.test").waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Remove anna@example.test from the list" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox").fill("anna@example.test");
    await dialog.getByRole("button", { name: "Remove …" }).click();
    await page.getByText("No such address is on the list").waitFor();
    const { items } = await world().ask<{ items: { address: string }[] }>("GET", "/suppressions");
    expect(items.map(({ address }) => address)).toEqual(["jan@example.test"]);
    await page.context().close();
  });

  it("tell who did what, who works, and how to make a backup", async () => {
    const page = await open("/system");
    await page.getByText("goniec backup").waitFor();
    await page.getByText("Sends", { exact: true }).waitFor();
    const made = page.getByRole("row").filter({ hasText: "API token made: CRM" });
    expect(await made.innerText()).toContain(OWNER.email);
    await page.context().close();
  });

  it.each(["light", "dark"] as const)("have no flaw that axe knows, in the %s theme, and fit on a phone", async (colorScheme) => {
    for (const tab of TABS) {
      const page = await open(tab, { colorScheme, viewport: { width: 375, height: 720 } });
      await expect.poll(() => page.getByText("Loading …").count()).toBe(0);
      expect([tab, await violations(page)]).toEqual([tab, []]);
      expect([tab, Number(await page.evaluate(WIDTH)) <= 375]).toEqual([tab, true]);
      await page.context().close();
    }
  });
});
