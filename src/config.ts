import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { isPostgresUrl, parseDatabase, withoutPassword } from "./domain/database-address.ts";
import { parseDuration } from "./domain/duration.ts";
import { type ListenAddress, linkBase, parseListenAddress, parsePublicUrl } from "./domain/listen-address.ts";
import { fail, ok, type Result } from "./domain/result.ts";
import { LOG_LEVELS } from "./log.ts";

const CONFIG_FILE = "goniec.config.json";

const read = <T>(parse: (text: string) => Result<T>) =>
  z.string().transform((text, context) => {
    const parsed = parse(text);
    if (parsed.ok) return parsed.value;
    context.addIssue({ code: "custom", message: `${parsed.error.message}; allowed: ${parsed.error.allowed ?? ""}` });
    return z.NEVER;
  });

const duration = (field: string) => read((text) => parseDuration(text, field));

/** Every setting of the program itself, with its default; a campaign's own settings live with the campaign. */
const SCHEMA = z.strictObject({
  database: read(parseDatabase).default("./data/goniec.db"),
  /** Where the key lies that locks the mailboxes' passwords; beside the database when left out. */
  keyFile: z.string().min(1).optional(),
  /** The key itself, where a file is no good place for it; of several, with spaces or commas between them, the last is the newest. */
  key: z.string().min(1).optional(),
  /** Where the web page and the API listen. */
  listen: read(parseListenAddress).default({ host: "127.0.0.1", port: 4780 }),
  /** The address under which people reach them, where that is another one. */
  publicUrl: read(parsePublicUrl).optional(),
  logLevel: z.enum(LOG_LEVELS).default("info"),
  engineLease: duration("engineLease").default(15_000),
  emailLease: duration("emailLease").default(20 * 60_000),
  /** The largest file of leads that is taken, in bytes. */
  importBytesMax: z.coerce.number().int().min(1_000).max(2_000_000_000).default(200_000_000),
  sendsMax: z.coerce.number().int().min(1).max(1_000).default(50),
});

export type Config = z.output<typeof SCHEMA>;
export type ConfigKey = keyof Config;

/** A setting in force and where it came from, for `goniec doctor`. */
export interface ConfigSource {
  readonly key: ConfigKey;
  readonly value: string;
  readonly from: string;
}

/** A PostgreSQL database has no folder of its own, so its key lies where a SQLite file would; every worker needs the same one. */
const KEY_FILE_OF_SERVERS = "./data/goniec.key";

/** Where the key lies that locks the mailboxes' passwords. */
export function keyFileOf(config: Config): string {
  if (config.keyFile !== undefined) return config.keyFile;
  return isPostgresUrl(config.database) ? KEY_FILE_OF_SERVERS : `${config.database}.key`;
}

/** The address with which links begin that people are to open. */
export function linkBaseOf({ publicUrl, listen }: Config): string {
  return linkBase(publicUrl, listen);
}

/** The first one that is set counts. */
const VARIABLES: Readonly<Record<ConfigKey, readonly string[]>> = {
  database: ["GONIEC_DATABASE", "DATABASE_URL"],
  keyFile: ["GONIEC_KEY_FILE"],
  key: ["GONIEC_KEY"],
  listen: ["GONIEC_LISTEN"],
  publicUrl: ["GONIEC_PUBLIC_URL"],
  logLevel: ["GONIEC_LOG_LEVEL"],
  engineLease: ["GONIEC_ENGINE_LEASE"],
  emailLease: ["GONIEC_EMAIL_LEASE"],
  importBytesMax: ["GONIEC_IMPORT_BYTES_MAX"],
  sendsMax: ["GONIEC_SENDS_MAX"],
};

const CONFIG_KEYS = Object.keys(VARIABLES) as ConfigKey[];

export interface LoadedConfig {
  readonly config: Config;
  readonly sources: readonly ConfigSource[];
}

/**
 * The settings in force: the command line's own words first, then the environment, then `goniec.config.json` in the working folder, then
 * the defaults. A wrong value is refused with its source; nothing is guessed.
 */
export function loadConfig(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  options: Readonly<Partial<Record<ConfigKey, string>>> = {},
  filePath = CONFIG_FILE,
): Result<LoadedConfig> {
  const file = readConfigFile(filePath);
  if (!file.ok) return file;
  const given: Record<string, unknown> = { ...file.value };
  const origin: Record<string, string> = Object.fromEntries(Object.keys(given).map((key) => [key, filePath]));
  for (const key of CONFIG_KEYS) {
    const name = VARIABLES[key].find((one) => (environment[one] ?? "") !== "");
    if (name !== undefined) [given[key], origin[key]] = [environment[name], name];
    const option = options[key];
    if (option !== undefined) [given[key], origin[key]] = [option, "command line"];
  }
  const parsed = SCHEMA.safeParse(given);
  if (!parsed.success) return fail(configProblem(parsed.error, given, origin));
  const config = parsed.data;
  const sources = CONFIG_KEYS.map((key) => ({
    key,
    value: shown(key, given[key] ?? inForce(config, key)),
    from: origin[key] ?? "default",
  }));
  return ok({ config, sources });
}

/** What counts where nobody has set anything. */
function inForce(config: Config, key: ConfigKey): unknown {
  if (key === "keyFile") return keyFileOf(config);
  if (key === "listen") return listenText(config.listen);
  return config[key] ?? (key === "publicUrl" ? linkBaseOf(config) : "none");
}

function listenText({ host, port }: ListenAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** A value as its author may have written it: a configuration file can hold an object where a text belongs. Passwords stay out of it. */
function shown(key: string, value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (key === "key") return text === "none" ? text : "***";
  return key === "database" ? withoutPassword(text) : text;
}

function configProblem(error: z.ZodError, given: Record<string, unknown>, origin: Record<string, string>) {
  const issue = error.issues[0];
  const key = String(issue?.path[0] ?? (issue?.code === "unrecognized_keys" ? issue.keys[0] : ""));
  return {
    field: fieldName(key, origin[key]),
    value: shown(key, given[key] ?? ""),
    message: issue?.message ?? "not understood",
    ...(key in VARIABLES ? {} : { allowed: CONFIG_KEYS.join(", ") }),
  };
}

function fieldName(key: string, origin: string | undefined): string {
  if (origin === undefined || !(key in VARIABLES)) return `setting ${key}`;
  return origin === "command line" ? `--${key}` : `${key} (from ${origin})`;
}

function readConfigFile(path: string): Result<Record<string, unknown>> {
  if (!existsSync(path)) return ok({});
  const problem = (message: string) => fail({ field: "configuration file", value: path, message, allowed: "a JSON object" });
  try {
    const content: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof content === "object" && content !== null && !Array.isArray(content)) return ok(content as Record<string, unknown>);
    return problem("is not a JSON object");
  } catch (error) {
    return problem(`cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
