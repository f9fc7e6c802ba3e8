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
});
