/**
 * Why the database did not do what was asked, in words for the person who runs it.
 * `busy`: another process writes; `conflict`: a constraint or a column's type said no; `unusable`: the file itself; `failed`: anything else.
 */
export type StorageErrorKind = "busy" | "conflict" | "unusable" | "failed";

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
    const message = error instanceof Error ? error.message : String(error);
    const subject = path === undefined ? "the database" : `the database ${path}`;
    const rule = RULES.find(({ matches }) => matches.test(message));
    if (rule === undefined) return new StorageError("failed", `${subject}: ${message}`, error);
    return new StorageError(
      rule.kind,
      rule.text === undefined ? `${subject}: ${message}` : `${subject} ${rule.text} (${message})`,
      error,
    );
  }
}

const RULES: readonly { matches: RegExp; kind: StorageErrorKind; text?: string }[] = [
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
