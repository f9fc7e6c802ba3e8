import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AcceptingServer, startAcceptingServer } from "../servers/accepting-server.ts";
import { violations } from "./accessibility.ts";
import { chromiumPath } from "./chromium.ts";
import { usePageWorld } from "./page-world.ts";

const RIGHT = "correct horse battery";
/** How wide the page is, with what would have to be scrolled to. */
const WIDTH = "document.documentElement.scrollWidth";

describe.skipIf(chromiumPath === undefined)("the mailboxes, in a browser", () => {
  const world = usePageWorld();
  let server: AcceptingServer;

  beforeAll(async () => {
    server = await startAcceptingServer({ security: "none", login: { user: "anna@example.test", password: RIGHT } });
  });
  afterAll(() => server.close());

  it("teach the first step where there is none", async () => {
    const page = await world().signedIn({ locale: "en-GB" });
    await page.goto(`${world().base}/mailboxes`);
    await page.getByText("No mailbox yet").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.context().close();
  });

  it("show of a wrong password the server's own words and what to do, and take the right one", async () => {
    const page = await world().signedIn({ locale: "en-GB" });
    await page.goto(`${world().base}/mailboxes`);
    await page.getByRole("button", { name: "Add mailbox" }).click();
    const drawer = page.getByRole("dialog", { name: "Add mailbox" });
    await drawer.getByLabel("E-mail address").fill("anna@example.test");
    await drawer.getByLabel("Server (SMTP)").fill("127.0.0.1");
    await drawer.getByLabel("Port").fill(String(server.port));
    await drawer.getByLabel("Encryption").selectOption("none");
    await drawer.getByLabel("User").fill("anna@example.test");
    await drawer.getByRole("textbox", { name: "Password" }).fill("not the password");
    await drawer.getByRole("button", { name: "Check the connection" }).click();
    const login = drawer.getByRole("listitem").filter({ hasText: "Login" });
    await login.getByText("535 5.7.8 wrong user or password").waitFor();
    expect(await login.innerText()).toContain("an app password is needed");
    expect(await violations(page)).toEqual([]);
    await drawer.getByRole("textbox", { name: "Password" }).fill(RIGHT);
    expect(await login.count()).toBe(0);
    await drawer.getByRole("button", { name: "Check the connection" }).click();
    await drawer.getByText("the server takes mail from this account").waitFor();
    await drawer.getByRole("button", { name: "Add mailbox" }).click();
    await drawer.waitFor({ state: "hidden" });
    const line = page.getByRole("listitem").filter({ hasText: "anna@example.test" });
    expect(await line.innerText()).toContain("Ready");
    expect(server.mails).toHaveLength(0);
    await page.context().close();
  });

  it("say a check that failed in Polish, with the server's words as they came", async () => {
    const [mailbox] = (await world().ask<{ items: { id: number; version: string }[] }>("GET", "/mailboxes")).items;
    await world().ask("PATCH", `/mailboxes/${mailbox?.id}`, { password: "changed" }, { "if-match": `"${mailbox?.version}"` });
    const page = await world().signedIn({ locale: "pl-PL" });
    await page.goto(`${world().base}/mailboxes`);
    await page.getByRole("button", { name: "Więcej dla anna@example.test" }).click();
    await page.getByRole("menuitem", { name: "Sprawdź połączenie" }).click();
    const step = page.getByRole("dialog").getByRole("listitem").filter({ hasText: "Logowanie" });
    await step.getByText("535 5.7.8 wrong user or password").waitFor();
    expect(await step.innerText()).toContain("potrzebne jest hasło aplikacji");
    await page.context().close();
  });

  it("send a test mail, count it, and then offer no deletion any more", async () => {
    const { port } = world().sandbox;
    const account = { host: "127.0.0.1", port, security: "none", perDayMax: 40, zone: "Europe/Warsaw" };
    await world().ask("POST", "/mailboxes", { ...account, address: "ewa@example.test" });
    const page = await world().signedIn({ locale: "en-GB" });
    await page.goto(`${world().base}/mailboxes`);
    await page.getByRole("button", { name: "More for ewa@example.test" }).click();
    expect(await page.getByRole("menuitem", { name: "Delete …" }).count()).toBe(1);
    await page.getByRole("menuitem", { name: "Send a test mail" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("To").fill("me@example.test");
    await dialog.getByRole("button", { name: "Send" }).click();
    await dialog.getByText("The server took the mail").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    const line = page.getByRole("listitem").filter({ hasText: "ewa@example.test" });
    await line.getByRole("link", { name: "1 mails today" }).waitFor();
    expect(await line.innerText()).toContain("of 40");
    await page.getByRole("button", { name: "More for ewa@example.test" }).click();
    await page.getByRole("menuitem", { name: "Send a test mail" }).waitFor();
    expect(await page.getByRole("menuitem", { name: "Delete …" }).count()).toBe(0);
    await page.context().close();
  });

  it("are switched off and on, and shown so only when the server has it", async () => {
    const page = await world().signedIn({ locale: "en-GB" });
    await page.goto(`${world().base}/mailboxes`);
    const line = page.getByRole("listitem").filter({ hasText: "ewa@example.test" });
    await line.getByRole("switch").click();
    await line.getByText("Switched off").waitFor();
    const { items } = await world().ask<{ items: { address: string; active: boolean }[] }>("GET", "/mailboxes");
    expect(items.find(({ address }) => address === "ewa@example.test")?.active).toBe(false);
    await line.getByRole("switch").click();
    await line.getByText("Ready").waitFor();
    await page.context().close();
  });

  it.each(["light", "dark"] as const)("have no flaw that axe knows, in the %s theme, and fit on a phone", async (colorScheme) => {
    const page = await world().signedIn({ locale: "en-GB", colorScheme, viewport: { width: 375, height: 720 } });
    await page.goto(`${world().base}/mailboxes`);
    await page.getByText("ewa@example.test").first().waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(WIDTH)).toBeLessThanOrEqual(375);
    await page.getByRole("button", { name: "Edit ewa@example.test" }).click();
    await page.getByRole("dialog").getByLabel("Server (SMTP)").waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(WIDTH)).toBeLessThanOrEqual(375);
    await page.context().close();
  });

  it("offer a viewer nothing that they may not do", async () => {
    const viewer = { email: "vera@example.test", name: "Vera", role: "viewer", password: "only looking at things" };
    await world().ask("POST", "/users", viewer);
    const page = await world().browser.newPage({ locale: "en-GB" });
    await page.goto(`${world().base}/mailboxes`);
    await page.getByLabel("E-mail").fill(viewer.email);
    await page.getByRole("textbox", { name: "Password" }).fill(viewer.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("ewa@example.test").first().waitFor();
    expect(await page.getByRole("main").getByRole("button").count()).toBe(0);
    expect(await page.getByRole("main").getByRole("switch").count()).toBe(0);
    await page.close();
  });
});
