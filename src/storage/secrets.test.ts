import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileSecretBox, OPEN_BOX } from "./secrets.ts";

const keyOf = (byte: number) => (): Uint8Array => new Uint8Array(32).fill(byte);

let folder: string;
let keyPath: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "goniec-secrets-"));
  keyPath = join(folder, "goniec.key");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a secret box", () => {
  it("opens what it closed, also after a restart, and shows nothing of it outside", async () => {
    const closed = await fileSecretBox(keyPath, keyOf(1)).close("zażółć gęślą jaźń");
    expect(closed.split(".")).toHaveLength(5);
    expect(closed).not.toContain("jaźń");
    expect(await fileSecretBox(keyPath, keyOf(2)).open(closed)).toBe("zażółć gęślą jaźń");
  });

  it("makes its key when it is first needed, for its owner's eyes only", async () => {
    const box = fileSecretBox(keyPath, keyOf(1));
    expect(existsSync(keyPath)).toBe(false);
    await box.close("x");
    expect(statSync(keyPath).mode & 0o777).toBe(0o600);
    expect(readFileSync(keyPath, "utf8")).toBe(`${Buffer.from(keyOf(1)()).toString("base64url")}\n`);
  });

  it("closes the same text differently each time", async () => {
    const box = fileSecretBox(keyPath, keyOf(1));
    expect(await box.close("x")).not.toBe(await box.close("x"));
  });

  it("refuses a secret of another key, and one that was changed, naming the key file", async () => {
    const other = await fileSecretBox(join(folder, "other.key"), keyOf(2)).close("x");
    const box = fileSecretBox(keyPath, keyOf(1));
    const own = await box.close("x");
    const changed = `${own.slice(0, -2)}${own.endsWith("AA") ? "BB" : "AA"}`;
    for (const wrong of [other, changed, "not a JWE"]) {
      await expect(box.open(wrong)).rejects.toMatchObject({ kind: "unusable", message: expect.stringContaining(keyPath) });
    }
  });

  it("refuses a key file that holds no key", async () => {
    writeFileSync(keyPath, "too short\n");
    await expect(async () => fileSecretBox(keyPath, keyOf(1)).close("x")).rejects.toMatchObject({
      kind: "unusable",
      message: `${keyPath} holds no key: 32 bytes in base64url are needed`,
    });
  });

  it("that cannot write its key says where", async () => {
    const missing = join(folder, "no-such-folder", "goniec.key");
    await expect(async () => fileSecretBox(missing, keyOf(1)).close("x")).rejects.toMatchObject({
      name: "StorageError",
      message: expect.stringContaining(missing),
    });
  });

  it("of a database in memory passes everything through", async () => {
    expect(await OPEN_BOX.open(await OPEN_BOX.close("x"))).toBe("x");
  });
});
