import { fail, ok, type Result } from "./result.ts";

/** What the setting `database` may be. */
const DATABASE_ALLOWED = "a SQLite file, or postgres://user:password@host:port/name";

/** Whether the setting `database` names a PostgreSQL database and not a SQLite file. */
export function isPostgresUrl(database: string): boolean {
  return /^postgres(ql)?:\/\//i.test(database);
}

/**
 * The address without its password, for people and logs. What stands before the last @ counts as the password, because an address that
 * cannot be read holds one too, perhaps with an @ or a slash in it.
 */
export function withoutPassword(address: string): string {
  return address.replace(/^(\w+:\/*[^:/]*):.*@/, "$1:***@").replace(/([?&]password=)[^&]*/gi, "$1***");
}

/** Refuses an address of a kind that goniec does not know, which would otherwise become a SQLite file of that name. */
export function parseDatabase(text: string): Result<string> {
  const refuse = (message: string) =>
    fail({ field: "database", value: withoutPassword(text), message, allowed: DATABASE_ALLOWED });
  if (text === "") return refuse("is empty");
  if (isPostgresUrl(text)) return isReadable(text) ? ok(text) : refuse(UNREADABLE);
  if (/^postgres(ql)?:/i.test(text)) return refuse("lacks the two slashes after postgres:");
  // One letter and a colon is a drive of Windows.
  const scheme = /^(\w[\w+.-]+):\//.exec(text)?.[1];
  return scheme === undefined ? ok(text) : refuse(`${scheme} is no kind of database that goniec knows`);
}

const UNREADABLE = "cannot be read: check the port, and write / : @ # and % in user and password as %2F %3A %40 %23 and %25";

function isReadable(address: string): boolean {
  // No host stands for the server on this machine, where libpq looks for its socket; the standard for URLs wants one.
  const withHost = address.replace("@/", "@localhost/");
  // A password with a bare slash would end there, and its rest become a host and a name, with the @ in it.
  return URL.canParse(withHost) && !new URL(withHost).pathname.includes("@");
}
