import { sql, type Transaction } from "kysely";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { CAMPAIGN_DEFAULTS } from "../../src/domain/campaign.ts";
import { loadHolidays } from "../../src/domain/holidays.ts";
import { suppress } from "../../src/storage/leads.ts";
import { addLeads, changeSettings, createCampaign } from "../../src/storage/registry.ts";
import { campaignReports } from "../../src/storage/reports.ts";
import type { Database } from "../../src/storage/schema.ts";
import { decideUnconfirmed } from "../../src/storage/unconfirmed.ts";
import { verify, verifySnapshot } from "../../src/storage/verify.ts";
import { addresses } from "../engine-world.ts";
import { type DamagedWorld, damagedPostgres, damagedSqlite } from "./damaged-world.ts";
import { DAMAGES, type Damage, SQLITE_DAMAGES } from "./damages.ts";

const HOUR = 3_600_000;

// Read from disk once, because the virtual clock does not wait for files.
beforeAll(() => loadHolidays(["PL"]));

describeVerify("SQLite", () => damagedSqlite(), [...DAMAGES, ...SQLITE_DAMAGES]);
describeVerify("PostgreSQL", () => damagedPostgres(inject("postgresUrl")), DAMAGES);

function describeVerify(name: string, open: () => Promise<DamagedWorld>, damages: readonly Damage[]): void {
  describe(`verify on ${name}`, () => {
    let world: DamagedWorld;

    beforeAll(async () => {
      world = await open();
    });

    afterAll(() => world.close());

    const broken = (...statements: string[]) =>
      world.undone(async (trx) => {
        for (const statement of statements) await sql.raw(statement).execute(trx);
        return verifySnapshot(trx);
      });

    it("finds nothing in a campaign with a lead in every state, and counts what it looked at", async () => {
      const [report] = await campaignReports(world.reader, world.campaignId);
      const counts = { waiting: 1, planned: 2, sending: 1, retrying: 0, sent: 4, failed: 1, skipped: 0, unconfirmed: 1 };
      expect(report?.counts).toEqual(counts);
      expect(await verify(world.reader)).toEqual({ campaigns: 1, leads: 10, handOvers: 5, findings: [] });
    });

    it("finds nothing after settings were changed, an unconfirmed mail was decided, and a lead was suppressed", async () => {
      const { findings } = await world.undone(async (trx) => {
        await changeMuch(trx, world);
        return verifySnapshot(trx);
      });
      expect(findings).toEqual([]);
    });

    it.each(damages)("names %s", async (_what, invariant, statements, text) => {
      const { findings } = await broken(...statements);
      expect(findings.filter((finding) => finding.invariant === invariant).map((finding) => finding.text)).toContainEqual(
        expect.stringMatching(text),
      );
    });

    it("lists a bounded number of findings of a kind", async () => {
      const { findings } = await world.undone(async (trx) => {
        const autumn = await createCampaign(trx, "autumn", CAMPAIGN_DEFAULTS, 42, "test", world.now);
        await addLeads(trx, autumn, addresses(150), world.now);
        await trx.updateTable("CampaignLead").set({ state: "sent" }).where("state", "=", "waiting").execute();
        return verifySnapshot(trx);
      });
      const states = findings.filter((finding) => finding.invariant === "states");
      expect(states).toHaveLength(101);
      expect(states.at(-1)?.text).toBe("there are more of this kind; the first 100 are listed");
    });

    it("reads a snapshot and leaves the database open for writers", async () => {
      await verify(world.reader);
      await world.write((trx) => suppress(trx, "x@example.test", "asked to", "test", world.now));
      expect((await verify(world.reader)).findings).toEqual([]);
    });
  });
}

async function changeMuch(trx: Transaction<Database>, { campaignId, now }: DamagedWorld): Promise<void> {
  const settings = {
    ...CAMPAIGN_DEFAULTS,
    delayMs: 600_000,
    perDayMax: 1,
    windows: [{ days: ["sun"] as const, fromMinute: 0, toMinute: 60 }],
    zone: "Asia/Kolkata",
    startAt: now + HOUR,
  };
  await changeSettings(trx, campaignId, settings, "test", now);
  const [row] = await trx.selectFrom("CampaignEmailQueue").select("id").where("state", "=", "unconfirmed").execute();
  expect((await decideUnconfirmed(trx, row?.id ?? 0, "send-again", "test", now)).ok).toBe(true);
  await suppress(trx, "lead-1@example.test", "asked to", "test", now);
  await suppress(trx, "lead-8@example.test", "asked to", "test", now);
}
