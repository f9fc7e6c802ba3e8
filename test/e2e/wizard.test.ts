import iconv from "iconv-lite";
import type { Page } from "playwright-core";
import PostalMime from "postal-mime";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { violations } from "./accessibility.ts";
import { chromiumPath } from "./chromium.ts";
import { usePageWorld } from "./page-world.ts";

/** As a Polish Excel writes it: its own code page, semicolons, Polish names; the third row has no address. */
const POLISH_FILE = {
  name: "leady.csv",
  mimeType: "text/csv",
  buffer: iconv.encode(
    [
      "Imię;Nazwisko;Adres e-mail;Firma;Data spotkania",
      "Łukasz;Żak;lukasz@example.test;Żółw sp. z o.o.;piątek",
      "Świętosława;Ćwik;swieta@example.test;Gęś i Syn;środa",
      "Bez;Adresu;to nie adres;Nikt;nigdy",
      "",
    ].join("\r\n"),
    "cp1250",
  ),
};

const next = (page: Page) => page.getByRole("button", { name: "Next", exact: true });
const step = (page: Page, name: string) => page.locator('[aria-current="step"]').filter({ hasText: name });

/** Rows of a file that takes a moment. */
const LARGE = Number(process.env["WIZARD_ROWS"] ?? 5_000);

/** How wide the page is, with what would have to be scrolled to. */
const WIDTH = "document.documentElement.scrollWidth";

/** An element whose colour is its parent's begins to change a frame after it: several calm ones in a row say that all have changed. */
const SETTLED = `new Promise((resolve) => {
  let calm = 0;
  const look = () => {
    calm = document.getAnimations().some((one) => one instanceof CSSTransition) ? 0 : calm + 1;
    if (calm > 5) resolve();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})`;

/** What is wrong with the page as it is shown, in both themes, and on a phone. */
async function faults(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.evaluate(SETTLED);
    found.push(...(await violations(page)).map((fault) => `${colorScheme}: ${fault}`));
  }
  const size = page.viewportSize();
  await page.setViewportSize({ width: 375, height: 760 });
  const width = await page.evaluate<number>(WIDTH);
  if (width > 375) found.push(`is ${width} px wide on a phone`);
  if (size !== null) await page.setViewportSize(size);
  return found;
}

describe.skipIf(chromiumPath === undefined)("the wizard of a new campaign, in a browser", () => {
  const world = usePageWorld();

  beforeAll(async () => {
    const { port } = world().sandbox;
    for (const address of ["anna@acme.test", "ewa@acme.test"])
      await world().ask("POST", "/mailboxes", { address, host: "127.0.0.1", port, security: "none", minGapMs: 0 });
  });

  const open = async (locale = "en-GB"): Promise<Page> => {
    const page = await world().signedIn({ locale, reducedMotion: "reduce", viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(20_000);
    await page.goto(`${world().base}/campaigns/new`);
    return page;
  };

  describe("from a Polish file to mails that arrive", () => {
    let page: Page;
    beforeAll(async () => {
      page = await open();
    });

    it("asks for a name and a mailbox, and keeps what is typed before there is a draft", async () => {
      await next(page).click();
      await page.getByText("Give the campaign a name.").waitFor();
      await page.getByText("Choose at least one mailbox to send from.").waitFor();
      expect(await faults(page)).toEqual([]);
      await page.getByLabel("Name of the campaign").fill("Jesień");
      await page.getByLabel("anna@acme.test").check();
      await page.reload();
      expect(await page.getByLabel("Name of the campaign").inputValue()).toBe("Jesień");
      await next(page).click();
      await step(page, "Leads").waitFor();
      expect(page.url()).toMatch(/draft=\d+/);
      expect(await page.evaluate("document.activeElement?.getAttribute('aria-label')")).toBe("Leads");
    });

    it("finds out how the file is written, refuses what is no such file, and asks which column is the address", async () => {
      await next(page).click();
      await page.getByText("The campaign has no leads yet. Choose a file of leads.").waitFor();
      const file = page.locator('input[type="file"]');
      await file.setInputFiles({ name: "leads.xlsx", mimeType: "text/csv", buffer: Buffer.from("504b030400000000", "hex") });
      await page.getByText("spreadsheet or zip archive").waitFor();
      expect(await faults(page)).toEqual([]);
      await file.setInputFiles(POLISH_FILE);
      await page.getByText("Świętosława").waitFor();
      expect(await page.getByLabel("Encoding").inputValue()).toBe("cp1250");
      expect(await page.getByLabel("Separator").inputValue()).toBe(";");
      expect(await page.getByLabel("Meaning of the column Imię").inputValue()).toBe("firstName");
      expect(await page.getByLabel("Meaning of the column Firma").inputValue()).toBe("company");
      expect(await page.getByLabel("Meaning of the column Data spotkania").inputValue()).toBe("dataSpotkania");
      await page.reload();
      await page.getByText("Świętosława").waitFor();
      await page.getByLabel("Meaning of the column Adres e-mail").selectOption("");
      await page.getByRole("button", { name: "Check the file" }).click();
      await page.getByText("Say which column holds the e-mail addresses.").waitFor();
      expect(await faults(page)).toEqual([]);
    });

    it("tries the file out, gives the rejected row back as a file, and brings the others in", async () => {
      await page.getByLabel("Meaning of the column Adres e-mail").selectOption("email");
      await page.getByRole("button", { name: "Check the file" }).click();
      await page.getByText("3 rows give 2 leads.").waitFor();
      expect(await faults(page)).toEqual([]);
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name: "Download 1 rejected row" }).click(),
      ]);
      const rejected = await (await download.createReadStream()).toArray();
      expect(Buffer.concat(rejected).toString("utf8")).toContain("to nie adres");
      await next(page).click();
      await page.getByText("The file is not brought in yet.").waitFor();
      await page.getByRole("button", { name: "Import 2 leads" }).click();
      await page.getByText("2 leads are in this campaign.").waitFor();
      await next(page).click();
      await step(page, "Message").waitFor();
    });

    it("shows the message as each lead reads it, and keeps one that cannot be saved yet", async () => {
      await next(page).click();
      await page.getByText("Write a subject.").waitFor();
      await page.getByText("Write a text, or HTML.").waitFor();
      await page.getByLabel("Subject").fill("Zaproszenie dla {{ company }}");
      const text = page.getByRole("textbox", { name: "Text" });
      await text.fill("Dzień dobry, {{ firstName !");
      await page.getByText("The text cannot be read yet").waitFor();
      await next(page).click();
      await page.getByText("Please check your input").waitFor();
      await page.reload();
      expect(await text.inputValue()).toBe("Dzień dobry, {{ firstName !");
      await text.fill("Dzień dobry, {{ firstName }}! Do zobaczenia: {{ dataSpotkania }}.");
      await page.getByText("Dzień dobry, Łukasz! Do zobaczenia: piątek.").waitFor();
      await page.getByRole("tab", { name: "HTML" }).click();
      await page.getByRole("textbox", { name: "HTML" }).fill("<p>Dzień dobry, <b>{{ firstName }}</b>!</p>");
      await page.frameLocator("iframe").getByText("Łukasz").waitFor({ state: "attached" });
      expect(await faults(page)).toEqual([]);
      await page.getByRole("combobox", { name: "Lead" }).click();
      await page.getByRole("option", { name: "swieta@example.test" }).click();
      await page.frameLocator("iframe").getByText("Świętosława").waitFor({ state: "attached" });
    });

    it("takes a file that goes with every mail, and has it after a reload", async () => {
      const plan = { name: "plan dnia.txt", mimeType: "text/plain", buffer: Buffer.from("9:00 śniadanie") };
      await page.locator('input[type="file"]').setInputFiles(plan);
      await page.getByRole("link", { name: "plan dnia.txt" }).waitFor();
      await page.reload();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name: "plan dnia.txt" }).click(),
      ]);
      expect(Buffer.concat(await (await download.createReadStream()).toArray())).toEqual(plan.buffer);
      expect(await faults(page)).toEqual([]);
    });

    it("says what hours, pace and limits come to, and refuses those that contradict each other", async () => {
      // By the list of steps, not by the button: the message is saved all the same.
      await page.getByRole("link", { name: "Schedule" }).click();
      await step(page, "Schedule").waitFor();
      await page.getByText("At this pace and with these limits: 2 mails, done by").waitFor();
      await page.getByLabel("A longer pause now and then").check();
      await page.getByRole("textbox", { name: "At least" }).fill("50");
      await page.getByText("the lower end lies above the upper one").first().waitFor();
      expect(await faults(page)).toEqual([]);
      await page.getByLabel("A longer pause now and then").uncheck();
      await page.getByRole("textbox", { name: "From mail to mail" }).fill("0");
      await page.getByText("As fast as the mailboxes allow.").waitFor();
      await next(page).click();
      await step(page, "Review").waitFor();
    });

    it("shows what would happen, sends a test, and starts: the mails arrive with each lead's own words", async () => {
      await page.getByText("Nothing is missing.").waitFor();
      await page.getByText("Zaproszenie dla Żółw sp. z o.o.").waitFor();
      await page.getByRole("button", { name: "Next mail" }).click();
      await page.getByText("Mail 2 of the first 2, to swieta@example.test").waitFor();
      await page.getByText("Zaproszenie dla Gęś i Syn").waitFor();
      await page.getByLabel("Send a test to").fill("no address");
      await page.getByRole("button", { name: "Send a test mail" }).click();
      await page.locator('[aria-invalid="true"]').waitFor();
      await page.getByLabel("Send a test to").fill("olga@example.test");
      await page.getByRole("button", { name: "Send a test mail" }).click();
      await page.getByText("Sent from anna@acme.test to olga@example.test.").waitFor();
      expect(await faults(page)).toEqual([]);
      await page.getByRole("button", { name: "Start the campaign with 2 leads" }).click();
      await page.waitForURL(/\/campaigns\/\d+$/);
      await vi.waitFor(() => expect(world().sandbox.mails).toHaveLength(3), { timeout: 20_000 });
      const raw = world().sandbox.mails.find(({ to }) => to.includes("swieta@example.test"))?.raw;
      const mail = await new PostalMime().parse(raw ?? "");
      expect(mail.subject).toBe("Zaproszenie dla Gęś i Syn");
      expect(mail.text?.trim()).toBe("Dzień dobry, Świętosława! Do zobaczenia: środa.");
      expect(mail.html).toContain("<b>Świętosława</b>");
      expect(mail.attachments.map(({ filename }) => filename)).toEqual(["plan dnia.txt"]);
      await page.goBack();
      await page.getByText("This campaign has been started already").waitFor();
    });
  });

  it("finds a large import again that went on while its page was closed, and speaks Polish", async () => {
    const page = await open("pl-PL");
    await page.getByLabel("Nazwa kampanii").fill("Duża");
    await page.getByLabel("ewa@acme.test").check();
    await page.getByRole("button", { name: "Dalej" }).click();
    await page.getByText("Upuść tu plik CSV").waitFor();
    const rows = Array.from({ length: LARGE }, (_, index) => `Osoba ${index},osoba${index}@example.test`);
    const buffer = Buffer.from(["name,email", ...rows].join("\n"));
    await page.locator('input[type="file"]').setInputFiles({ name: "duży.csv", mimeType: "text/csv", buffer });
    await page.getByRole("button", { name: "Sprawdź plik" }).click();
    await page.getByRole("button", { name: /^Importuj/ }).click({ timeout: LARGE * 2 + 40_000 });
    await page.getByText("Możesz przejść dalej albo zamknąć tę stronę").waitFor();
    const address = page.url();
    await page.close();
    const other = await open("pl-PL");
    await other.goto(address);
    await other.getByText(/duży\.csv/).waitFor();
    await other.getByText("Plik duży.csv został zaimportowany:").waitFor({ timeout: LARGE * 2 + 40_000 });
    await other.getByRole("link", { name: "Podsumowanie" }).click();
    await other.getByText("Kampania nie ma treści. Napisz ją.").waitFor();
    expect(await faults(other)).toEqual([]);
    await other.getByRole("link", { name: "Przejdź do kroku Treść" }).click();
    await other.getByRole("heading", { name: "Treść wiadomości" }).waitFor();
  });
});
