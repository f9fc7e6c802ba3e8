import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readOldDatabase } from "../../src/legacy/old-database.ts";
import type { OldPicture } from "../../src/legacy/old-picture.ts";
import { loadDriver } from "../../src/storage/sqlite-file.ts";
import {
  type BuiltCampaign,
  buildOldDatabase,
  LAST_SENT_AT,
  type OldContents,
  OldDatabase,
  type OldDatabaseShape,
} from "./old-database-builder.ts";
import { READABLE_DATES } from "./old-dates.ts";

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "goniec-old-"));
});
afterAll(() => rm(folder, { recursive: true }));

const READING = { now: LAST_SENT_AT + 60_000, zone: "Europe/Warsaw", busyWaitMs: 50 };

function newPath(): string {
  files += 1;
  return join(folder, `${files}.db`);
}

async function pictureOf(path: string): Promise<OldPicture> {
  const picture = await readOldDatabase(path, READING);
  if (!picture.ok) throw new Error(picture.error.message);
  return picture.value;
}

/** A database filled by hand. */
async function filled(fill: (database: OldDatabase) => void, shape?: OldDatabaseShape): Promise<OldPicture> {
  const database = await OldDatabase.create(newPath(), shape);
  database.together(() => fill(database));
  database.close();
  return pictureOf(database.path);
}

async function built(contents: OldContents): Promise<{ campaign: BuiltCampaign; picture: OldPicture; password: string }> {
  const { path, campaigns, password } = await buildOldDatabase(newPath(), contents);
  const [campaign] = campaigns;
  if (campaign === undefined) throw new Error("no campaign was built");
  return { campaign, picture: await pictureOf(path), password };
}

const problemOf = async (path: string): Promise<string> => {
  const read = await readOldDatabase(path, READING);
  return read.ok ? "" : read.error.message;
};

const kinds = ({ remarks }: OldPicture): string[] => remarks.map(({ kind }) => kind);
const mails = ({ handOvers }: OldPicture): string[] => handOvers.map(({ key, address, state }) => `${key} ${address} ${state}`);

const WHOLE = { leads: 40, sent: 20, duplicates: 2, sending: 3, forgotten: 2, testMails: 2, blocked: 10 };

describe("an older sender's database", () => {
  it.each([
    { generation: 1, ids: "integer" },
    { generation: 2, ids: "text", journal: "wal" },
    { generation: 3, ids: "integer", dates: "mixed" },
    { generation: 3, ids: "text" },
    ...READABLE_DATES.map((dates) => ({ dates })),
  ] as const satisfies OldDatabaseShape[])("tells of every lead where it stands: %j", async (shape) => {
    const { campaign, picture } = await built({ ...WHOLE, ...shape });
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
    const { picture } = await built({ leads: 1 });
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
    const { picture, password } = await built(WHOLE);
    expect(picture.mailboxes).toMatchObject([{ address: "anna@acme.test", security: "starttls", perDayMax: 500, password }]);
    expect(JSON.stringify({ ...picture, mailboxes: [] })).not.toContain(password);
  });

  it("is not changed by being read", async () => {
    const { path } = await buildOldDatabase(newPath(), WHOLE);
    const before = await readFile(path);
    await pictureOf(path);
    expect((await readFile(path)).equals(before)).toBe(true);
  });

  it("says what its generation lacks", async () => {
    const missing = async (generation: 1 | 3) => {
      const { remarks } = await filled((database) => database.insert("Campaign", { name: "One" }), { generation });
      return remarks.find(({ kind }) => kind === "missing-columns")?.examples;
    };
    expect(await missing(1)).toEqual(["Lead.subStatus", "Lead.blockedCampaigns", "SendLog.toEmail", "CampaignEmailQueue"]);
    expect(await missing(3)).toBeUndefined();
  });

  it("asks when a scheduled campaign was to start, because its letter Z may mean local time", async () => {
    const scheduledAt = "2026-03-12T09:00:00.000Z";
    const { picture } = await built({ leads: 1, status: "SCHEDULED", campaign: { scheduledAt } });
    expect(picture.campaigns).toMatchObject([{ status: "DRAFT", settings: { startAt: Date.parse(scheduledAt) } }]);
    expect(picture.campaigns[0]?.questions).toEqual([
      "It was scheduled; it comes in as a draft. Was its start meant as Thu 2026-03-12 10:00:00 in Europe/Warsaw, which is taken, or as 2026-03-12 09:00 on the clock there?",
    ]);
  });

  it("has campaigns of one name told apart, and none without one", async () => {
    const { campaigns } = await filled((database) => {
      for (const name of ["Spring", "spring", "", "a\nb", "x".repeat(300)]) database.insert("Campaign", { name });
    });
    expect(campaigns.map(({ name }) => name)).toEqual(["Spring (1)", "spring (2)", "campaign 3", "a b", "x".repeat(120)]);
  });
});

describe("mails in an older sender's database", () => {
  const mailsOf = (fill: (database: OldDatabase, insert: OldDatabase["insert"]) => void) =>
    filled((database) => {
      database.insert("Campaign", { name: "One" });
      for (const name of ["a", "b", "c"]) database.insert("Lead", { email: `${name}@acme.test` });
      fill(database, (table, values) => database.insert(table, { campaignId: 1, ...values }));
    });
  const SENT = { status: "sent", subject: "S", createdAt: LAST_SENT_AT };

  it("are one where log, place and queue tell of the same", async () => {
    const picture = await mailsOf((_, insert) => {
      insert("CampaignLead", { leadId: 1, status: "sent", sentAt: LAST_SENT_AT });
      insert("CampaignEmailQueue", { campaignLeadId: 1, status: "sent", scheduledAt: 0 });
      insert("SendLog", { ...SENT, leadId: 1, mailboxId: 7, messageId: "<x@acme.test>", createdAt: LAST_SENT_AT + 1 });
    });
    expect(picture.handOvers).toEqual([
      {
        key: "log:1",
        campaignKey: "1",
        leadKey: "1",
        address: "a@acme.test",
        state: "sent",
        at: LAST_SENT_AT + 1,
        mailboxKey: "7",
        rfcMessageId: "<x@acme.test>",
      },
    ]);
  });

  it.each([
    ["CampaignLead", { leadId: 1, status: "replied" }],
    ["CampaignLead", { leadId: 1, status: "INTERESTED" }],
    ["CampaignLead", { leadId: 1, status: "planned", sentAt: LAST_SENT_AT }],
    ["SendLog", { ...SENT, leadId: 1, status: "SENT" }],
  ])("have left where one of them says so: %s %j", async (table, values) => {
    expect((await mailsOf((_, insert) => insert(table, values))).handOvers).toMatchObject([
      { address: "a@acme.test", state: "sent" },
    ]);
  });

  it("have left where the queue says so alone, and even where the place is still under way", async () => {
    const picture = await mailsOf((_, insert) => {
      insert("CampaignLead", { leadId: 1, status: "planned" });
      insert("CampaignLead", { leadId: 2, status: "sending" });
      for (const campaignLeadId of [1, 2]) insert("CampaignEmailQueue", { campaignLeadId, status: "sent", scheduledAt: 0 });
    });
    expect(mails(picture)).toEqual(["queue:1 a@acme.test sent", "queue:2 b@acme.test sent"]);
  });

  it("have not left by what is planned, queued, failed or a test", async () => {
    const picture = await mailsOf((_, insert) => {
      insert("CampaignLead", { leadId: 1, status: "queued" });
      for (const status of ["pending", "failed", "cancelled"])
        insert("CampaignEmailQueue", { campaignLeadId: 1, status, scheduledAt: 0 });
      for (const status of ["queued", "error"]) insert("SendLog", { ...SENT, leadId: 1, status });
      insert("SendLog", { ...SENT, leadId: 2, subject: "[TEST A] S" });
    });
    expect(picture.handOvers).toEqual([]);
    expect(picture.remarks).toMatchObject([{ kind: "unclear", examples: ["a@acme.test in campaign 1"] }]);
  });

  it("may have left where a row is under way without the log, or has a status that nobody knows", async () => {
    const picture = await mailsOf((_, insert) => {
      insert("CampaignLead", { leadId: 1, status: "sending" });
      insert("SendLog", { ...SENT, leadId: 2, status: "teleported" });
      insert("CampaignLead", { leadId: 3, status: "planned" });
      insert("CampaignEmailQueue", { campaignLeadId: 2, status: "sending", scheduledAt: 0 });
    });
    expect(mails(picture).toSorted()).toEqual([
      "log:1 b@acme.test unconfirmed",
      "place:1 a@acme.test unconfirmed",
      "queue:1 c@acme.test unconfirmed",
    ]);
    expect(kinds(picture)).toEqual(["unconfirmed", "unconfirmed"]);
  });

  it("to leads that were deleted count by the address, and are the lead's that was entered again", async () => {
    const picture = await mailsOf((_, insert) => {
      for (const [leadId, toEmail] of [
        [null, "Gone@Acme.test"],
        [null, "a@acme.test"],
        [99, "dangling@acme.test"],
        [null, null],
      ])
        insert("SendLog", { ...SENT, leadId, toEmail });
      insert("SendLog", { ...SENT, leadId: 1, campaignId: 99 });
    });
    expect(picture.handOvers.map(({ address, leadKey }) => [address, leadKey])).toEqual([
      ["gone@acme.test", undefined],
      ["a@acme.test", "1"],
      ["dangling@acme.test", undefined],
    ]);
    expect(picture.remarks.map(({ kind, count }) => [kind, count])).toEqual([
      ["forgotten-leads", 3],
      ["skipped-rows", 1],
      ["skipped-rows", 1],
    ]);
  });

  it("count without an instant where it cannot be read, which is told", async () => {
    const picture = await mailsOf((_, insert) => {
      insert("SendLog", { ...SENT, leadId: 1, createdAt: LAST_SENT_AT / 1_000 });
      insert("SendLog", { ...SENT, leadId: 2, createdAt: "9223372036854775807" });
    });
    expect(picture.handOvers.map(({ at }) => at)).toEqual([undefined, undefined]);
    expect(picture.remarks).toMatchObject([{ kind: "refused-dates", count: 2 }]);
  });

  it("to one person under two spellings are duplicates of one lead", async () => {
    const picture = await mailsOf((database, insert) => {
      database.insert("Lead", { email: "A@ACME.test", isBlocked: 1, company: "Acme" });
      for (const leadId of [1, 4]) {
        insert("CampaignLead", { leadId, status: "sent" });
        insert("SendLog", { ...SENT, leadId });
      }
    });
    expect(mails(picture)).toEqual(["log:1 a@acme.test sent", "log:2 a@acme.test sent"]);
    expect(picture.leads[0]).toMatchObject({ keys: ["1", "4"], standing: "BLOCKED", fields: { company: "Acme" } });
    expect(picture.places).toHaveLength(1);
    expect(kinds(picture).toSorted()).toEqual(["duplicates", "merged-leads"]);
  });
});

describe("places in an older sender's database", () => {
  it("are in the order in which it would have gone on", async () => {
    const { places } = await filled((database) => {
      database.insert("Campaign", { name: "One" });
      for (let lead = 1; lead <= 4; lead += 1) database.insert("Lead", { email: `${lead}@acme.test` });
      const place = (leadId: number, priority: number, createdAt: number | string) =>
        database.insert("CampaignLead", { campaignId: 1, leadId, priority, createdAt });
      place(1, 2, LAST_SENT_AT);
      place(2, 1, LAST_SENT_AT + 1);
      place(3, 1, new Date(LAST_SENT_AT).toISOString());
      place(4, 1, LAST_SENT_AT + 1);
    });
    expect(places.map(({ leadKey }) => leadKey)).toEqual(["3", "2", "4", "1"]);
  });

  it("are barred by a block in this campaign, by no greeting, or by a word of their own; tests and unusable addresses have none", async () => {
    const picture = await filled((database) => {
      for (const name of ["One", "Two"]) database.insert("Campaign", { name });
      const leads = [
        { blockedCampaigns: "[1]" },
        { blockedCampaigns: '["2"]' },
        { blockedCampaigns: "?!" },
        { status: "NO_GREETING" },
        { status: "TEST" },
        { email: "no address" },
        {},
      ];
      for (const [index, lead] of leads.entries()) database.insert("Lead", { email: `${index + 1}@acme.test`, ...lead });
      for (let leadId = 1; leadId <= 7; leadId += 1)
        database.insert("CampaignLead", { campaignId: 1, leadId, status: leadId === 7 ? "unsubscribed" : "planned" });
    });
    expect(picture.places.map(({ leadKey, barred }) => [leadKey, barred])).toEqual([
      ["1", "blocked in this campaign"],
      ["2", undefined],
      ["3", "blocked in this campaign"],
      ["4", "no greeting"],
      ["7", "its status in the older sender is unsubscribed"],
    ]);
    expect(kinds(picture)).toEqual(["unclear", "invalid-addresses", "skipped-rows"]);
  });
});

describe("mailboxes in an older sender's database", () => {
  it("are those of the campaign's salesperson, in their order, with the security that their port means", async () => {
    const { campaigns, mailboxes } = await filled((database) => {
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
    expect(seen.toSorted()).toEqual([
      ["first", "Biuro", "tls", false],
      ["late", "Anna", "tls", true],
      ["local", undefined, "none", false],
      ["other", "Jan", "starttls", true],
    ]);
  });
});

describe("a file that is no such database", () => {
  it("is refused with what it is", async () => {
    const path = newPath();
    expect(await problemOf(path)).toBe("does not exist");
    await writeFile(path, "");
    expect(await problemOf(path)).toBe("is empty");
    await writeFile(path, "email;campaign\n");
    expect(await problemOf(path)).toBe("is not a SQLite database");
    await writeFile(path, `SQLite format 3\0${"x".repeat(2_000)}`);
    expect(await problemOf(path)).toMatch(/^is damaged or encrypted/);
    const directory = newPath();
    await mkdir(directory);
    expect(await problemOf(directory)).toBe("is a directory");
  });

  it("is refused with the tables that it has", async () => {
    const path = newPath();
    const file = (await loadDriver())(path, {});
    file.exec("CREATE TABLE Customer (id INTEGER); CREATE TABLE Invoice (id INTEGER)");
    file.close();
    expect(await problemOf(path)).toBe("is no older sender's database: it has no table Campaign, but Customer, Invoice");
  });

  it("is refused while another process holds it", async () => {
    const { path } = await buildOldDatabase(newPath());
    const other = (await loadDriver())(path, {});
    other.exec("BEGIN EXCLUSIVE");
    expect(await problemOf(path)).toContain("locked by another process");
    other.exec("ROLLBACK");
    other.close();
    expect(await problemOf(path)).toBe("");
  });
});

describe("a database with 50,000 leads", () => {
  it("is read whole", async () => {
    const { picture } = await built({ leads: 50_000, sent: 40_000 });
    expect(picture.handOvers).toHaveLength(40_000);
    expect(picture.places).toHaveLength(50_000);
  });
});
