import { describe, expect, it } from "vitest";
import { parseDatabase, withoutPassword } from "./database-address.ts";

describe("the setting that names the database", () => {
  it.each([
    "./data/goniec.db",
    ":memory:",
    "C:/data/goniec.db",
    "postgres://anna:a%2Fb@db.acme.test:5432/goniec",
    "POSTGRESQL://[::1]/goniec?sslmode=require",
    "postgres://anna:secret@/goniec?host=/var/run/postgresql",
    "postgres://anna:50%@db.acme.test/goniec",
  ])("may be %s", (text) => {
    expect(parseDatabase(text)).toEqual({ ok: true, value: text });
  });

  it.each([
    ["", "is empty"],
    ["postgres:/db.acme.test/goniec", "lacks the two slashes after postgres:"],
    [
      "postgres://anna:a/b@db.acme.test/goniec",
      "cannot be read: check the port, and write / : @ # and % in user and password as",
    ],
    ["postgres://anna:1@2/b@db.acme.test/goniec", "cannot be read"],
    ["postgres://db.acme.test:port/goniec", "cannot be read"],
    ["mysql://anna:geheim@db.acme.test/goniec", "mysql is no kind of database that goniec knows"],
  ])("is not %s", (text, words) => {
    const parsed = parseDatabase(text);
    expect(parsed.ok ? "read" : parsed.error.message).toContain(words);
    expect(JSON.stringify(parsed)).not.toMatch(/geheim|a\/b|1@2/);
  });
});

describe("an address for people", () => {
  it.each([
    ["postgres://anna:geheim@db/goniec", "postgres://anna:***@db/goniec"],
    ["postgres://anna:geh@eim@db:5432/goniec", "postgres://anna:***@db:5432/goniec"],
    ["postgres://anna:geh/eim@db/goniec", "postgres://anna:***@db/goniec"],
    ["postgres://anna@acme:geheim@db/goniec", "postgres://anna@acme:***@db/goniec"],
    ["postgres:/anna:geheim@db", "postgres:/anna:***@db"],
    [
      "postgres://db:5432/goniec?user=anna&password=geheim&sslmode=require",
      "postgres://db:5432/goniec?user=anna&password=***&sslmode=require",
    ],
    ["postgres://anna@[::1]:5432/goniec", "postgres://anna@[::1]:5432/goniec"],
    ["./data/goniec.db", "./data/goniec.db"],
  ])("holds no password: %s", (address, shown) => {
    expect(withoutPassword(address)).toBe(shown);
  });
});
