/**
 * Who may import what, as data. ARCHITECTURE.md tells why; architecture.test.ts checks every file of src/ and shows that each rule can fail.
 */

/** A part of src/ with rules of its own: a folder or a file. A path belongs to the first part that fits. */
export const PARTS = [
  "domain",
  "engine/ports.ts",
  "engine",
  "storage",
  "mail",
  "leads",
  "operation",
  "http",
  "cli",
  "simulation",
  "legacy",
  "clock.ts",
  "config.ts",
  "log.ts",
  "version.ts",
  "app.ts",
  "main.ts",
] as const;
export type Part = (typeof PARTS)[number];

const allBut = (...parts: Part[]): Part[] => PARTS.filter((part) => !parts.includes(part));

/** Besides itself, a part may import these. */
export const MAY_IMPORT: Readonly<Record<Part, readonly Part[]>> = {
  domain: [],
  "engine/ports.ts": ["domain"],
  engine: ["domain", "engine/ports.ts"],
  storage: ["domain", "engine/ports.ts"],
  mail: ["domain", "engine/ports.ts"],
  leads: ["domain"],
  operation: ["domain", "engine/ports.ts", "engine", "storage", "leads", "mail", "version.ts"],
  http: ["domain", "engine/ports.ts", "engine", "storage", "leads", "operation", "legacy", "version.ts"],
  cli: allBut("cli", "http", "main.ts"),
  simulation: ["domain", "engine/ports.ts", "engine", "storage", "leads", "legacy", "app.ts"],
  legacy: ["domain", "engine/ports.ts", "engine", "storage", "leads", "operation"],
  "clock.ts": ["domain", "engine/ports.ts"],
  "config.ts": ["domain", "engine/ports.ts", "log.ts"],
  "log.ts": ["domain", "engine/ports.ts"],
  "version.ts": [],
  // The composition root puts everything together but what is built upon it.
  "app.ts": allBut("app.ts", "cli", "simulation", "main.ts"),
  "main.ts": ["app.ts", "cli", "config.ts", "log.ts"],
};

/** The only homes of each npm package, and of each Node module that stands for a whole layer. A package that is missing here is refused. */
export const HOMES: Readonly<Record<string, readonly Part[]>> = {
  "@clack/prompts": ["cli"],
  "@fastify/cookie": ["http"],
  "@fastify/helmet": ["http"],
  "@fastify/static": ["http"],
  "@fastify/swagger": ["http"],
  "@fastify/swagger-ui": ["http"],
  "@node-rs/argon2": ["operation"],
  // An older sender's database is somebody else's: its SQL is at home where it is read, and not in storage.
  "@photostructure/sqlite": ["storage", "legacy"],
  commander: ["cli"],
  "csv-parse": ["leads"],
  "date-holidays": ["domain"],
  fastify: ["http"],
  "fastify-type-provider-zod": ["http"],
  "html-to-text": ["mail"],
  "iconv-lite": ["leads"],
  jose: ["storage"],
  kysely: ["storage"],
  liquidjs: ["domain"],
  "markdown-it": ["mail"],
  nodemailer: ["mail"],
  pg: ["storage"],
  pino: ["log.ts"],
  "pino-pretty": ["log.ts"],
  "prom-client": ["operation"],
  "smtp-server": ["mail"],
  "temporal-polyfill": ["domain"],
  validator: ["domain"],
  yaml: ["simulation"],
  zod: ["cli", "config.ts", "http", "storage"],
  "node:perf_hooks": ["clock.ts"],
  "node:process": ["cli", "config.ts", "main.ts"],
  "node:sqlite": ["storage", "legacy"],
  "node:timers": ["clock.ts"],
  "node:timers/promises": ["clock.ts"],
};

/** Where only the types of a package may go besides. Who hands a transaction on has to name it. */
export const TYPE_HOMES: Readonly<Record<string, readonly Part[]>> = {
  kysely: ["app.ts", "cli", "http", "legacy", "operation", "simulation"],
};

/** The parts that only decide: of Node they may use what computes, and nothing that reaches the outside. */
export const COMPUTING_MODULES: Readonly<Partial<Record<Part, readonly string[]>>> = {
  domain: ["node:crypto"],
  engine: ["node:crypto"],
  "engine/ports.ts": [],
};

const TIME_AND_CHANCE: readonly Part[] = ["clock.ts", "config.ts", "main.ts", "cli"];

/** Time, chance, identity and environment are arguments everywhere else. */
export const REAL_WORLD: Readonly<Record<string, readonly Part[]>> = {
  "new Date()": TIME_AND_CHANCE,
  "Date()": TIME_AND_CHANCE,
  "Date.now": TIME_AND_CHANCE,
  "Temporal.Now": TIME_AND_CHANCE,
  "performance.now": TIME_AND_CHANCE,
  "process.hrtime": TIME_AND_CHANCE,
  "Math.random": TIME_AND_CHANCE,
  "crypto.randomUUID": TIME_AND_CHANCE,
  "crypto.getRandomValues": TIME_AND_CHANCE,
  randomUUID: TIME_AND_CHANCE,
  randomBytes: TIME_AND_CHANCE,
  randomInt: TIME_AND_CHANCE,
  "process.env": TIME_AND_CHANCE,
  setTimeout: ["clock.ts"],
  setInterval: ["clock.ts"],
};
