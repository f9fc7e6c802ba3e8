import { describe, expect, it } from "vitest";
import { StorageError } from "./storage-error.ts";

describe("a storage error", () => {
  it.each([
    ["database is locked", "busy", "the database d.db is being written by another process (database is locked)"],
    ["UNIQUE constraint failed: Lead.address", "conflict", "the database d.db: UNIQUE constraint failed: Lead.address"],
    [
      "cannot store TEXT value in INTEGER column Event.at",
      "conflict",
      "the database d.db: cannot store TEXT value in INTEGER column Event.at",
    ],
    [
      "attempt to write a readonly database",
      "unusable",
      "the database d.db cannot be written: check the permissions of the file and its folder (attempt to write a readonly database)",
    ],
    [
      "unable to open database file",
      "unusable",
      "the database d.db cannot be opened: check that its folder exists and may be written (unable to open database file)",
    ],
    [
      "file is not a database",
      "unusable",
      "the database d.db is not a SQLite database, or it is damaged (file is not a database)",
    ],
    [
      "database disk image is malformed",
      "unusable",
      "the database d.db is not a SQLite database, or it is damaged (database disk image is malformed)",
    ],
    ["database or disk is full", "failed", "the database d.db found no space left on the disk (database or disk is full)"],
    ["no such table: Lead", "failed", "the database d.db: no such table: Lead"],
  ])("turns %j into the kind %s and words for people", (message, kind, text) => {
    const cause = new Error(message);
    expect(StorageError.of(cause, "d.db")).toMatchObject({ kind, message: text, cause });
  });

  it("is not wrapped twice", () => {
    const error = new StorageError("busy", "wait");
    expect(StorageError.of(error, "d.db")).toBe(error);
  });
});
