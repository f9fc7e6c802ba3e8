import { describe, expect, it } from "vitest";
import { filesUnder, textOf } from "./architecture/repository-files.ts";
import { HOMES, MAY_IMPORT, PARTS, REAL_WORLD } from "./architecture/rules.ts";
import { readSource } from "./architecture/source.ts";
import { partOf, violationsOf } from "./architecture/violations.ts";

const sources = filesUnder("src").filter((path) => path.endsWith(".ts"));

describe("the sources", () => {
  it("keep to the import table, to the homes of packages and away from real time and chance", () => {
    expect(sources.flatMap((path) => violationsOf(path, textOf(path)))).toEqual([]);
  });

  it("were really read", () => {
    expect(sources.length).toBeGreaterThan(60);
    const imports = sources.flatMap((path) => readSource(path, textOf(path)).imports);
    expect(imports.length).toBeGreaterThan(2 * sources.length);
    expect([...new Set(sources.map(partOf))]).toEqual(
      expect.arrayContaining(["domain", "engine", "storage", "mail", "leads", "cli"]),
    );
  });
});

describe("the table", () => {
  it("gives every package that the program depends on a home, and names no other", () => {
    const { dependencies } = JSON.parse(textOf("package.json")) as { dependencies: Record<string, string> };
    expect(
      Object.keys(HOMES)
        .filter((name) => !name.startsWith("node:"))
        .sort(),
    ).toEqual(Object.keys(dependencies).sort());
  });

  it("has no circle between parts", () => {
    const reaches = (from: (typeof PARTS)[number], seen = new Set<string>()): Set<string> => {
      for (const next of MAY_IMPORT[from]) if (!seen.has(next)) reaches(next, seen.add(next));
      return seen;
    };
    expect(PARTS.filter((part) => reaches(part).has(part))).toEqual([]);
  });
});

describe("a forbidden import is found", () => {
  const forbidden: [path: string, line: string][] = [
    ["src/domain/a.ts", `import { tick } from "../engine/tick.ts";`],
    ["src/domain/a.ts", `import type { Store } from "../engine/ports.ts";`],
    ["src/engine/a.ts", `export { store } from "../storage/store.ts";`],
    ["src/engine/ports.ts", `import type { X } from "./tick.ts";`],
    ["src/storage/a.ts", `import { tick } from "../engine/tick.ts";`],
    ["src/storage/a.ts", `import { compose } from "../mail/compose.ts";`],
    ["src/mail/a.ts", `const { store } = await import("../storage/store.ts");`],
    ["src/mail/a.ts", `type Row = import("../storage/schema.ts").Row;`],
    ["src/leads/a.ts", `export * from "../storage/leads.ts";`],
    ["src/http/a.ts", `import { compose } from "../mail/compose.ts";`],
    ["src/cli/a.ts", `import "../main.ts";`],
    ["src/clock.ts", `import "./config.ts";`],
    ["src/app.ts", `import "./cli/run.ts";`],
    ["src/domain/a.ts", `import { builder } from "../../test/builders.ts";`],
    ["src/domain/a.ts", `import "./b.test.ts";`],
    ["src/domain/a.ts", `import "./b";`],
    ["src/domain/a.ts", `await import(name);`],
    ["src/domain/a.test.ts", `import { openSqlite } from "../storage/sqlite.ts";`],
    ["src/shared/a.ts", ``],
    ["src/extra.ts", ``],
  ];
  it.each(forbidden)("%s: %s", (path, line) => expect(violationsOf(path, line)).toHaveLength(1));
});

describe("a package away from home is found", () => {
  const homeless: [path: string, name: string][] = [
    ...Object.keys(HOMES).map((name): [string, string] => ["src/version.ts", name]),
    ["src/engine/a.ts", "kysely"],
    ["src/domain/a.ts", "nodemailer/lib/smtp-connection"],
    ["src/mail/a.ts", "@photostructure/sqlite/anything"],
    ["src/cli/a.ts", "kysely"],
    ["src/mail/a.ts", "left-pad"],
    ["src/mail/a.ts", "net"],
    ...["fs", "fs/promises", "net", "tls", "child_process", "os", "dns"].flatMap((name): [string, string][] => [
      ["src/domain/a.ts", `node:${name}`],
      ["src/engine/a.ts", `node:${name}`],
    ]),
  ];
  it.each(homeless)("%s: %s", (path, name) => expect(violationsOf(path, `import "${name}";`)).toHaveLength(1));
});

describe("a touch of the real world is found", () => {
  const writtenDifferently: Record<string, string> = {
    "const { now } = Date;": "Date.now",
    "globalThis.setTimeout(fire, 1);": "setTimeout",
    "const sleep = promisify(setTimeout);": "setTimeout",
    "Temporal.Now.instant();": "Temporal.Now",
    "const zone = process.env.TZ;": "process.env",
    "const { env } = process;": "process.env",
    'import { randomBytes as bytes } from "node:crypto";': "randomBytes",
    "const at = (clock = Date.now) => clock();": "Date.now",
  };
  const plain = Object.keys(REAL_WORLD).map((name): [string, string] => [`${name};`, name]);
  it.each([...plain, ...Object.entries(writtenDifferently)])("%s", (line, name) => {
    expect(violationsOf("src/domain/a.ts", line)).toEqual([expect.stringContaining(`src/domain/a.ts: ${name} is for`)]);
  });
});

describe("what is allowed is left alone", () => {
  it.each([
    [
      "src/engine/a.ts",
      `import { x } from "./tick.ts"; import type { Store } from "./ports.ts"; import { plan } from "../domain/plan.ts";`,
    ],
    [
      "src/storage/a.ts",
      `import type { Store } from "../engine/ports.ts"; import { sql } from "kysely"; import { join } from "node:path";`,
    ],
    ["src/mail/a.ts", `import Composer from "nodemailer/lib/mail-composer"; socket.setTimeout(5); timers.setInterval(1);`],
    [
      "src/domain/a.ts",
      `// import "kysely"; Date.now()\nconst text = 'import "../storage/x.ts"; Date.now()';\nconst date = new Date(0);`,
    ],
    ["src/domain/a.ts", `const clock = { now: 1, setTimeout: 2 }; clock.setTimeout; const random = Math.floor(1);`],
    ["src/domain/a.test.ts", `import { expect } from "vitest"; import { anyCampaign } from "../../test/builders.ts";`],
    ["src/cli/a.ts", `import type { Transaction } from "kysely"; type Db = import("kysely").Kysely<Schema>;`],
    ["src/clock.ts", `setTimeout(fire, 1); Date.now(); new Date();`],
    ["src/cli/a.ts", `import { createApp } from "../app.ts"; import { Command } from "commander"; const zone = process.env.TZ;`],
  ])("%s: %s", (path, text) => expect(violationsOf(path, text)).toEqual([]));
});
