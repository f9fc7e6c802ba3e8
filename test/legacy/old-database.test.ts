import { mkdir, readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadDriver } from "../../src/storage/sqlite-file.ts";
import { buildOldDatabase, LAST_SENT_AT, type OldDatabaseShape } from "./old-database-builder.ts";
import { READABLE_DATES } from "./old-dates.ts";
import { OldFiles } from "./old-files.ts";

let old: OldFiles;
beforeAll(async () => {
  old = await OldFiles.open();
});
afterAll(() => old.close());

const WHOLE = { leads: 40, sent: 20, duplicates: 2, sending: 3, forgotten: 2, testMails: 2, blocked: 10 };

describe("an older sender's database", () => {
  it.each([
    { generation: 1, ids: "integer" },
    { generation: 2, ids: "text", journal: "wal" },
    { generation: 3, ids: "integer", dates: "mixed" },
    { generation: 3, ids: "text" },
    ...READABLE_DATES.map((dates) => ({ dates })),
  ] as const satisfies OldDatabaseShape[])("tells of every lead where it stands: %j", async (shape) => {
    const { campaign, picture } = await old.built({ ...WHOLE, ...shape });
    const told = (state: string) => [
      ...new Set(picture.handOvers.filter((mail) => mail.state === state).map(({ address }) => address)),
    ];
    expect(told("sent").toSorted()).toEqual([...campaign.sent, ...campaign.forgotten].toSorted());
    expect(told("unconfirmed").toSorted()).toEqual(campaign.unconfirmed.toSorted());
    expect(picture.handOvers).toHaveLength(20 + 2 + 3 + campaign.forgotten.length);
    expect(picture.handOvers.at(-1)?.at).toBe(LAST_SENT_AT);
    const standing = new Map(picture.leads.map((lead) => [lead.keys[0], lead]));
    const placed = picture.places.map(({ leadKey }) => standing.get(leadKey));
    const blocked = placed.filter((lead) => lead?.standing === "BLOCKED").map((lead) => lead?.address);
    expect(blocked).toEqual(campaign.blocked);
    expect(placed.map((lead) => lead?.address).slice(-campaign.open.length)).toEqual(campaign.open);
  });

  it("tells the settings of a campaign, which comes in paused", async () => {
    const { picture } = await old.built({ leads: 1 });
    expect(picture.campaigns).toEqual([
      {
        key: "1",
        name: "Older 1",
        oldStatus: "IN_PROGRESS",
        status: "PAUSED",
        message: { subject: "Praca w Acme", text: "{{ greeting }}\n\nSzukamy ludzi." },
        settings: {
          delayMs: 90_000,
          perDayMax: 500,
          windows: [{ days: ["mon", "tue", "wed", "thu", "fri"], fromMinute: 540, toMinute: 900 }],
          holidays: ["PL"],
        },
        mailboxKeys: ["1"],
        createdAt: LAST_SENT_AT - 30 * 86_400_000,
        questions: [],
      },
    ]);
    expect(picture.remarks).toEqual([]);
  });

  it("keeps the password for the mailbox alone", async () => {
    const { picture, password } = await old.built(WHOLE);
    expect(picture.mailboxes).toMatchObject([{ address: "anna@acme.test", security: "starttls", perDayMax: 500, password }]);
    expect(JSON.stringify({ ...picture, mailboxes: [] })).not.toContain(password);
  });

  it("is not changed by being read", async () => {
    const { path } = await buildOldDatabase(old.newPath(), WHOLE);
    const before = await readFile(path);
    await old.picture(path);
    expect((await readFile(path)).equals(before)).toBe(true);
  });

  it("says what its generation lacks", async () => {
    const missing = async (generation: 1 | 3) => {
      const { remarks } = await old.filled((database) => database.insert("Campaign", { name: "One" }), { generation });
      return remarks.find(({ kind }) => kind === "missing-columns")?.examples;
    };
    expect(await missing(1)).toEqual(["Lead.subStatus", "Lead.blockedCampaigns", "CampaignEmailQueue", "SendLog.toEmail"]);
    expect(await missing(3)).toBeUndefined();
  });

  it("asks when a scheduled campaign was to start, because its letter Z may mean local time", async () => {
    const scheduledAt = "2026-03-12T09:00:00.000Z";
    const { picture } = await old.built({ leads: 1, status: "SCHEDULED", campaign: { scheduledAt } });
    expect(picture.campaigns).toMatchObject([{ status: "DRAFT", settings: { startAt: Date.parse(scheduledAt) } }]);
    expect(picture.campaigns[0]?.questions).toEqual([
      "It was scheduled; it comes in as a draft. Was its start meant as Thu 2026-03-12 10:00:00 in Europe/Warsaw, which is taken, or as 2026-03-12 09:00 on the clock there?",
    ]);
  });

  it("asks about open leads without a greeting, and about mails whose dates cannot be read", async () => {
    const { campaigns } = await old.filled((database) => {
      database.insert("Campaign", { name: "One", subject: "S", text: "T" });
      for (const [index, greetingForm] of ["Hi", null, null].entries())
        database.insert("Lead", { email: `${index}@acme.test`, greetingForm });
      for (let leadId = 1; leadId <= 3; leadId += 1) database.insert("CampaignLead", { campaignId: 1, leadId });
      database.insert("SendLog", { campaignId: 1, leadId: 3, status: "sent", createdAt: LAST_SENT_AT / 1_000 });
    });
    expect(campaigns[0]?.questions).toEqual([
      "It has no mailbox that can be taken over; give it one before it is resumed.",
      "1 of its open leads have no greeting, and get no mail until they have one.",
      "The dates of 1 of its mails cannot be read, so today's limits may not know them all.",
    ]);
  });

  it("names the days off that no public calendar has", async () => {
    const { remarks } = await old.filled((database) => {
      database.insert("Campaign", { name: "One" });
      for (const [date, name] of [
        ["2026-05-01", "Święto Pracy"],
        ["2026-05-04T00:00:00.000Z", "Day off"],
        ["2025-05-05", "Past"],
      ])
        database.insert("Holiday", { date, name });
    });
    expect(remarks.find(({ kind }) => kind === "unclear")).toMatchObject({ count: 1, examples: ["2026-05-04 Day off"] });
  });

  it("has campaigns of one name told apart, and none without one", async () => {
    const { campaigns } = await old.filled((database) => {
      for (const name of ["Spring", "spring", "", "a\nb", "x".repeat(300)]) database.insert("Campaign", { name });
    });
    expect(campaigns.map(({ name }) => name)).toEqual(["Spring (1)", "spring (2)", "campaign 3", "a b", "x".repeat(120)]);
  });
});

describe("mailboxes in an older sender's database", () => {
  it("are those of the campaign's salesperson, in their order, with the security that their port means", async () => {
    const { campaigns, mailboxes } = await old.filled((database) => {
      for (const name of ["Anna", "Jan"]) database.insert("VirtualSalesperson", { name });
      const mailbox = (values: Record<string, unknown>) =>
        database.insert("Mailbox", {
          smtpHost: "mx.acme.test",
          smtpUser: "u",
          smtpPass: "p",
          virtualSalespersonId: 1,
          ...values,
        });
      mailbox({ email: "late@acme.test", priority: 2, smtpPort: 465 });
      mailbox({ email: "first@acme.test", priority: 1, smtpPort: 2525, smtpSecure: 1, isActive: 0, displayName: "Biuro" });
      mailbox({ email: "other@acme.test", virtualSalespersonId: 2, smtpSecure: 1 });
      mailbox({
        email: "local@acme.test",
        virtualSalespersonId: null,
        smtpHost: "127.0.0.1",
        smtpPort: 1025,
        dailyEmailLimit: 0,
      });
      database.insert("Campaign", { name: "One", virtualSalespersonId: 1 });
      database.insert("Campaign", { name: "Two" });
    });
    expect(campaigns.map(({ mailboxKeys }) => mailboxKeys)).toEqual([["2", "1"], []]);
    expect(campaigns[1]?.questions.join(" ")).toContain("It has no mailbox");
    const seen = mailboxes.map(({ address, name, security, active }) => [address.split("@")[0], name, security, active]);
    expect(seen.toSorted((a, b) => String(a[0]).localeCompare(String(b[0])))).toEqual([
      ["first", "Biuro", "tls", false],
      ["late", "Anna", "tls", true],
      ["local", undefined, "none", false],
      ["other", "Jan", "starttls", true],
    ]);
  });
});

describe("a file that is no such database", () => {
  it("is refused with what it is", async () => {
    const path = old.newPath();
    expect(await old.problem(path)).toBe("does not exist");
    await writeFile(path, "");
    expect(await old.problem(path)).toBe("is empty");
    await writeFile(path, "email;campaign\n");
    expect(await old.problem(path)).toBe("is not a SQLite database");
    await writeFile(path, `SQLite format 3\0${"x".repeat(2_000)}`);
    expect(await old.problem(path)).toMatch(/^is damaged or encrypted/);
    const directory = old.newPath();
    await mkdir(directory);
    expect(await old.problem(directory)).toBe("is a directory");
  });

  it("is refused with the tables that it has", async () => {
    const path = old.newPath();
    const file = (await loadDriver())(path, {});
    file.exec("CREATE TABLE Customer (id INTEGER); CREATE TABLE Invoice (id INTEGER)");
    file.close();
    expect(await old.problem(path)).toBe("is no older sender's database: it has no table Campaign, but Customer, Invoice");
  });

  it("is refused while another process holds it", async () => {
    const { path } = await buildOldDatabase(old.newPath());
    const other = (await loadDriver())(path, {});
    other.exec("BEGIN EXCLUSIVE");
    expect(await old.problem(path)).toContain("locked by another process");
    other.exec("ROLLBACK");
    other.close();
    expect(await old.problem(path)).toBe("");
  });
});

describe("a database with 50,000 leads", () => {
  it("is read whole", async () => {
    const { picture } = await old.built({ leads: 50_000, sent: 20_000 });
    expect(picture.handOvers).toHaveLength(20_000);
    expect(picture.places).toHaveLength(50_000);
  });
});
