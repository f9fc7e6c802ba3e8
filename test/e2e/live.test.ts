import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { chromiumPath } from "./chromium.ts";
import { type PageWorld, usePageWorld } from "./page-world.ts";

/** Two mails' distance that no test lives to see: the plan has no cause to move. */
const SLOW = { delayMs: 3_600_000 };

async function runningCampaign(world: PageWorld): Promise<number> {
  const account = { host: "127.0.0.1", port: world.sandbox.port, security: "none" };
  const mailbox = await world.ask<{ id: number }>("POST", "/mailboxes", { address: "anna@example.test", ...account });
  const made = await world.ask<{ id: number }>("POST", "/campaigns", { name: "Slow", mailboxIds: [mailbox.id], settings: SLOW });
  await world.ask("PUT", `/campaigns/${made.id}/message`, { subject: "Hello", text: "Hello" }, { "if-match": "*" });
  const leads = ["ewa", "ola", "jan"].map((name) => ({ address: `${name}@example.test` }));
  await world.ask("POST", `/campaigns/${made.id}/leads`, { leads });
  await world.ask("POST", `/campaigns/${made.id}/start`);
  return made.id;
}

const sentenceOf = async (page: Page): Promise<string> =>
  (await page
    .getByText(/Next: /)
    .first()
    .textContent()) ?? "";

describe.skipIf(chromiumPath === undefined)("what the page shows of a running campaign", () => {
  const world = usePageWorld();

  it("is the same instant for everybody, however often they look", async () => {
    const id = await runningCampaign(world());
    const options = { locale: "en-GB" };
    const pages = await Promise.all([world().signedIn({ ...options, timezoneId: "Asia/Kolkata" }), world().signedIn(options)]);
    const seen = new Set<string>();
    for (let look = 0; look < 20; look += 1) {
      const page = pages[look % pages.length] as Page;
      await page.goto(`${world().base}/campaigns/${id}`);
      await page.getByText("Sent 1").first().waitFor();
      seen.add(await sentenceOf(page));
    }
    expect([...seen]).toEqual([
      expect.stringMatching(/Next: \w+@example\.test at .*\(Warsaw, GMT\+\d\) from anna@example\.test/),
    ]);
  });

  it("says so when the server is gone, how old it is, and goes on by itself when it is back", async () => {
    const page = await world().signedIn({ locale: "en-GB" });
    await page.getByText("Live", { exact: true }).waitFor();
    await world().stopServing();
    await page.getByText("No connection to the server since").waitFor();
    await page.getByRole("heading", { name: "Today" }).waitFor();
    await world().serveAgain();
    await page.getByText("Live", { exact: true }).waitFor();
    await page.getByText("No connection to the server since").waitFor({ state: "detached" });
    expect(await page.getByText("Live", { exact: true }).count()).toBe(1);
  });
});
