import { spawn } from "node:child_process";
import { chmodSync, renameSync, rmSync } from "node:fs";
import { withoutPassword } from "../domain/database-address.ts";
import { fail, ok, type Result } from "../domain/result.ts";

export interface DumpOrder {
  /** Of the database. */
  readonly url: string;
  /** The dump's file; replaced when it exists. */
  readonly to: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** What became of a dump: made, given up because it was aborted, or not made because there is no such program here. */
export type Dumped = "made" | "aborted" | "no-program";

/**
 * Has `pg_dump` write the database as it is at one moment into one file (custom format), whole or not at all. The password goes by the
 * environment, because everybody on a machine sees the words of a command. Fails with the program's own last words.
 */
export async function dumpPostgres({ url, to, environment, signal }: DumpOrder): Promise<Result<Dumped, string>> {
  const unfinished = `${to}.${process.pid}.tmp`;
  const { address, password } = apart(url);
  const child = spawn("pg_dump", [...DUMP_OPTIONS, `--file=${unfinished}`, `--dbname=${address}`], {
    env: { ...environment, ...(password !== undefined && { PGPASSWORD: password }) },
    stdio: ["ignore", "ignore", "pipe"],
    signal,
  });
  let words = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    words = (words + text).slice(-2_000);
  });
  try {
    const ended = await new Promise<number | NodeJS.ErrnoException | null>((resolve) => {
      child.once("error", resolve);
      child.once("close", resolve);
    });
    if (signal.aborted) return ok("aborted");
    if (ended instanceof Error) return ended.code === "ENOENT" ? ok("no-program") : fail(ended.message);
    if (ended !== 0) return fail(words.trim() === "" ? `pg_dump ended with ${String(ended)}` : words.trim());
    chmodSync(unfinished, 0o600);
    renameSync(unfinished, to);
    return ok("made");
  } finally {
    rmSync(unfinished, { force: true });
  }
}

const DUMP_OPTIONS = ["--format=custom", "--no-owner", "--no-password"];

/** The commands by which a person does it on another machine, without the password. */
export function dumpCommand(url: string, to: string): string {
  return `pg_dump --format=custom --no-owner --file=${quoted(to)} --dbname=${quoted(withoutPasswordAtAll(url))}`;
}

export function restoreCommands(url: string, from: string): string[] {
  return [
    "createdb goniec_restored",
    `pg_restore --no-owner --dbname=${quoted(inDatabase(withoutPasswordAtAll(url), "goniec_restored"))} ${quoted(from)}`,
  ];
}

function apart(url: string): { readonly address: string; readonly password?: string } {
  if (!URL.canParse(url)) return { address: url };
  const { password } = new URL(url);
  return password === "" ? { address: url } : { address: withoutPasswordAtAll(url), password: decodeURIComponent(password) };
}

function withoutPasswordAtAll(url: string): string {
  return withoutPassword(url).replace(":***@", "@");
}

function inDatabase(url: string, name: string): string {
  return url.replace(/^(\w+:\/\/[^/]*)(\/[^?]*)?/, `$1/${name}`);
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
