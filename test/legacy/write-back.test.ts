import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeBack, writeBackStatements } from "../../src/legacy/write-back.ts";
import type { MailToTell } from "../../src/storage/mails-to-tell.ts";
import { loadDriver, type SqliteFile } from "../../src/storage/sqlite-file.ts";

const AT = Date.parse("2026-03-02T09:00:00Z");

let folder: string;
let path: string;
let file: SqliteFile;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "goniec-write-back-"));
  path = join(folder, "old.db");
  file = (await loadDriver())(path, {});
});

afterEach(() => {
  file.close();
  rmSync(folder, { recursive: true });
});

const mail = (id: number, leadKeys: readonly string[], changes: Partial<MailToTell> = {}): MailToTell => ({
  id,
  address: `lead-${id}@example.test`,
  at: AT + id,
  rfcMessageId: `<${id}@acme.test>`,
  subject: "Anna's offer",
  leadKeys,
  mailboxKey: "3",
  ...changes,
});

const rows = (sql: string): unknown[] => file.prepare(sql).all();

/** The newest generation: numbers for ids, a queue that names its lead. */
function newest(): void {
  file.exec(`
    CREATE TABLE "CampaignLead" ("id" INTEGER PRIMARY KEY, "campaignId" INTEGER, "leadId" INTEGER, "status" TEXT, "sentAt" DATETIME);
    CREATE TABLE "CampaignEmailQueue" ("id" INTEGER PRIMARY KEY, "campaignId" INTEGER, "leadId" INTEGER, "status" TEXT, "sentAt" DATETIME);
    CREATE TABLE "SendLog" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "campaignId" INTEGER, "leadId" INTEGER, "mailboxId" INTEGER, "toEmail" TEXT,
      "messageId" TEXT, "subject" TEXT NOT NULL, "status" TEXT NOT NULL, "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP);
    INSERT INTO "CampaignLead" VALUES (1, 7, 11, 'queued', NULL), (2, 7, 12, 'planned', NULL), (3, 8, 11, 'planned', NULL), (4, 7, 13, 'replied', 5);
    INSERT INTO "CampaignEmailQueue" VALUES (1, 7, 11, 'pending', NULL), (2, 8, 11, 'pending', NULL);
    INSERT INTO "SendLog" ("campaignId", "leadId", "subject", "status", "createdAt") VALUES (7, 13, 'x', 'SENT', 5);`);
}

describe("what is written into an older sender's database", () => {
  it("is a line of its log, the lead's place and its row of the queue, of that campaign alone", async () => {
    newest();
    expect(await writeBack(path, "7", [mail(1, ["11"]), mail(2, ["12"]), mail(3, ["13"])])).toEqual({
      ok: true,
      value: undefined,
    });
    expect(rows(`SELECT "id", "status", "sentAt" FROM "CampaignLead" ORDER BY "id"`)).toEqual([
      { id: 1, status: "sent", sentAt: AT + 1 },
      { id: 2, status: "sent", sentAt: AT + 2 },
      { id: 3, status: "planned", sentAt: null },
      { id: 4, status: "replied", sentAt: 5 },
    ]);
    expect(rows(`SELECT "id", "status", "sentAt" FROM "CampaignEmailQueue" ORDER BY "id"`)).toEqual([
      { id: 1, status: "sent", sentAt: AT + 1 },
      { id: 2, status: "pending", sentAt: null },
    ]);
    expect(
      rows(
        `SELECT "leadId", "mailboxId", "toEmail", "messageId", "subject", "status", "createdAt" FROM "SendLog" WHERE "id" > 1 ORDER BY "id"`,
      ),
    ).toEqual(
      [11, 12].map((leadId, index) => ({
        leadId,
        mailboxId: 3,
        toEmail: `lead-${index + 1}@example.test`,
        messageId: `<${index + 1}@acme.test>`,
        subject: "Anna's offer",
        status: "sent",
        createdAt: AT + index + 1,
      })),
    );
  });

  it("is the same when it is written twice", async () => {
    newest();
    const mails = [mail(1, ["11"]), mail(2, ["12"])];
    await writeBack(path, "7", mails);
    const once = ["CampaignLead", "CampaignEmailQueue", "SendLog"].map((table) => rows(`SELECT * FROM "${table}"`));
    await writeBack(path, "7", mails);
    expect(["CampaignLead", "CampaignEmailQueue", "SendLog"].map((table) => rows(`SELECT * FROM "${table}"`))).toEqual(once);
  });

  it("is what the script does", async () => {
    newest();
    const script = await writeBackStatements(path, "7", [mail(1, ["11"])]);
    if (!script.ok) throw new Error(script.error.message);
    expect(rows(`SELECT "status" FROM "CampaignLead" WHERE "id" = 1`)).toEqual([{ status: "queued" }]);
    file.exec(`${script.value.join(";\n")};\n`);
    expect(rows(`SELECT "status" FROM "CampaignLead" WHERE "id" = 1`)).toEqual([{ status: "sent" }]);
    expect(rows(`SELECT COUNT(*) AS n FROM "SendLog"`)).toEqual([{ n: 2 }]);
  });

  it("keeps to the columns of an older generation: texts for ids, no queue's lead, no log's address", async () => {
    file.exec(`
      CREATE TABLE "CampaignLead" ("id" TEXT PRIMARY KEY, "campaignId" TEXT, "leadId" TEXT, "status" TEXT);
      CREATE TABLE "CampaignEmailQueue" ("id" TEXT PRIMARY KEY, "campaignLeadId" TEXT, "status" TEXT);
      CREATE TABLE "SendLog" ("id" TEXT NOT NULL PRIMARY KEY, "campaignId" TEXT, "leadId" TEXT, "status" TEXT NOT NULL, "createdAt" DATETIME NOT NULL);
      INSERT INTO "CampaignLead" VALUES ('p1', '007', '0011', 'queued'), ('p2', '007', '0012', 'queued');
      INSERT INTO "CampaignEmailQueue" VALUES ('q1', 'p1', 'pending'), ('q2', 'p2', 'pending');`);
    await writeBack(path, "007", [mail(1, ["0011"])]);
    expect(rows(`SELECT "status" FROM "CampaignLead" ORDER BY "id"`)).toEqual([{ status: "sent" }, { status: "queued" }]);
    expect(rows(`SELECT "status" FROM "CampaignEmailQueue" ORDER BY "id"`)).toEqual([{ status: "sent" }, { status: "pending" }]);
    expect(rows(`SELECT * FROM "SendLog"`)).toEqual([
      { id: "goniec-1-0011", campaignId: "007", leadId: "0011", status: "sent", createdAt: AT + 1 },
    ]);
  });

  it("leaves the log alone where it wants what nobody knows, and still marks the lead", async () => {
    file.exec(`
      CREATE TABLE "CampaignLead" ("id" INTEGER PRIMARY KEY, "campaignId" INTEGER, "leadId" INTEGER, "status" TEXT);
      CREATE TABLE "SendLog" ("id" INTEGER PRIMARY KEY, "campaignId" INTEGER, "leadId" INTEGER, "status" TEXT, "trackingCode" TEXT NOT NULL);
      INSERT INTO "CampaignLead" VALUES (1, 7, 11, 'queued');`);
    await writeBack(path, "7", [mail(1, ["11"])]);
    expect(rows(`SELECT "status" FROM "CampaignLead"`)).toEqual([{ status: "sent" }]);
    expect(rows(`SELECT * FROM "SendLog"`)).toEqual([]);
  });

  it("is all or nothing, and lets go of the file", async () => {
    newest();
    file.exec(`CREATE TRIGGER "no" BEFORE UPDATE ON "CampaignEmailQueue" BEGIN SELECT RAISE(ABORT, 'not today'); END;`);
    expect(await writeBack(path, "7", [mail(1, ["11"])])).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining("not today") },
    });
    expect(rows(`SELECT "status" FROM "CampaignLead" WHERE "id" = 1`)).toEqual([{ status: "queued" }]);
    file.exec(`BEGIN IMMEDIATE; ROLLBACK`);
  });

  it("is said not to be when the file is locked or not there", async () => {
    newest();
    file.exec("BEGIN EXCLUSIVE");
    const busyMs = 1;
    expect(await writeBack(path, "7", [mail(1, ["11"])], busyMs)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining("locked") },
    });
    file.exec("ROLLBACK");
    const none = join(folder, "none.db");
    expect(await writeBack(none, "7", [mail(1, ["11"])])).toMatchObject({ ok: false });
    expect(existsSync(none)).toBe(false);
  });
});
