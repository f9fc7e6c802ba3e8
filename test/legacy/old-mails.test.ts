import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OldPicture } from "../../src/legacy/old-picture.ts";
import { LAST_SENT_AT, type OldDatabase } from "./old-database-builder.ts";
import { kinds, OldFiles } from "./old-files.ts";

let old: OldFiles;
beforeAll(async () => {
  old = await OldFiles.open();
});
afterAll(() => old.close());

const mails = ({ handOvers }: OldPicture): string[] => handOvers.map(({ key, address, state }) => `${key} ${address} ${state}`);

describe("mails in an older sender's database", () => {
  const mailsOf = (fill: (database: OldDatabase, insert: OldDatabase["insert"]) => void) =>
    old.filled((database) => {
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
    const { places } = await old.filled((database) => {
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
    const picture = await old.filled((database) => {
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
