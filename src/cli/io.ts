import type { App } from "../app.ts";
import type { Config, ConfigSource } from "../config.ts";
import type { Logger } from "../engine/ports.ts";
import { type Problem, problemText } from "../domain/result.ts";
import type { LogLevel } from "../log.ts";

/** 0 done, 1 did not work, 2 wrong use. */
export type ExitCode = 0 | 1 | 2;

/** What a command may see and touch of the process it runs in. */
export interface Io {
  stdout(text: string): void;
  stderr(text: string): void;
  /** Whether a person reads standard output as it comes. */
  readonly isTerminal: boolean;
  /** Whether a person reads standard error, where the log goes. */
  readonly isLogTerminal: boolean;
  /** The terminal's width in characters; 80 where there is none. */
  readonly columns: number;
  /** Whether `confirm` reaches a person: standard input and output are terminals. */
  readonly canAsk: boolean;
  /** Asks a yes-or-no question; Ctrl-C is a no. */
  confirm(question: string): Promise<boolean>;
  /** Asks for what must not be seen while it is typed; undefined after Ctrl-C. */
  askSecret(question: string): Promise<string | undefined>;
  /** All of standard input; what is longer than a password could be is cut off. */
  readInput(): Promise<string>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  setExitCode(code: ExitCode): void;
  /** What was set last; 0 before. */
  readonly exitCode: ExitCode;
  /** Calls `stop` at the first Ctrl-C or SIGTERM; the second one ends the process at once. The returned function ends the listening. */
  onInterrupt(stop: () => void): () => void;
}

/** Options that every command with a database takes. */
export interface CommonOptions {
  readonly database?: string;
  readonly listen?: string;
  readonly json?: boolean;
}

export interface AppSettings {
  /** Makes the database's file or tables when there are none, instead of taking their absence for a slip in its name. */
  readonly create?: boolean;
  /** The log's level unless the configuration names one; `warn` when left out, so that a command's own words stand out. */
  readonly logs?: LogLevel;
}

/** An expected failure in the middle of a command; `withApp` and `action` print it as one line. Nothing else catches it. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.name = "CommandError";
    this.exitCode = exitCode;
  }
}

/** Says in one line why the command was used wrongly; the code is for the caller to return. */
export function refuse(io: Io, problem: Problem | string): ExitCode {
  io.stderr(`goniec: ${typeof problem === "string" ? problem : problemText(problem)}\n`);
  return 2;
}

/** Says in one line why it could not be done; the code is for the caller to return. */
export function giveUp(io: Io, problem: Problem | string): ExitCode {
  refuse(io, problem);
  return 1;
}

/**
 * Makes a command's work fit commander: its exit code is set, and what it throws is told in one line. The stack of a defect is shown
 * with GONIEC_LOG_LEVEL=debug only.
 */
export function action<A extends unknown[]>(
  io: Io,
  work: (...args: A) => ExitCode | Promise<ExitCode>,
): (...args: A) => Promise<void> {
  return async (...args) => {
    io.setExitCode(await guarded(io, async () => work(...args)));
  };
}

/**
 * Opens the database that the command line, the environment or the configuration file names, does `work` on it and closes it. A wrong
 * setting is told with exit code 2; a database that cannot be used, and whatever `work` throws, with 1.
 */
export async function withApp(
  io: Io,
  options: CommonOptions,
  work: (app: App, config: Config, sources: readonly ConfigSource[]) => Promise<ExitCode>,
  settings: AppSettings = {},
): Promise<ExitCode> {
  return withConfig(io, options, async (config, sources) => {
    const lack = settings.create === true ? undefined : await lackOf(config, sources);
    if (lack !== undefined) return giveUp(io, lack);
    const [{ createApp }, log] = await Promise.all([import("../app.ts"), loggerFor(io, config, sources, settings)]);
    const app = await createApp(config, log);
    try {
      return await work(app, config, sources);
    } finally {
      await app.close();
    }
  });
}

/** As `withApp`, for work that must not open the database. */
export async function withConfig(
  io: Io,
  options: CommonOptions,
  work: (config: Config, sources: readonly ConfigSource[]) => Promise<ExitCode>,
): Promise<ExitCode> {
  return guarded(io, async () => {
    const { loadConfig } = await import("../config.ts");
    const loaded = loadConfig(io.environment, given(options));
    if (!loaded.ok) return refuse(io, loaded.error);
    return work(loaded.value.config, loaded.value.sources);
  });
}

/** Settings that a command takes as options of its own. */
function given({ database, listen }: CommonOptions): Partial<Record<"database" | "listen", string>> {
  return { ...(database !== undefined && { database }), ...(listen !== undefined && { listen }) };
}

async function guarded(io: Io, work: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    io.stderr(`goniec: ${error.message}\n`);
    const isExpected = error instanceof CommandError || error.name === "StorageError" || isSystemError(error);
    if (io.environment["GONIEC_LOG_LEVEL"] === "debug") io.stderr(`${error.stack ?? ""}\n`);
    else if (!isExpected) io.stderr("This was not expected. GONIEC_LOG_LEVEL=debug shows where it happened.\n");
    return error instanceof CommandError ? error.exitCode : 1;
  }
}

/** A file that may not be read, a full disk: the system's own words name the file. */
function isSystemError(error: Error): boolean {
  return "syscall" in error && "code" in error;
}

/** What keeps a command that makes nothing from its work; an empty database on a server is a slip in the address, as a lost file is. */
export async function lackOf(config: Config, sources: readonly ConfigSource[]): Promise<Problem | undefined> {
  const { isPostgresUrl, withoutPassword } = await import("../domain/database-address.ts");
  const { database } = config;
  const message = isPostgresUrl(database) ? await lackOnServer(database) : await lackOfFile(database);
  if (message === undefined) return undefined;
  const from = sources.find((source) => source.key === "database")?.from ?? "default";
  return {
    field: from === "command line" ? "--database" : `database (from ${from})`,
    value: withoutPassword(database),
    message,
    allowed: "a database that `goniec send` or `goniec serve` of this version has set up",
  };
}

async function lackOfFile(path: string): Promise<string | undefined> {
  const { existsSync } = await import("node:fs");
  return path === ":memory:" || existsSync(path) ? undefined : "there is no such file";
}

/** A look from a newer program must not change the tables under workers of the older one, which then stop. */
async function lackOnServer(url: string): Promise<string | undefined> {
  const { schemaOnPostgres } = await import("../storage/postgres-health.ts");
  const { schema, newestSchema } = await schemaOnPostgres(url);
  if (schema === 0) return "holds no tables of goniec";
  return schema < newestSchema
    ? `has the tables of an older version (schema ${schema}, and this one wants ${newestSchema})`
    : undefined;
}

async function loggerFor(io: Io, config: Config, sources: readonly ConfigSource[], settings: AppSettings): Promise<Logger> {
  const { createLogger } = await import("../log.ts");
  const isConfigured = sources.some((source) => source.key === "logLevel" && source.from !== "default");
  return createLogger(isConfigured ? config.logLevel : (settings.logs ?? "warn"), io.isLogTerminal);
}
