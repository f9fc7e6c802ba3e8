import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { App } from "../../src/app.ts";
import { systemClock } from "../../src/clock.ts";
import { orderOf, planOf, readOld, ZONE } from "../legacy/import-world.ts";
import { carryOutImport } from "../../src/legacy/import-legacy.ts";
import { type BuiltDatabase, buildOldDatabase } from "../legacy/old-database-builder.ts";
import { OldSender } from "../legacy/old-sender.ts";
import { violations } from "./accessibility.ts";
import { chromiumPath } from "./chromium.ts";
import { usePageWorld } from "./page-world.ts";

const HOUR = 3_600_000;
/** Whenever the test runs. */
const ALWAYS = {
  allowedDays: "MON,TUE,WED,THU,FRI,SAT,SUN",
  startHour: 0,
  startMinute: 0,
  endHour: 24,
  endMinute: 0,
  respectHolidays: 0,
};

/** As `goniec import-legacy` does it. */
async function importOld(app: App, path: string): Promise<void> {
  const source = { name: "legacy", kind: "prisma", path, zone: ZONE } as const;
  const plan = await planOf(app, orderOf(await readOld(path, app.clock.now()), { source }));
  const watch = { signal: new AbortController().signal, progress: () => undefined };
  await carryOutImport({ ...app, seed: () => 42 }, plan, watch);
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

describe.skipIf(chromiumPath === undefined)("moving over from an older sender, in a browser", () => {
  const world = usePageWorld();
  const folder = mkdtempSync(join(tmpdir(), "goniec-old-"));
  let page: Page;
  let old: BuiltDatabase;
  let sender: OldSender;
  let follower: Awaited<ReturnType<App["createFollower"]>>;
  const open = async (path: string, heading: string) => {
    await page.goto(`${world().base}${path}`);
    await page.getByRole("heading", { name: heading, level: 1 }).waitFor();
  };
  const readAgain = async () => expect(await follower.look()).toBe(true);
  const dialog = (): Locator => page.getByRole("dialog");
  const firstCampaign = () => old.campaigns[0]?.id ?? 0;

  beforeAll(async () => {
    const smtp = { host: "127.0.0.1", port: world().sandbox.port };
    const contents = {
      campaigns: 2,
      leads: 6,
      sent: 3,
      duplicates: 1,
      lastSentAt: systemClock.now() - HOUR,
      smtp,
      campaign: ALWAYS,
    };
    old = await buildOldDatabase(join(folder, "old.db"), contents);
    sender = await OldSender.open(old.path, { smtpPort: smtp.port, now: systemClock.now });
    follower = await world().app.createFollower();
    page = await world().signedIn({ locale: "en-GB", reducedMotion: "reduce" });
  });

  afterAll(async () => {
    await follower.stop();
    sender.close();
    rmSync(folder, { recursive: true });
  });

  it("teaches how to begin, and is in no menu, while there is no older sender", async () => {
    await open("/moving", "Moving over");
    await page.getByText("goniec import-legacy FILE.db --dry-run").waitFor();
    expect(await page.getByRole("navigation", { name: "Main menu" }).getByText("Moving over").count()).toBe(0);
    expect(await violationsOf(page)).toEqual([]);
  });

  it("shows what was imported: who sends it, and what comes next", async () => {
    await importOld(world().app, old.path);
    await readAgain();
    await open("/campaigns", "Campaigns");
    await page.getByRole("link", { name: "Older sender" }).first().click();
    await page.getByText("Next: choose a small campaign to test with").waitFor();
    await page.getByRole("navigation", { name: "Main menu" }).getByText("Moving over").waitFor();
    const row = page.getByRole("row").filter({ hasText: "Older 1" });
    expect((await row.getByRole("cell").allTextContents()).slice(0, 3)).toEqual(["Older 1", "Older sender", "Running"]);
    await page.getByText(old.path).waitFor();
    expect(await violationsOf(page)).toEqual([]);
  });

  it("compares the older sender's mails with Goniec's plan", async () => {
    for (const _ of [1, 2]) await sender.sendNext(firstCampaign());
    await readAgain();
    await page.getByRole("link", { name: "Older 1" }).click();
    await page.getByText("The older sender mailed 1 lead of this campaign more than once.").waitFor();
    await page.getByText("1 mail left sooner after the one before").waitFor();
    const mails = page.getByRole("table", { name: "Mail by mail" });
    expect(await mails.getByRole("row").count()).toBe(3);
    await mails.getByRole("link", { name: "lead-5@example.test" }).waitFor();
    await page.getByRole("table", { name: "What Goniec would send next" }).getByText("lead-6@example.test").waitFor();
    expect(await violationsOf(page)).toEqual([]);
  });

  it("says in the dialog what keeps a campaign from being cut over, and cuts it over when that is gone", async () => {
    await page.getByRole("button", { name: "Cut over …" }).click();
    await dialog().getByRole("button", { name: "Cut over" }).click();
    await dialog().getByText("the older sender has it as IN_PROGRESS and may mail its leads").waitFor();
    await dialog().getByText("Needed: a campaign that is paused there first").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    sender.pause(firstCampaign());
    await dialog().getByRole("button", { name: "Cut over" }).click();
    await page.getByText("Older 1 is Goniec's now").waitFor();
    await page.getByText("Nothing found so far. It is watched until").waitFor();
    expect(await world().ask("GET", "/campaigns?search=Older 1")).toMatchObject({
      items: [{ sender: "goniec", status: "PAUSED" }],
    });
  });

  it("holds the next campaign up while one is watched, and shows how to pass over that", async () => {
    await page.getByRole("link", { name: "All campaigns that move over" }).click();
    await page.getByRole("link", { name: "Older 2", exact: true }).click();
    sender.pause(old.campaigns[1]?.id ?? 0);
    await page.getByRole("button", { name: "Cut over …" }).click();
    await dialog().getByRole("button", { name: "Cut over" }).click();
    await dialog().getByText("Older 1: it is watched until").waitFor();
    await dialog().getByLabel("Do not wait for the watch of the other campaign").waitFor();
    await dialog().getByRole("button", { name: "Cancel" }).click();
    expect(await world().ask("GET", "/campaigns?search=Older 2")).toMatchObject({ items: [{ sender: "old-process" }] });
  });

  it("gives a campaign back once its name was typed, and says whether the older sender may go on", async () => {
    await open("/moving", "Moving over");
    await page.getByRole("link", { name: "Older 1", exact: true }).click();
    await page.getByRole("button", { name: "Roll back …" }).click();
    const confirm = dialog().getByRole("button", { name: "Give it back" });
    expect(await confirm.isDisabled()).toBe(true);
    await dialog().getByLabel("Type Older 1 to confirm").fill("Older 1");
    expect(await violationsOf(page)).toEqual([]);
    await confirm.click();
    await dialog().getByText("The older sender's database knows the 0 mails").waitFor();
    await dialog().getByRole("button", { name: "Close" }).last().click();
    await page.getByText("The older sender sends this campaign.").waitFor();
  });

  it("fits on a phone", async () => {
    await page.setViewportSize({ width: 375, height: 740 });
    for (const path of ["/moving", new URL(page.url()).pathname]) {
      await page.goto(`${world().base}${path}`);
      await page.getByRole("table").first().waitFor();
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(375);
      expect(await violationsOf(page)).toEqual([]);
    }
  });
});
