import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ExportReading, readOldExport } from "./old-export.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "goniec-export-"));
});
afterAll(() => rm(folder, { recursive: true }));

const SENT_AT = Date.parse("2026-03-10T09:00:00Z");
const READING: ExportReading = { now: SENT_AT + 86_400_000, zone: "Europe/Warsaw" };

async function read(content: string | Buffer, reading: ExportReading = READING) {
  const path = join(folder, "export.csv");
  await writeFile(path, content);
  return readOldExport(path, reading);
}

async function pictureOf(content: string | Buffer, reading?: ExportReading) {
  const picture = await read(content, reading);
  if (!picture.ok) throw new Error(picture.error.message);
  return picture.value;
}

describe("an export of another sender", () => {
  it.each([
    ["lead,campaign,sent at", ","],
    ["E-mail;Kampania;Data wysłania", ";"],
    ["Recipient\tCampaign name\tSent date", "\t"],
  ])("tells whom it has mailed: %s", async (header, separator) => {
    const row = ["Anna@Acme.test", "Wiosna", "2026-03-10T10:00:00"].join(separator);
    expect(await pictureOf(`${header}\n${row}\n`)).toMatchObject({
      campaigns: [{ key: "wiosna", name: "Wiosna", mailboxKeys: [], questions: [] }],
      leads: [{ keys: ["anna@acme.test"], address: "anna@acme.test", standing: "ACTIVE" }],
      places: [],
      handOvers: [{ key: "row:2", campaignKey: "wiosna", leadKey: "anna@acme.test", state: "sent", at: SENT_AT }],
    });
  });

  it("is read in the encoding that spreadsheets of Windows write", async () => {
    const header = Buffer.from("email;kampania\na@acme.test;Gda\xf1sk\nb@acme.test;Gda\xf1sk\n", "latin1");
    expect((await pictureOf(header)).campaigns.map(({ name }) => name)).toEqual(["Gdańsk"]);
  });

  it("takes the name given for rows that name no campaign, and needs one", async () => {
    const content = "email,sent at\na@acme.test,2026-03-10 09:00:00\n";
    expect(await read(content)).toMatchObject({ ok: false, error: { message: "has no column with the campaigns' names" } });
    const picture = await pictureOf(content, { ...READING, campaignName: "Spring" });
    expect(picture.handOvers).toMatchObject([{ campaignKey: "spring", at: SENT_AT }]);
  });

  it("names the rows that it cannot use, and the dates that it cannot read", async () => {
    const rows = [
      "a@acme.test,A,03/10/2026",
      "no address,A,2026-03-10 09:00:00",
      "b@acme.test,,2026-03-10 09:00:00",
      "c@acme.test,A,",
    ];
    const { handOvers, remarks } = await pictureOf(`email,campaign,sent at\n${rows.join("\n")}\n`);
    expect(handOvers.map(({ key, state, at }) => ({ key, state, at }))).toEqual([
      { key: "row:2", state: "sent", at: undefined },
      { key: "row:5", state: "unconfirmed", at: undefined },
    ]);
    expect(remarks.map(({ kind, examples }) => `${kind}: ${examples.join()}`)).toEqual([
      'refused-dates: row 2: "03/10/2026" is no date',
      'invalid-addresses: row 3: "no address" has no @',
      "skipped-rows: row 4: b@acme.test",
      "unconfirmed: row 5: no date",
    ]);
  });

  it("leaves out rows whose status says that nothing has left", async () => {
    const rows = ["a@acme.test,A,SENT", "b@acme.test,A,failed", "c@acme.test,A,teleported"];
    const { handOvers } = await pictureOf(`email,campaign,status\n${rows.join("\n")}\n`);
    expect(handOvers.map(({ address, state }) => [address, state])).toEqual([
      ["a@acme.test", "sent"],
      ["c@acme.test", "unconfirmed"],
    ]);
  });

  it("counts two mails to a lead at two times as two, and a row that is there twice as one", async () => {
    const row = (time: string) => `a@acme.test,A,2026-03-10 ${time}:00`;
    const { handOvers, remarks } = await pictureOf(
      `email,campaign,sent at\n${[row("09:00"), row("09:00"), row("11:00")].join("\n")}\n`,
    );
    expect(handOvers.map(({ key }) => key)).toEqual(["row:2", "row:4"]);
    expect(remarks).toMatchObject([{ kind: "duplicates", count: 1, examples: ["a@acme.test in campaign a: 2 mails"] }]);
  });

  it.each([
    ["", "is empty"],
    ["name,campaign\nAnna,A\n", "has no column with the leads' addresses"],
  ])("is refused when it is %j", async (content, message) => {
    expect(await read(content)).toMatchObject({ ok: false, error: { field: "older sender's export", message } });
  });

  it("is refused when it is no file", async () => {
    expect(await readOldExport(join(folder, "none.csv"), READING)).toMatchObject({
      ok: false,
      error: { message: "does not exist" },
    });
    expect(await readOldExport(folder, READING)).toMatchObject({ ok: false, error: { message: "is a directory" } });
  });
});
