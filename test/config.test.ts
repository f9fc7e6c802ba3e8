import { describe, expect, it } from "vitest";
import { keyFileOf, loadConfig } from "../src/config.ts";

const NO_FILE = "no-such-file.json";

describe("the settings", () => {
  it("come from the command line, then GONIEC_DATABASE, then DATABASE_URL, and tell their source without the password", () => {
    const environment = { GONIEC_DATABASE: "postgres://anna:geheim@db/goniec", DATABASE_URL: "postgres://db/other" };
    const from = (variables: Record<string, string>, options = {}) => {
      const loaded = loadConfig(variables, options, NO_FILE);
      if (!loaded.ok) throw new Error(loaded.error.message);
      return loaded.value;
    };
    const { config, sources } = from(environment);
    expect(config.database).toBe(environment.GONIEC_DATABASE);
    expect(sources[0]).toEqual({ key: "database", value: "postgres://anna:***@db/goniec", from: "GONIEC_DATABASE" });
    expect(from({ DATABASE_URL: environment.DATABASE_URL }).config.database).toBe("postgres://db/other");
    expect(from(environment, { database: "own.db" }).config.database).toBe("own.db");
    expect(keyFileOf(config)).toBe("./data/goniec.key");
    expect(keyFileOf(from({}, { database: "own.db" }).config)).toBe("own.db.key");
  });

  it("are refused with their source and without the password", () => {
    const refused = loadConfig({ DATABASE_URL: "mysql://anna:geheim@db/goniec" }, {}, NO_FILE);
    expect(refused).toMatchObject({
      ok: false,
      error: { field: "database (from DATABASE_URL)", value: "mysql://anna:***@db/goniec" },
    });
    expect(loadConfig({}, { database: "postgres:/db" }, NO_FILE)).toMatchObject({ ok: false, error: { field: "--database" } });
  });

  it("say where to listen and how people reach it, and refuse nonsense with its source", () => {
    const loaded = loadConfig({ GONIEC_LISTEN: "0.0.0.0:80", GONIEC_PUBLIC_URL: "https://acme.test/" }, {}, NO_FILE);
    expect(loaded).toMatchObject({
      ok: true,
      value: { config: { listen: { host: "0.0.0.0", port: 80 }, publicUrl: "https://acme.test" } },
    });
    const plain = loadConfig({}, {}, NO_FILE);
    if (!plain.ok) throw new Error(plain.error.message);
    const shown = Object.fromEntries(plain.value.sources.map(({ key, value }) => [key, value]));
    expect([shown["listen"], shown["publicUrl"], shown["key"]]).toEqual(["127.0.0.1:4780", "http://127.0.0.1:4780", "none"]);
    expect(loadConfig({ GONIEC_LISTEN: "everywhere" }, {}, NO_FILE)).toMatchObject({
      ok: false,
      error: { field: "listen (from GONIEC_LISTEN)", value: "everywhere", message: expect.stringContaining("has no port") },
    });
    expect(loadConfig({ GONIEC_PUBLIC_URL: "acme" }, {}, NO_FILE)).toMatchObject({
      ok: false,
      error: { field: "publicUrl (from GONIEC_PUBLIC_URL)", value: "acme" },
    });
  });

  it("never show the key", () => {
    const loaded = loadConfig({ GONIEC_KEY: "c2VjcmV0" }, {}, NO_FILE);
    if (!loaded.ok) throw new Error(loaded.error.message);
    expect(loaded.value.sources.find(({ key }) => key === "key")).toEqual({ key: "key", value: "***", from: "GONIEC_KEY" });
  });
});
