// Pictures of every screen on the demo's world: light and dark, English and Polish, desktop and phone, in screenshots/ (not in git).
// With --readme only those of the README, in docs/images/.
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const CHROMIUM = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run"];
/** So much of the demo's world has happened by then: a limit reached, a mail unconfirmed. */
const WORLD_MS = 20_000;

const SIZES = { desktop: { width: 1280, height: 860 }, phone: { width: 375, height: 800 } };
const LOCALES = { en: "en-GB", pl: "pl-PL" };
/** The demo's own, so that no picture shows two zones side by side. */
const ZONE = "Europe/Warsaw";
const SCHEMES = ["light", "dark"];

/** @type {Record<string, (ids: { campaign: number; lead: number }) => string>} */
const SCREENS = {
  overview: () => "/",
  campaigns: () => "/campaigns",
  campaign: ({ campaign }) => `/campaigns/${campaign}`,
  "campaign-leads": ({ campaign }) => `/campaigns/${campaign}/leads`,
  "campaign-plan": ({ campaign }) => `/campaigns/${campaign}/plan`,
  "campaign-message": ({ campaign }) => `/campaigns/${campaign}/message`,
  "campaign-settings": ({ campaign }) => `/campaigns/${campaign}/settings`,
  "campaign-history": ({ campaign }) => `/campaigns/${campaign}/history`,
  wizard: () => "/campaigns/new",
  leads: () => "/leads",
  lead: ({ lead }) => `/leads/${lead}`,
  outbox: () => "/outbox",
  "outbox-log": () => "/outbox/log",
  "outbox-unconfirmed": () => "/outbox/unconfirmed",
  mailboxes: () => "/mailboxes",
  settings: () => "/settings",
  "settings-users": () => "/settings/users",
  "settings-tokens": () => "/settings/tokens",
  "settings-suppression": () => "/settings/suppression",
  "settings-system": () => "/settings/system",
  inbox: () => "/inbox",
};

const README = [
  ["overview", "light"],
  ["campaign", "light"],
  ["campaign-plan", "dark"],
  ["mailboxes", "dark"],
];

const { link, stop } = await startDemo();
const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
try {
  const state = await signIn(link);
  const base = new URL(link).origin;
  await new Promise((resume) => setTimeout(resume, WORLD_MS));
  if (process.argv.includes("--readme")) await shootReadme(base, state);
  else await shootAll(base, state);
} finally {
  await browser.close();
  stop();
}

async function startDemo() {
  const words = ["demo", "--stay", "--leads", "12", "--delay", "300ms", "--listen", "127.0.0.1:0"];
  const demo = spawn(process.execPath, [join(ROOT, "bin", "goniec"), ...words], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  const found = await new Promise((resolve, reject) => {
    demo.stdout.on("data", (chunk) => {
      output += chunk;
      const link = /http:\S+\/sign-in#\S+/.exec(output)?.[0];
      if (link !== undefined) resolve(link);
    });
    demo.on("exit", (code) => reject(new Error(`the demo ended with ${code}: ${output}`)));
  });
  return { link: found, stop: () => demo.kill("SIGTERM") };
}

async function signIn(address) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(address);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForURL((url) => url.pathname === "/");
  const state = await context.storageState();
  await context.close();
  return state;
}

async function idsOf(base, page) {
  const items = async (path) => (await (await page.request.get(`${base}/api/v1${path}`)).json()).items;
  const campaigns = await items("/campaigns");
  const running = campaigns.find(({ name }) => name === "Autumn invitations") ?? campaigns[0];
  const [sent] = await items(`/campaigns/${running.id}/leads?state=sent&limit=1`);
  return { campaign: running.id, lead: sent?.leadId ?? 1 };
}

async function openContext(base, state, { locale, scheme, size }) {
  const context = await browser.newContext({
    storageState: state,
    locale,
    timezoneId: ZONE,
    colorScheme: scheme,
    viewport: size,
    deviceScaleFactor: 2,
  });
  const page = await context.newPage();
  return { context, page, ids: await idsOf(base, page) };
}

async function shoot(page, base, path, file, fullPage) {
  await page.goto(`${base}${path}`);
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.waitForLoadState("load");
  // The charts are drawn after the first answer.
  await page.waitForTimeout(900);
  await page.screenshot({ path: file, fullPage });
}

async function shootAll(base, state) {
  for (const [language, locale] of Object.entries(LOCALES))
    for (const scheme of SCHEMES)
      for (const [device, size] of Object.entries(SIZES)) {
        const folder = join(ROOT, "screenshots", `${device}-${scheme}-${language}`);
        mkdirSync(folder, { recursive: true });
        const { context, page, ids } = await openContext(base, state, { locale, scheme, size });
        for (const [name, pathOf] of Object.entries(SCREENS))
          await shoot(page, base, pathOf(ids), join(folder, `${name}.png`), true);
        await context.close();
        process.stdout.write(`${folder}\n`);
      }
}

async function shootReadme(base, state) {
  const folder = join(ROOT, "docs", "images");
  mkdirSync(folder, { recursive: true });
  for (const [name, scheme] of README) {
    const { context, page, ids } = await openContext(base, state, { locale: LOCALES.en, scheme, size: SIZES.desktop });
    await shoot(page, base, SCREENS[name](ids), join(folder, `${name}.png`), false);
    await context.close();
  }
}
