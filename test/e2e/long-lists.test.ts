import type { Locator, Page } from "playwright-core";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { addLeads } from "../../src/storage/registry.ts";
import { chromiumPath } from "./chromium.ts";
import { type PageWorld, usePageWorld } from "./page-world.ts";

/** Fifteen pages of the API; `LIST_LEADS=100000` shows the same of as many as the page promises to bear. */
const LEADS = Number(process.env["LIST_LEADS"] ?? 3_000);
const BATCH = 1_000;
/** What is seen, and as much ahead on either side. */
const DRAWN_MAX = 80;
const ROW_PX = 38;
const SLOW = { delayMs: 3_600_000, bufferSize: 1 };

const addressOf = (index: number): string => `lead-${String(index).padStart(6, "0")}@example.test`;

async function largeCampaign({ app, ask, sandbox }: PageWorld): Promise<number> {
  const account = { host: "127.0.0.1", port: sandbox.port, security: "none" };
  const mailbox = await ask<{ id: number }>("POST", "/mailboxes", { address: "anna@example.test", ...account });
  const made = await ask<{ id: number }>("POST", "/campaigns", { name: "Large", mailboxIds: [mailbox.id], settings: SLOW });
  await ask("PUT", `/campaigns/${made.id}/message`, { subject: "Hello", text: "Hello" }, { "if-match": "*" });
  for (let from = 0; from < LEADS; from += BATCH) {
    const leads = Array.from({ length: Math.min(BATCH, LEADS - from) }, (_, index) => ({
      address: addressOf(from + index),
      fields: {},
    }));
    await app.write((trx, now) => addLeads(trx, made.id, leads, now));
  }
  return made.id;
}

/** What the tests use of an element of the page. */
interface Scrolled {
  scrollTop: number;
  readonly scrollHeight: number;
}

const scrollTop = (box: Locator): Promise<number> => box.evaluate((element: Scrolled) => element.scrollTop);

const scrollTo = (box: Locator, top: number): Promise<void> =>
  box.evaluate((element: Scrolled, to) => void (element.scrollTop = Math.min(to, element.scrollHeight)), top);

/** Scrolls to the end of what is loaded until there is no more; the most rows that were drawn at once. */
async function toEnd(page: Page, box: Locator, last: string): Promise<number> {
  let drawn = 0;
  await vi.waitFor(
    async () => {
      await scrollTo(box, Number.MAX_SAFE_INTEGER);
      drawn = Math.max(drawn, await box.getByRole("row").count());
      expect(await page.getByText(last).count()).toBe(1);
    },
    { timeout: 20_000 + LEADS * 10, interval: 20 },
  );
  return drawn;
}

/** Scrolls so that this row is the first below the heading, loading what comes before it. */
async function toRow(box: Locator, index: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const top = index * ROW_PX;
      await scrollTo(box, top);
      expect(await scrollTop(box)).toBe(top);
      expect(await box.getByText(addressOf(index)).count()).toBe(1);
    },
    { timeout: 20_000, interval: 20 },
  );
}

describe.skipIf(chromiumPath === undefined)("a list of thousands, in a browser", () => {
  const world = usePageWorld();
  let id: number;
  let page: Page;
  /** Of what lists were asked for. */
  const asked: string[] = [];

  beforeAll(async () => {
    id = await largeCampaign(world());
    page = await world().signedIn({ locale: "en-GB", viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(20_000);
    page.on("request", (request) => void (/\/api\/v1\/.*leads\?/.test(request.url()) && asked.push(request.url())));
  }, 60_000 + LEADS);

  const openLeads = async (path: string, name: string): Promise<Locator> => {
    await page.goto(`${world().base}${path}`);
    const box = page.getByRole("region", { name });
    await box.getByRole("row").nth(20).waitFor();
    return box;
  };

  it.each([
    ["a campaign's leads", () => `/campaigns/${id}/leads`, "Leads"],
    ["all leads", () => "/leads", "Leads by address"],
  ])("draws no more than a window of %s, and reaches the last one", async (_, path, name) => {
    const box = await openLeads(path(), name);
    expect(await toEnd(page, box, addressOf(LEADS - 1))).toBeLessThan(DRAWN_MAX);
  });

  it("shows what changes where it is read, asks for nothing else, and stays where it is", async () => {
    const box = await openLeads(`/campaigns/${id}/leads`, "Leads");
    await toRow(box, 1_050);
    const [row, top] = [box.getByRole("row").filter({ hasText: addressOf(1_055) }), await scrollTop(box)];
    await row.getByText("Waiting").waitFor();
    asked.length = 0;
    await skip(1_055);
    await row.getByText("Skipped").waitFor();
    expect(await scrollTop(box)).toBe(top);
    expect(asked.length).toBeLessThanOrEqual(3);
  });

  it("keeps the rows that are read in their place when others go above them", async () => {
    const box = await openLeads(`/campaigns/${id}/leads?state=waiting`, "Leads");
    await scrollTo(box, 100 * ROW_PX);
    const row = box.getByRole("row").filter({ hasText: addressOf(110) });
    await row.waitFor();
    const [before, top] = [await row.boundingBox(), await scrollTop(box)];
    for (const gone of [40, 41, 42]) await skip(gone);
    await vi.waitFor(async () => expect(await scrollTop(box)).toBe(top - 3 * ROW_PX), { timeout: 10_000 });
    expect(await row.boundingBox()).toEqual(before);
  });

  it("is found again as it was left: what was looked for, and the place", async () => {
    const box = await openLeads("/leads", "Leads by address");
    await page.getByLabel("Search in addresses").fill("lead-000");
    await page.waitForURL(/q=lead-000/);
    await toRow(box, 700);
    await box.getByText(addressOf(705)).click();
    await page.waitForURL(/\/leads\/\d+$/);
    await page.goBack();
    await box.getByText(addressOf(705)).waitFor();
    expect(await scrollTop(box)).toBe(700 * ROW_PX);
    expect(await page.getByLabel("Search in addresses").inputValue()).toBe("lead-000");
  });

  async function skip(index: number): Promise<void> {
    const { items } = await world().ask<{ items: { leadId: number }[] }>(
      "GET",
      `/campaigns/${id}/leads?search=${addressOf(index)}`,
    );
    await world().ask("POST", `/campaigns/${id}/leads/${items[0]?.leadId}/skip`, { reason: "a test" });
  }
});
