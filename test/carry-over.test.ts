import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { carryOverBars, carryOverHandOvers } from "../src/storage/carry-over.ts";
import { suppress, suppressions } from "../src/storage/leads.ts";
import { addLeads, changeMailboxRules, changeSettings, setCampaignMailboxes } from "../src/storage/registry.ts";
import { campaignFacts } from "../src/storage/campaigns.ts";
import { backUpSqlite } from "../src/storage/sqlite-backup.ts";
import { loadDriver } from "../src/storage/sqlite-file.ts";
import { decideUnconfirmed } from "../src/storage/unconfirmed.ts";
import { openSqliteFile } from "./contract/sqlite-file.ts";
import { type Ending, StoreWorld } from "./contract/store-world.ts";
import { addresses } from "./engine-world.ts";
import { expectVerified } from "./verified.ts";

let folder: string;
/** The database that is replaced. */
let world: StoreWorld;
/** The backup, opened. */
let restored: StoreWorld;
let campaignId: number;
let anna: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "goniec-carry-over-"));
  world = await StoreWorld.open(() => openSqliteFile(mkdtempSync(join(folder, "present-"))));
  anna = await world.mailbox("anna@acme.test", 5);
  campaignId = await world.campaign("spring", 5, anna, { perDayMax: 5 });
});

afterEach(async (context) => {
  const failed = context.task.result?.state === "fail";
  await world.under.close(failed);
  await restored.under.close(failed);
  if (!failed) rmSync(folder, { recursive: true, force: true });
});

async function backUp(): Promise<void> {
  const place = mkdtempSync(join(folder, "backup-"));
  const record = { madeAt: world.now, version: "0" };
  const order = { from: world.under.place, to: join(place, "goniec.db"), record, onProgress: () => undefined };
  await backUpSqlite(await loadDriver(), { ...order, signal: new AbortController().signal });
  restored = await StoreWorld.open(() => openSqliteFile(place));
}

async function send(ending?: Ending): Promise<void> {
  world.under.clock.advance(90_000);
  const email = await world.mustClaim(campaignId, "boot-1");
  await world.intent(email, "boot-1");
  if (ending !== undefined) await world.settle(email, "boot-1", ending);
}

const carryOver = () =>
  restored.write((trx) => carryOverHandOvers(world.one.reader, trx, { actor: "command line", now: world.now }));

const ledger = async (): Promise<string[]> => {
  const rows = await restored.one.reader.selectFrom("SendLog").select(["toAddress", "state"]).orderBy("id").execute();
  return rows.map(({ toAddress, state }) => `${toAddress} ${state}`);
};

describe("what only the replaced database knows", () => {
  it("stands in the restored one as if it had been sent from there: ledger, leads, limits, pace; and once, also when carried twice", async () => {
    await send("sent");
    await backUp();
    await send("sent");
    await send("unknown");
    await send("refused");
    expect(await carryOver()).toEqual([
      { campaign: "spring", handOvers: 2, kept: 2, addresses: ["lead-2@example.test", "lead-3@example.test"] },
    ]);
    await expectVerified(restored.one.reader);
    expect(await restored.counts(campaignId)).toMatchObject({ sent: 2, unconfirmed: 1, planned: 2 });
    expect(await restored.usage()).toEqual(await world.usage());
    const [then, now] = await Promise.all([world, restored].map(({ one }) => campaignFacts(one.reader, campaignId, world.now)));
    expect(now?.campaign.paceIndex).toBe(then?.campaign.paceIndex);
    expect(now?.mailboxes[0]?.lastUsedAt).toBe(world.now - 90_000);
    expect(await carryOver()).toEqual([]);
    await expectVerified(restored.one.reader);
  });

  it("settles a mail that the backup found on its way: in a worker's hands, or past its intent", async () => {
    await world.campaign("other", 1, anna);
    world.under.clock.advance(90_000);
    const early = await world.mustClaim(campaignId, "boot-1");
    const late = await world.mustClaim(campaignId, "boot-1");
    await world.intent(early, "boot-1");
    await backUp();
    await world.settle(early, "boot-1", "sent");
    await world.intent(late, "boot-1");
    await world.settle(late, "boot-1", "sent");
    expect(await carryOver()).toMatchObject([{ handOvers: 1, addresses: ["lead-2@example.test"] }]);
    expect(await ledger()).toEqual(["lead-1@example.test sent", "lead-2@example.test sent"]);
    await expectVerified(restored.one.reader);
  });

  it("calls a mail unconfirmed whose answer the replaced database never got", async () => {
    await backUp();
    await send();
    await carryOver();
    expect(await ledger()).toEqual(["lead-1@example.test unconfirmed"]);
    await expectVerified(restored.one.reader);
  });

  it("takes a person's word since the backup: an unconfirmed mail was sent after all", async () => {
    await send("unknown");
    await backUp();
    const { id } = await world.one.reader
      .selectFrom("CampaignEmailQueue")
      .select("id")
      .where("state", "=", "unconfirmed")
      .executeTakeFirstOrThrow();
    await world.write((trx, now) => decideUnconfirmed(trx, id, "mark-sent", "anna", now));
    expect(await carryOver()).toEqual([]);
    expect(await restored.counts(campaignId)).toMatchObject({ sent: 1, unconfirmed: 0 });
    await expectVerified(restored.one.reader);
  });

  it("brings leads and mailboxes along that were entered since, the mailbox switched off", async () => {
    await backUp();
    const jan = await world.mailbox("jan@acme.test");
    await world.write((trx, now) => setCampaignMailboxes(trx, campaignId, [jan], now));
    await world.write((trx, now) => addLeads(trx, campaignId, addresses(1, 9), now));
    await world.transaction(async (tx) => {
      const add = (await tx.waitingLeads(campaignId, 9)).map((lead) => ({
        lead,
        at: world.now - 1,
        mailboxId: jan,
        cause: "start",
      }));
      await tx.changePlan(campaignId, { anew: false, add, move: [], withdraw: [] }, world.now);
    });
    await send("sent");
    expect(await carryOver()).toMatchObject([{ kept: 1, addresses: ["lead-9@example.test"] }]);
    const mailboxes = await restored.one.reader.selectFrom("Mailbox").select(["address", "active"]).orderBy("id").execute();
    expect(mailboxes).toEqual([
      { address: "anna@acme.test", active: 1 },
      { address: "jan@acme.test", active: 0 },
    ]);
    expect(await restored.counts(campaignId)).toMatchObject({ sent: 1, planned: 5 });
    await expectVerified(restored.one.reader);
  });

  it("is not judged by limits that the restored settings have, and those of that day did not", async () => {
    const facts = await world.write((trx, now) => campaignFacts(trx, campaignId, now));
    await world.write(async (trx, now) => {
      await changeSettings(trx, campaignId, { ...facts?.campaign, perDayMax: 1 } as never, "anna", now);
      await changeMailboxRules(trx, anna, { perDayMax: 1 }, "anna", now);
    });
    world.under.clock.advance(1);
    await backUp();
    await world.write(async (trx, now) => {
      await changeSettings(trx, campaignId, { ...facts?.campaign, perDayMax: 5 } as never, "anna", now);
      await changeMailboxRules(trx, anna, { perDayMax: 5 }, "anna", now);
    });
    for (let mail = 0; mail < 3; mail += 1) await send("sent");
    expect(await carryOver()).toMatchObject([{ kept: 3 }]);
    await expectVerified(restored.one.reader);
  });

  it("is not taken for another mail of the same number, as after an earlier restore", async () => {
    await backUp();
    await send("sent");
    restored.under.clock.advance(90_000);
    const [, other] = await restored.transaction((tx) => tx.nextEmails(campaignId, restored.now, 2));
    if (other === undefined) throw new Error("no second mail");
    const claimed = await restored.claim(other, "boot-2");
    if (claimed === undefined) throw new Error("not claimed");
    await restored.intent(claimed, "boot-2");
    await restored.settle(claimed, "boot-2", "sent");
    expect(await carryOver()).toMatchObject([{ kept: 1, addresses: ["lead-1@example.test"] }]);
    expect(await ledger()).toEqual(["lead-2@example.test sent", "lead-1@example.test sent"]);
    await expectVerified(restored.one.reader);
  });

  it("bars whoever was suppressed, blocked or put on hold since", async () => {
    await backUp();
    await world.write((trx, now) => suppress(trx, "lead-1@example.test", "unsubscribed", "link", now));
    await world.write((trx) =>
      trx.updateTable("Lead").set({ status: "BLOCKED" }).where("address", "=", "lead-2@example.test").execute(),
    );
    expect(await restored.write((trx) => carryOverBars(world.one.reader, trx))).toBe(2);
    expect(await suppressions(restored.one.reader)).toMatchObject([{ address: "lead-1@example.test", reason: "unsubscribed" }]);
    expect(await restored.counts(campaignId)).toMatchObject({ skipped: 1, planned: 4 });
    expect((await restored.next(campaignId)).leadBar).toMatchObject({ why: "blocked" });
  });
});
