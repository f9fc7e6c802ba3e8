import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { addLeads } from "../../src/storage/registry.ts";
import { eventually } from "../eventually.ts";
import { pageFiles, textsOf } from "../web/page-sources.ts";
import { chromiumPath } from "./chromium.ts";
import { type PageWorld, usePageWorld } from "./page-world.ts";

const UNSURE = "lost@example.test";
const HOUR_MS = 3_600_000;

/** English texts of the page that no Polish one equals, as they would stand on it; those with a value in them are as good as their longest part. */
function englishTexts(): string[] {
  return pageFiles(/\/en\.json$/).flatMap((path) => {
    const polish = new Set(Object.values(textsOf(path.replace("en.json", "pl.json"))));
    return Object.values(textsOf(path))
      .filter((text) => !polish.has(text))
      .map((text) =>
        text
          .split(/\{\{.*?\}\}/)
          .reduce((longest, part) => (part.length > longest.length ? part : longest), "")
          .trim(),
      )
      .filter((text) => /\w \w/.test(text) && text.length >= 10);
  });
}

/** Of an answer of the API, every sentence that it also gives as data. */
function sentencesIn(answer: unknown): string[] {
  if (typeof answer !== "object" || answer === null) return [];
  const fields = answer as Readonly<Record<string, unknown>>;
  return Object.entries(fields).flatMap(([name, value]) => {
    const isSaidAsData = fields[`${name}Phrase`] !== undefined && fields[`${name}Phrase`] !== null;
    if (typeof value !== "string") return sentencesIn(value);
    return isSaidAsData || ["headline", "remedy", "setting"].includes(name) ? [value] : [];
  });
}

interface Campaign {
  readonly id: number;
  readonly version: string;
  readonly counts: Readonly<Record<string, number>>;
}

const countsOf = async (world: PageWorld, id: number) => (await world.ask<Campaign>("GET", `/campaigns/${id}`)).counts;

/** A campaign with one mail unconfirmed, one lead skipped and others planned, whose plan has moved since. */
async function eventfulCampaign(world: PageWorld): Promise<number> {
  const account = { address: "anna@acme.test", host: "127.0.0.1", port: world.sandbox.port, security: "none" };
  const mailbox = await world.ask<{ readonly id: number }>("POST", "/mailboxes", account);
  const settings = { delayMs: HOUR_MS, windows: [], holidays: [], zone: "America/New_York" };
  const { id, version } = await world.ask<Campaign>("POST", "/campaigns", { name: "Wiosna", settings, mailboxIds: [mailbox.id] });
  const leads = ["lost", "bez", "ewa", "jan"].map((name) => ({
    address: `${name}@example.test`,
    fields: name === "bez" ? {} : { name },
  }));
  await world.app.write((trx, now) => addLeads(trx, id, leads, now));
  const message = { subject: "Zaproszenie", text: "Dzień dobry, {{ name }}!" };
  await world.ask("PUT", `/campaigns/${id}/message`, message, { "if-match": `"${version}"` });
  await world.ask("POST", `/campaigns/${id}/start`);
  await eventually(async () => (await countsOf(world, id))["unconfirmed"] === 1, "the mail that was hung up on is unconfirmed");
  await change(world, id, { delayMs: 2 * HOUR_MS });
  const moves = async () => (await world.ask<{ items: object[] }>("GET", `/campaigns/${id}/moves`)).items.length;
  await eventually(async () => (await moves()) > 0, "the plan has moved");
  await world.app.write((trx) => trx.updateTable("Mailbox").set({ attention: "no answer (at the login)" }).execute());
  return id;
}

async function change(world: PageWorld, id: number, settings: object): Promise<void> {
  const { version } = await world.ask<Campaign>("GET", `/campaigns/${id}`);
  await world.ask("PATCH", `/campaigns/${id}`, { settings }, { "if-match": `"${version}"` });
}

/** Goes there as a link does, and waits until everything has been answered. */
async function open(page: Page, path: string): Promise<void> {
  await page.evaluate(`history.pushState({}, "", ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent("popstate"))`);
  await page.waitForURL((url) => url.pathname === path);
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.locator("main .mantine-Skeleton-root").first().waitFor({ state: "hidden" });
}

describe.skipIf(chromiumPath === undefined)("the page in Polish", () => {
  const world = usePageWorld((to) => to === UNSURE);
  let page: Page;
  let campaign = 0;
  const said = new Set<string>();

  beforeAll(async () => {
    campaign = await eventfulCampaign(world());
    page = await world().signedIn({ locale: "pl-PL", timezoneId: "Europe/Warsaw", reducedMotion: "reduce" });
    page.on("response", (response) => {
      if (response.headers()["content-type"]?.includes("json") !== true) return;
      void response.json().then(
        (body) => sentencesIn(body).forEach((sentence) => said.add(sentence)),
        () => undefined,
      );
    });
  });

  it("leaves no text of its own and no sentence of the API in English, on any screen where they stand", async () => {
    const { items } = await world().ask<{ items: { id: number; address: string }[] }>("GET", "/leads");
    const tabs = ["", "/leads", "/plan", "/message", "/settings", "/history"].map((tab) => `/campaigns/${campaign}${tab}`);
    const leads = items.filter(({ address }) => /^(lost|bez|ewa)@/.test(address)).map(({ id }) => `/leads/${id}`);
    const others = ["/", "/campaigns", "/mailboxes", "/outbox", "/outbox/log", "/outbox/unconfirmed", "/settings/system"];
    const shown: Record<string, string> = {};
    for (const path of [...others, ...tabs, ...leads]) {
      await open(page, path);
      shown[path] = await page.locator("body").innerText();
    }
    const english = [...englishTexts(), ...said].filter((text) => text.length >= 10);
    const found = Object.entries(shown).flatMap(([path, text]) =>
      english.filter((sentence) => text.includes(sentence)).map((sentence) => `${path}: ${sentence}`),
    );
    expect(found).toEqual([]);
    // The world held what there was to translate.
    const sentences = [...said].join("\n");
    for (const part of ["settings changed: delayMs", "missing field name", "(at the login)", "(after the message)"])
      expect(sentences).toContain(part);
    expect(shown[`/campaigns/${campaign}/plan`]).toContain("Zmieniono ustawienia: odstęp");
  });

  it("names one zone for the times of a list, and it is the one in which they are shown", async () => {
    await open(page, "/outbox");
    const time = page.getByRole("main").locator("time").last();
    await time.waitFor();
    const at = new Date((await time.getAttribute("datetime")) ?? 0);
    const shown = new Intl.DateTimeFormat("pl", { timeZone: "Europe/Warsaw", hour: "2-digit", minute: "2-digit" }).format(at);
    expect(await time.innerText()).toContain(shown);
    const zones = (await page.getByRole("main").innerText()).match(/Warszawa, GMT[+-]\d+/g) ?? [];
    expect(zones.length).toBeGreaterThan(0);
    expect(await page.getByRole("main").innerText()).not.toContain("Nowy Jork, GMT-5)\n");
  });
});
