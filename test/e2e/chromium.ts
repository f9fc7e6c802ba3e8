import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

const FLAGS = [
  "--no-sandbox",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

const HOW_TO_GET_IT = "install it (Debian: apt-get install chromium) or set CHROMIUM_PATH to a Chromium or Chrome";

/** The browser on this machine; undefined on a person's machine without one, which is told loudly. In CI its absence is a failure. */
export const chromiumPath: string | undefined = find();

function find(): string | undefined {
  const named = process.env["CHROMIUM_PATH"];
  const found = named ?? PLACES.find((path) => existsSync(path));
  if (found !== undefined) return found;
  if (process.env["CI"] !== undefined) throw new Error(`The browser tests need Chromium: ${HOW_TO_GET_IT}.`);
  process.stderr.write(`\nBROWSER TESTS ARE SKIPPED: there is no Chromium. To run them, ${HOW_TO_GET_IT}.\n\n`);
  return undefined;
}

export async function openBrowser(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error("no Chromium");
  return chromium.launch({ executablePath: chromiumPath, args: FLAGS });
}
