/**
 * Why the database did not do what was asked, in words for the person who runs it.
 * `busy`: others are in the way, and the same work may succeed if it is done again; `conflict`: a constraint or a column's type said no;
 * `unreachable`: no answer from the server, so a commit may or may not have happened; `unusable`: the file or server itself; `failed`:
 * anything else.
 */
export type StorageErrorKind = "busy" | "conflict" | "unreachable" | "unusable" | "failed";

/** Every failure of a database leaves storage/ as one of these, whichever driver raised it. */
export class StorageError extends Error {
  readonly kind: StorageErrorKind;

  constructor(kind: StorageErrorKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "StorageError";
    this.kind = kind;
  }

  /** Classifies a driver's error by SQLite's own message texts, which are part of its stable interface; `path` names the file in it. */
  static of(error: unknown, path?: string): StorageError {
    if (error instanceof StorageError) return error;
    const message = messageOf(error);
    const subject = path === undefined ? "the database" : `the database ${path}`;
    const rule = RULES.find(({ matches }) => matches.test(message));
    if (rule === undefined) return new StorageError("failed", `${subject}: ${message}`, error);
    return new StorageError(
      rule.kind,
      rule.text === undefined ? `${subject}: ${message}` : `${subject} ${rule.text} (${message})`,
      error,
    );
  }

  /** Classifies an error of PostgreSQL by its SQLSTATE (manual, appendix A); without one it is the network's. `place` names the server. */
  static ofPostgres(error: unknown, place: string): StorageError {
    if (error instanceof StorageError) return error;
    const { code } = error as { code?: unknown };
    const sqlState = typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
    const withoutState = messageOf(error).startsWith("SASL") ? NO_PASSWORD : NO_ANSWER;
    const rule = sqlState === undefined ? withoutState : (POSTGRES_RULES.find(({ matches }) => matches.test(sqlState)) ?? OTHER);
    const text = rule.text === undefined ? "" : ` ${rule.text}`;
    return new StorageError(rule.kind, `the database ${place}${text}: ${messageOf(error)}`, error);
  }
}

/** A connection refused on both of a host's addresses comes as one error without words of its own. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}

interface Rule {
  readonly matches: RegExp;
  readonly kind: StorageErrorKind;
  readonly text?: string;
}

const RULES: readonly Rule[] = [
  { matches: /database (table )?is locked|SQLITE_BUSY/i, kind: "busy", text: "is being written by another process" },
  { matches: /constraint failed|cannot store \w+ value in/i, kind: "conflict" },
  {
    matches: /readonly database/i,
    kind: "unusable",
    text: "cannot be written: check the permissions of the file and its folder",
  },
  { matches: /unable to open/i, kind: "unusable", text: "cannot be opened: check that its folder exists and may be written" },
  { matches: /not a database|malformed/i, kind: "unusable", text: "is not a SQLite database, or it is damaged" },
  { matches: /disk is full/i, kind: "failed", text: "found no space left on the disk" },
];

const NO_ANSWER: Omit<Rule, "matches"> = { kind: "unreachable", text: "does not answer" };
/** The driver's own words: it was asked for a password, and has none or another kind of one. */
const NO_PASSWORD: Omit<Rule, "matches"> = {
  kind: "unusable",
  text: "wants a password: write it in the address, or set PGPASSWORD",
};
const OTHER: Omit<Rule, "matches"> = { kind: "failed" };

const POSTGRES_RULES: readonly Rule[] = [
  // Serialisation failure, deadlock, and a lock that was not to be had in time: the transaction is rolled back for certain.
  { matches: /^(40001|40P01|55P03)$/, kind: "busy" },
  { matches: /^23|^22/, kind: "conflict" },
  { matches: /^28/, kind: "unusable", text: "does not let us in: check user and password" },
  { matches: /^3D000$/, kind: "unusable", text: "does not exist: create it first, with createdb" },
  { matches: /^(42501|25006)$/, kind: "unusable", text: "may not be written by this user" },
  // A statement that was prepared is unknown, or one that was not is known: this happens only when sessions are not ours alone.
  {
    matches: /^(26000|42P05)$/,
    kind: "unusable",
    text: "lies behind a pooler that shares sessions: use PgBouncer's session mode, or the server's own address",
  },
  // Shutting down, starting up, connection lost, too many connections, or a session that was ended from outside.
  { matches: /^(08|57P0|53300|25P0)/, kind: "unreachable", text: "does not answer" },
  { matches: /^53100$/, kind: "failed", text: "found no space left on the disk" },
];
