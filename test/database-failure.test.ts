import { sql } from "kysely";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CrashWorld } from "./crash/crash-world.ts";
import { eventually } from "./eventually.ts";

let world: CrashWorld;

beforeEach(async () => {
  world = await CrashWorld.open();
});

afterEach(async () => {
  await world.close();
});

const breakDatabase = (when: string): Promise<unknown> =>
  world.app.write((trx) =>
    sql.raw(`CREATE TRIGGER "Broken" BEFORE ${when} BEGIN SELECT RAISE(FAIL, 'simulated disk failure'); END`).execute(trx),
  );
const repairDatabase = (): Promise<unknown> => world.app.write((trx) => sql.raw('DROP TRIGGER "Broken"').execute(trx));

it("a database that fails between accept and record causes no second delivery, and the outcomes are recorded once it works again", async () => {
  await world.campaign(6);
  await breakDatabase(`UPDATE ON "SendLog" WHEN NEW."state" = 'sent'`);
  const engine = await world.app.createEngine();
  engine.start();
  await eventually(() => world.server.deliveries.length === 3, "each mailbox has delivered one mail");
  // The mailboxes' sessions are held by mails whose outcome is not recorded, so nothing else can leave.
  await eventually(async () => (await world.report()).counts.sending === 3, "three outcomes wait to be recorded");
  await repairDatabase();
  await world.completed();
  expect(world.duplicates()).toEqual([]);
  expect((await world.report()).counts.sent).toBe(6);
  await engine.stop();
});

it("a database that does not take the intent stops the mail before its dot", async () => {
  await world.campaign(3);
  await breakDatabase(`INSERT ON "SendLog" WHEN NEW."state" = 'transmitting'`);
  const engine = await world.app.createEngine();
  engine.start();
  await eventually(async () => (await handedBack()) === 3, "the mails are handed back, to be tried again in a minute");
  await repairDatabase();
  expect(world.server.deliveries).toHaveLength(0);
  expect((await world.report()).counts).toMatchObject({ planned: 3, sent: 0 });
  await engine.stop();
});

async function handedBack(): Promise<number> {
  return (await world.app.reader.selectFrom("SendLog").select("id").where("outcome", "=", "withheld").execute()).length;
}
