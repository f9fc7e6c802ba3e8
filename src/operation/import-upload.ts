import type { Transaction } from "kysely";
import { say } from "../domain/phrase.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { ByteSurveyor, HEAD_BYTES } from "../leads/byte-survey.ts";
import { guessFormat } from "../leads/uploaded-format.ts";
import { addChunk, createImport, dropChunks, moveImport, openImports, removeImport } from "../storage/imports.ts";
import type { Database } from "../storage/schema.ts";
import { type ImportView, showImport } from "./imports.ts";
import type { Questions } from "./questions.ts";

/** What an upload works with. */
export interface UploadParts extends Pick<Questions, "reader"> {
  write<T>(work: (trx: Transaction<Database>, now: number) => Promise<T>): Promise<T>;
  /** The largest file that is taken. */
  readonly importBytesMax: number;
}

export interface Upload {
  readonly fileName: string;
  readonly actor: string;
}

/** Of each file some hundred megabytes may lie in the database. */
const OPEN_IMPORTS_MAX = 20;
const FILE_NAME_CHARACTERS_MAX = 255;
/** 4 MB: as much as a short transaction takes away. */
const CHUNKS_DROPPED = 16;

/** Thrown to end an upload that was refused; never leaves this file. */
class Refused extends Error {
  readonly problem: { readonly message: string; readonly allowed?: string };

  constructor(problem: Refused["problem"]) {
    super(problem.message);
    this.problem = problem;
  }
}

/**
 * Takes a file in as its bytes come, each piece in a transaction of its own, and guesses how it is written. Nothing stays of a file that is
 * refused (too large, no text, nothing in it), or whose source breaks off: what `bytes` throws is thrown on.
 */
export async function uploadFile(
  parts: UploadParts,
  bytes: AsyncIterable<Uint8Array>,
  upload: Upload,
): Promise<Result<ImportView>> {
  const fileName = storedName(upload.fileName);
  const refuse = (problem: Refused["problem"]) => fail({ field: "file", value: fileName, ...problem });
  if ((await openImports(parts.reader)) >= OPEN_IMPORTS_MAX) return refuse(TOO_MANY);
  const id = await parts.write((trx, now) => createImport(trx, fileName, upload.actor, now));
  try {
    const format = guessFormat(await store(parts, id, bytes));
    if (!format.ok) throw new Refused(format.error);
    const change = { state: "uploaded", format: JSON.stringify(format.value) } as const;
    if (!(await parts.write((trx, now) => moveImport(trx, id, ["uploading"], change, now)))) throw new Refused(CANCELLED);
  } catch (error) {
    await forget(parts, id);
    if (error instanceof Refused) return refuse(error.problem);
    throw error;
  }
  const view = await showImport(parts.reader, id);
  return view === undefined ? refuse(CANCELLED) : ok(view);
}

const TOO_MANY = {
  message: say("file-too-many"),
  allowed: say("allowed-files", { max: OPEN_IMPORTS_MAX }),
};
const CANCELLED = { message: say("file-cancelled") };

async function store(parts: UploadParts, id: number, bytes: AsyncIterable<Uint8Array>) {
  const surveyor = new ByteSurveyor();
  let number = 0;
  let total = 0;
  for await (const piece of piecesOf(bytes)) {
    total += piece.length;
    if (total > parts.importBytesMax) throw tooLarge(parts.importBytesMax);
    surveyor.read(piece);
    const at = number;
    if (!(await parts.write((trx, now) => addChunk(trx, id, at, piece, now)))) throw new Refused(CANCELLED);
    number += 1;
  }
  return surveyor.finish();
}

function tooLarge(bytesMax: number): Refused {
  return new Refused({
    message: say("file-too-large"),
    allowed: say("allowed-file-size", { max: (bytesMax / 1e6).toFixed(0) }),
  });
}

/** The bytes in pieces of `HEAD_BYTES`, the last one smaller, whatever sizes they come in. The first tells all that a sample shows. */
async function* piecesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  for await (const part of bytes) {
    for (let start = 0; start < part.length; ) {
      const taken = part.slice(start, start + HEAD_BYTES - length);
      start += taken.length;
      length += taken.length;
      waiting.push(taken);
      if (length < HEAD_BYTES) continue;
      yield Buffer.concat(waiting);
      waiting = [];
      length = 0;
    }
  }
  if (length > 0) yield Buffer.concat(waiting);
}

/** A name that is shown and logged, and never a path. */
function storedName(name: string): string {
  const base = name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
  return base.replace(/[\p{Cc}\p{Cf}\p{Surrogate}]/gu, "").slice(0, FILE_NAME_CHARACTERS_MAX) || "leads.csv";
}

/** Takes an upload's traces away, as far as it goes; the rest, where the database is what is out of order, is tidied up later. */
async function forget(parts: UploadParts, id: number): Promise<void> {
  try {
    await dropAllChunks(parts, id);
    await parts.write((trx) => removeImport(trx, id, ["uploading", "cancelled"]));
  } catch {
    // The reason why the upload ended says more.
  }
}

/** Takes a file's pieces out of the database, in short transactions. */
export async function dropAllChunks(parts: Pick<UploadParts, "write">, importId: number): Promise<void> {
  while ((await parts.write((trx) => dropChunks(trx, importId, CHUNKS_DROPPED))) === CHUNKS_DROPPED);
}
