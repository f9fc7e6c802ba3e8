import { describe, expect, it } from "vitest";
import { violations } from "./accessibility.ts";
import { chromiumPath } from "./chromium.ts";
import { OWNER, usePageWorld } from "./page-world.ts";

describe.skipIf(chromiumPath === undefined)("the first start and signing in, in a browser", () => {
  const world = usePageWorld();

  it("makes whoever opens the printed link the owner, and shows the overview", async () => {
    const page = await world().browser.newPage({ locale: "en-GB" });
    await page.goto(await world().setUpLink());
    await page.getByLabel("Your name").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByLabel("Your name").fill(OWNER.name);
    await page.getByLabel("E-mail").fill(OWNER.email);
    await page.getByRole("textbox", { name: "Password" }).fill("short");
    await page.getByRole("button", { name: "Create the account" }).click();
    await page.getByText("10", { exact: false }).first().waitFor();
    await page.getByRole("textbox", { name: "Password" }).fill(OWNER.password);
    await page.getByRole("button", { name: "Create the account" }).click();
    await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/");
  });

  it("tells a second one that it is set up already", async () => {
    const page = await world().browser.newPage({ locale: "en-GB" });
    await page.goto(`${world().base}/set-up#whatever`);
    await page.getByRole("heading", { name: "Goniec is set up already" }).waitFor();
    expect(await page.getByLabel("Your name").count()).toBe(0);
  });

  it("sends whoever is not signed in to the door, and from there to where they wanted", async () => {
    const page = await world().browser.newPage({ locale: "en-GB", colorScheme: "dark" });
    await page.goto(`${world().base}/mailboxes`);
    await page.getByLabel("E-mail").fill(OWNER.email);
    await page.getByRole("textbox", { name: "Password" }).fill("not it");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("E-mail or password is wrong.").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("textbox", { name: "Password" }).fill(OWNER.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("navigation", { name: "Main menu" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/mailboxes");
  });

  it("speaks Polish to a Polish browser", async () => {
    const page = await world().browser.newPage({ locale: "pl-PL" });
    await page.goto(`${world().base}/sign-in`);
    await page.getByRole("heading", { name: "Zaloguj się" }).waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("pl");
  });
});
