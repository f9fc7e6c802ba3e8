import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readOldDatabase } from "../../src/legacy/old-database.ts";
import { type AcceptingServer, startAcceptingServer } from "../servers/accepting-server.ts";
import { buildOldDatabase, LAST_SENT_AT, type OldContents } from "./old-database-builder.ts";
import { OldSender } from "./old-sender.ts";

let folder: string;
let server: AcceptingServer;
let sender: OldSender | undefined;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "goniec-old-sender-"));
  server = await startAcceptingServer({ security: "none" });
});
beforeEach(() => {
  sender = undefined;
});
afterEach(() => sender?.close());
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const NOW = LAST_SENT_AT + 90_000;

async function open(contents: OldContents) {
  files += 1;
  const built = await buildOldDatabase(join(folder, `${files}.db`), contents);
  sender = await OldSender.open(built.path, { smtpPort: server.port, now: () => NOW });
  const [campaign] = built.campaigns;
  if (campaign === undefined) throw new Error("no campaign was built");
  return { built, campaign, sender };
}

async function handOvers(path: string) {
  const picture = await readOldDatabase(path, { now: NOW, zone: "Europe/Warsaw" });
  if (!picture.ok) throw new Error(picture.error.message);
  return picture.value.handOvers;
}

describe("the older sender of the tests", () => {
  it.each([
    { generation: 1, ids: "integer" },
    { generation: 3, ids: "text" },
  ] as const)("mails the next lead and writes it down: $generation, $ids", async (shape) => {
    const { built, campaign, sender } = await open({ ...shape, leads: 3, sent: 1 });
    const mail = await sender.sendNext(campaign.id);
    expect(mail?.address).toBe(campaign.open[0]);
    expect(server.mails.at(-1)?.to).toEqual([campaign.open[0]]);
    expect((await handOvers(built.path)).at(-1)).toMatchObject({ address: campaign.open[0], state: "sent", at: NOW });
  });

  it("leaves a mail that hangs unconfirmed until it is finished", async () => {
    const { built, campaign, sender } = await open({ leads: 2, sent: 0, journal: "wal" });
    const mail = sender.beginNext(campaign.id);
    expect(await handOvers(built.path)).toMatchObject([{ key: "place:1", state: "unconfirmed" }]);
    if (mail !== undefined) await sender.finish(mail);
    expect(await handOvers(built.path)).toMatchObject([{ key: "log:1", state: "sent" }]);
  });

  it("mails nobody of a campaign that is paused there", async () => {
    const { campaign, sender } = await open({ leads: 1 });
    sender.pause(campaign.id);
    expect(await sender.sendNext(campaign.id)).toBeUndefined();
    sender.resume(campaign.id);
    expect(await sender.sendNext(campaign.id)).toMatchObject({ address: campaign.open[0] });
  });
});
