import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { keyIdOf } from "../src/storage/key-in-force.ts";
import { keyFile } from "../src/storage/key-source.ts";
import { mailboxAccount, saveMailbox } from "../src/storage/mailboxes.ts";
import { addKey, forgetLostSecrets, type KeyWork, rotateKey, secretsStatus } from "../src/storage/secret-rotation.ts";
import { type SecretBox, secretBox } from "../src/storage/secrets.ts";
import { openPostgresDatabase } from "./contract/postgres-database.ts";
import { openSqliteFile } from "./contract/sqlite-file.ts";
import type { Connection, StoreUnderTest } from "./contract/store-world.ts";

const KINDS: readonly [string, () => Promise<StoreUnderTest>][] = [
  ["a SQLite file", () => openSqliteFile()],
  ["PostgreSQL", () => openPostgresDatabase(inject("postgresUrl"))],
];
const NAMES = ["anna", "jan", "ewa"];

/** Dies where the real process could. */
class Died extends Error {}

describe.each(KINDS)("the keys of %s", (_kind, open) => {
  let folder: string;
  let under: StoreUnderTest;
  let one: Connection;
  let two: Connection;
  let made: number;

  const keyPath = (): string => join(folder, "goniec.key");
  const newKey = (): Uint8Array => new Uint8Array(32).fill((made += 1));
  const keysInFile = (): string[] => readFileSync(keyPath(), "utf8").trim().split("\n");
  const box = (connection = one): SecretBox => secretBox(keyFile(keyPath(), false), newKey, connection);
  const work = (connection = one, changes: Partial<KeyWork> = {}): KeyWork => ({
    reader: connection.reader,
    write: (transaction) => connection.write((trx) => transaction(trx, under.clock.now())),
    source: keyFile(keyPath(), false),
    newKey,
    actor: "command line",
    ...changes,
  });

  beforeEach(async () => {
    made = 0;
    folder = mkdtempSync(join(tmpdir(), "goniec-rotation-"));
    under = await open();
    one = await under.connect();
    two = await under.connect();
    for (const name of NAMES) await enter(name, await box().close(`secret of ${name}`));
  });

  afterEach(async () => {
    await under.close(false);
    rmSync(folder, { recursive: true, force: true });
  });

  async function enter(name: string, secret: string, connection = one): Promise<number> {
    const settings = { host: "mail.test", port: 25, security: "none", zone: "UTC", minGapMs: 0, sessionsMax: 1 } as const;
    return connection.write((trx) => saveMailbox(trx, { address: `${name}@acme.test`, ...settings }, secret, 0));
  }

  async function passwords(secrets = box()): Promise<(string | undefined)[]> {
    const accounts = await Promise.all(NAMES.map((_, index) => mailboxAccount(one.reader, index + 1, secrets)));
    return accounts.map(({ password }) => password);
  }

  const all = NAMES.map((name) => `secret of ${name}`);

  it("are rotated: every password is locked anew, still opens, and the old key is gone", async () => {
    const [before] = keysInFile();
    const running = box(two);
    expect(await passwords(running)).toEqual(all);
    const rotation = await rotateKey(work(), false);
    expect(rotation).toMatchObject({ relocked: 3, lost: [], dropped: 1 });
    expect(keysInFile()).toHaveLength(1);
    expect(keysInFile()[0]).not.toBe(before);
    // A process that runs all the while opens the new ones, and locks with the new key.
    expect(await passwords(running)).toEqual(all);
    expect(keyIdOf(await running.close("x"))).toBe(rotation.key);
    expect(await secretsStatus(work())).toMatchObject({
      keys: [{ id: rotation.key, isInForce: true, passwords: 3 }],
      lost: [],
      isUnderWay: false,
    });
  });

  it("may keep the old one, for backups of before", async () => {
    await rotateKey(work(), true);
    expect(keysInFile()).toHaveLength(2);
    expect(await rotateKey(work(), false)).toMatchObject({ relocked: 3, dropped: 2 });
  });

  it("may be added first, taken to other machines, and used later", async () => {
    const added = await addKey(work());
    expect(await addKey(work(two))).toBe(added);
    expect(keyIdOf(await box().close("x"))).not.toBe(added);
    expect(keysInFile()).toHaveLength(2);
    expect(await rotateKey(work(), false)).toMatchObject({ key: added, dropped: 1 });
  });

  it.each([1, 2, 3])("are rotated to the end by the next run when one dies before or after its commit %i", async (commit) => {
    for (const isBefore of [true, false]) {
      let commits = 0;
      const dying = work(one, {
        async write(transaction) {
          commits += 1;
          const result = await one.write(async (trx) => {
            const done = await transaction(trx, 0);
            if (commits === commit && isBefore) throw new Died();
            return done;
          });
          if (commits === commit) throw new Died();
          return result;
        },
      });
      await expect(rotateKey(dying, false)).rejects.toThrow(Died);
      expect(await passwords()).toEqual(all);
      const rotation = await rotateKey(work(two), false);
      expect([rotation.lost, keysInFile().length, await passwords()]).toEqual([[], 1, all]);
      expect((await secretsStatus(work())).isUnderWay).toBe(false);
    }
  });

  it("are rotated by two at once, and one key is left that opens everything", async () => {
    await Promise.all([rotateKey(work(one), false), rotateKey(work(two), false)]);
    expect(await passwords()).toEqual(all);
    expect(await rotateKey(work(), false)).toMatchObject({ lost: [] });
    expect([keysInFile().length, await passwords()]).toEqual([1, all]);
  });

  it("let nobody store a password that was locked before the rotation", async () => {
    const late = await box(two).close("late");
    await rotateKey(work(), false);
    await expect(enter("anna", late, two)).rejects.toMatchObject({ kind: "conflict" });
    await enter("anna", await box(two).close("anew"), two);
    expect(await passwords()).toEqual(["anew", ...all.slice(1)]);
  });

  it("are not dropped while a password is locked with one that is not there", async () => {
    await one.write((trx) => trx.updateTable("Mailbox").set({ secret: "garbage" }).where("id", "=", 2).execute());
    expect(await rotateKey(work(), false)).toMatchObject({ relocked: 2, lost: ["jan@acme.test"], dropped: 0 });
    expect(keysInFile()).toHaveLength(2);
    expect(await secretsStatus(work())).toMatchObject({ lost: ["jan@acme.test"], isUnderWay: true });
    await enter("jan", await box().close("again"));
    expect(await rotateKey(work(), false)).toMatchObject({ lost: [], dropped: 1 });
  });

  it("stay while anything is locked with them, even if it came at the last moment and past every check", async () => {
    const late = await box().close("late");
    let commits = 0;
    const rotation = await rotateKey(
      work(one, {
        async write(transaction) {
          commits += 1;
          if (commits === 3)
            await two.write((trx) => trx.updateTable("Mailbox").set({ secret: late }).where("id", "=", 1).execute());
          return one.write((trx) => transaction(trx, 0));
        },
      }),
      false,
    );
    expect([rotation.dropped, keysInFile().length, await passwords()]).toEqual([0, 2, ["late", ...all.slice(1)]]);
    expect(await rotateKey(work(), false)).toMatchObject({ relocked: 1, dropped: 1 });
  });

  it("that are lost are forgotten on request: their mailboxes wait for a person, and a new key begins", async () => {
    writeFileSync(keyPath(), `${Buffer.from(new Uint8Array(32).fill(99)).toString("base64url")}\n`);
    await expect(box().check()).rejects.toMatchObject({ kind: "unusable" });
    expect(await forgetLostSecrets(work())).toEqual(["anna@acme.test", "jan@acme.test", "ewa@acme.test"]);
    const rows = await one.reader.selectFrom("Mailbox").select(["secret", "attention"]).execute();
    expect(new Set(rows.map(({ secret, attention }) => `${secret}: ${attention}`))).toEqual(
      new Set(["null: its password is forgotten, because the key that opens it is lost: enter it again"]),
    );
    for (const name of NAMES) await enter(name, await box().close(`secret of ${name}`));
    expect(await passwords()).toEqual(all);
  });

  it("are made once when two processes need the first one at the same time", async () => {
    const fresh = await open();
    try {
      const [a, b] = [await fresh.connect(), await fresh.connect()];
      const path = join(folder, "fresh.key");
      const boxes = [a, b].map((connection) => secretBox(keyFile(path, false), newKey, connection));
      const closed = await Promise.all(boxes.map((one) => one.close("x")));
      expect(new Set(closed.map(keyIdOf)).size).toBe(1);
      expect(readFileSync(path, "utf8").trim().split("\n")).toHaveLength(1);
    } finally {
      await fresh.close(false);
    }
  });
});
