import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CompactEncrypt } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TurningClock } from "../../test/contract/turning-clock.ts";
import { type OpenDatabase, openDatabase } from "./database.ts";
import { keyIdInForce, keyIdOf } from "./key-in-force.ts";
import { givenKeys, keyFile } from "./key-source.ts";
import { saveMailbox } from "./mailboxes.ts";
import { passingBox, type SecretBox, secretBox } from "./secrets.ts";
import { IN_MEMORY } from "./sqlite-file.ts";

const bytesOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const textOf = (byte: number): string => Buffer.from(bytesOf(byte)).toString("base64url");

let folder: string;
let keyPath: string;
let database: OpenDatabase;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "goniec-secrets-"));
  keyPath = join(folder, "goniec.key");
  database = await openDatabase(IN_MEMORY, new TurningClock(0));
});

afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The box of a process that would make a key of this byte. */
const box = (byte: number, path = keyPath): SecretBox => secretBox(keyFile(path, false), () => bytesOf(byte), database);

/** A secret as the version before there were key ids has written it. */
const lockedWithoutId = (byte: number): Promise<string> =>
  new CompactEncrypt(Buffer.from("old")).setProtectedHeader({ alg: "dir", enc: "A256GCM" }).encrypt(bytesOf(byte));

const keep = (secret: string) =>
  database.write((trx) =>
    saveMailbox(
      trx,
      { address: "anna@acme.test", host: "mail.acme.test", port: 25, security: "none", zone: "UTC", minGapMs: 0, sessionsMax: 1 },
      secret,
      0,
    ),
  );

describe("a secret box", () => {
  it("opens what it closed, also after a restart, and shows nothing of it outside", async () => {
    const closed = await box(1).close("zażółć gęślą jaźń");
    expect(closed.split(".")).toHaveLength(5);
    expect(closed).not.toContain("jaźń");
    expect(await box(2).open(closed)).toBe("zażółć gęślą jaźń");
  });

  it("makes its key when it is first needed, for its owner's eyes only, and leaves nothing beside it", async () => {
    expect(existsSync(keyPath)).toBe(false);
    await box(1).check();
    expect(existsSync(keyPath)).toBe(false);
    await box(1).close("x");
    expect(statSync(keyPath).mode & 0o777).toBe(0o600);
    expect(readFileSync(keyPath, "utf8")).toBe(`${textOf(1)}\n`);
    expect(readdirSync(folder)).toEqual(["goniec.key"]);
  });

  it("closes the same text differently each time", async () => {
    expect(await box(1).close("x")).not.toBe(await box(1).close("x"));
  });

  it("refuses a secret of another key, and one that was changed, naming the key file", async () => {
    const own = await box(1).close("x");
    const changed = `${own.slice(0, -2)}${own.endsWith("AA") ? "BB" : "AA"}`;
    for (const wrong of [await lockedWithoutId(2), changed, "not a JWE"])
      await expect(box(1).open(wrong)).rejects.toMatchObject({ kind: "unusable", message: expect.stringContaining(keyPath) });
  });

  it("opens secrets of before there were key ids, and takes their key for the one in force", async () => {
    writeFileSync(keyPath, `${textOf(7)}\n`);
    const old = await lockedWithoutId(7);
    await keep(old);
    expect(await box(1).open(old)).toBe("old");
    const anew = await box(1).close("new");
    expect(keyIdOf(anew)).toBe(await keyIdInForce(database.reader));
    expect([await box(1).open(anew), readFileSync(keyPath, "utf8")]).toEqual(["new", `${textOf(7)}\n`]);
  });

  it("makes no key of its own on a machine without the key of this database", async () => {
    await keep(await box(1).close("x"));
    const elsewhere = join(folder, "elsewhere.key");
    for (const use of [box(2, elsewhere).close("y"), box(2, elsewhere).derive("link"), box(2, elsewhere).check()])
      await expect(use).rejects.toMatchObject({ kind: "unusable", message: expect.stringContaining("is missing, the key of") });
    expect(existsSync(elsewhere)).toBe(false);
    writeFileSync(elsewhere, `${textOf(2)}\n`);
    for (const use of [box(2, elsewhere).close("y"), box(2, elsewhere).check()])
      await expect(use).rejects.toMatchObject({ message: expect.stringContaining("is not the key of") });
  });

  it("makes no key either where the secrets have no key ids", async () => {
    await keep(await lockedWithoutId(7));
    await expect(box(1).close("x")).rejects.toMatchObject({ message: expect.stringContaining("is missing, the key of") });
    expect([existsSync(keyPath), await keyIdInForce(database.reader)]).toEqual([false, undefined]);
  });

  it("reads the file again when it meets a key that it does not know", async () => {
    writeFileSync(keyPath, `${textOf(1)}\n`);
    const running = box(1);
    await running.close("x");
    writeFileSync(keyPath, `${textOf(1)}\n${textOf(2)}\n`);
    const fresh = await secretBox(keyFile(keyPath, false), () => bytesOf(3), await freshDatabase()).close("y");
    expect(await running.open(fresh)).toBe("y");
  });

  it("derives the same code in every process of the installation, and another one for another purpose or key", async () => {
    const code = Buffer.from(await box(1).derive("link"));
    expect(Buffer.from(await box(2).derive("link")).equals(code)).toBe(true);
    expect(Buffer.from(await box(1).derive("other")).equals(code)).toBe(false);
    expect(Buffer.from(await passingBox(bytesOf(1)).derive("link")).equals(code)).toBe(true);
  });

  it("takes keys that are given as a text, and the last of them to lock with", async () => {
    const given = secretBox(givenKeys(`${textOf(1)}, ${textOf(2)}`, "GONIEC_KEY"), () => bytesOf(3), database);
    const closed = await given.close("x");
    const second = givenKeys(textOf(2), "GONIEC_KEY").read()[0];
    expect([keyIdOf(closed), await given.open(closed)]).toEqual([second?.id, "x"]);
  });

  it("refuses a key file that holds no key, or something beside its keys", async () => {
    for (const text of ["too short\n", "", `${textOf(1)}\nrest\n`]) {
      writeFileSync(keyPath, text);
      await expect(box(1).close("x")).rejects.toMatchObject({
        kind: "unusable",
        message: `${keyPath} holds no key: 32 bytes in base64url are needed`,
      });
    }
  });

  it("that cannot write its key says where", async () => {
    const missing = join(folder, "no-such-folder", "goniec.key");
    await expect(box(1, missing).close("x")).rejects.toMatchObject({
      name: "StorageError",
      message: expect.stringContaining(missing),
    });
  });

  it("of a database in memory passes everything through", async () => {
    const passing = passingBox(bytesOf(1));
    await passing.check();
    expect(await passing.open(await passing.close("x"))).toBe("x");
  });
});

const opened: OpenDatabase[] = [];

async function freshDatabase(): Promise<OpenDatabase> {
  const fresh = await openDatabase(IN_MEMORY, new TurningClock(0));
  opened.push(fresh);
  return fresh;
}

afterEach(async () => {
  for (const fresh of opened.splice(0)) await fresh.close();
});
