import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CDPSession, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath } from "./chromium.ts";
import { usePageWorld } from "./page-world.ts";

/** That the file may be copied, the one thing that a page does with it. */
const COPY = 1;

describe.skipIf(chromiumPath === undefined)("a file that is dragged onto the page", () => {
  const world = usePageWorld();
  const folder = mkdtempSync(join(tmpdir(), "goniec-drop-"));
  const path = join(folder, "leads.csv");
  let page: Page;
  let browser: CDPSession;

  beforeAll(async () => {
    writeFileSync(path, "email,firstName\newa@example.test,Świętosława\nola@example.test,Ola\n");
    const draft = await world().ask<{ id: number }>("POST", "/campaigns", { name: "Dropped" });
    page = await world().signedIn({ locale: "en-GB", viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(20_000);
    browser = await page.context().newCDPSession(page);
    await page.goto(`${world().base}/campaigns/new?draft=${draft.id}&step=leads`);
    await zone().waitFor();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Where files may be dropped: what is around the button that chooses one. */
  const zone = (): Locator => page.getByRole("button", { name: "Choose a file" }).locator("..");

  /** Moves the pointer with the file over the middle of an element, as a person's hand would. */
  async function drag(to: Locator, types: readonly ("dragEnter" | "dragOver" | "drop")[]): Promise<void> {
    const box = await to.boundingBox();
    if (box === null) throw new Error("it is not on the page");
    const data = { items: [], files: [path], dragOperationsMask: COPY };
    for (const type of types)
      await browser.send("Input.dispatchDragEvent", { type, x: box.x + box.width / 2, y: box.y + box.height / 2, data });
  }

  it("shows where it may be dropped, and is read when it is", async () => {
    await drag(zone(), ["dragEnter", "dragOver"]);
    await page.locator("[data-over]").waitFor();
    await drag(zone(), ["drop"]);
    await page.getByText("Świętosława").waitFor();
    expect(await page.getByLabel("Meaning of the column firstName").inputValue()).toBe("firstName");
    expect(await page.locator("[data-over]").count()).toBe(0);
  });
});
