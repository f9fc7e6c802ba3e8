import type { Transaction } from "kysely";
import { ADDRESS_FIELD } from "../domain/lead-fields.ts";
import { say } from "../domain/phrase.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { surveyBytes } from "../leads/byte-survey.ts";
import { CSV_MARK, csvRow } from "../domain/csv-text.ts";
import { mapAsGuessed } from "../leads/mapping.ts";
import { type ImportedLead, readLeads } from "../leads/read-leads.ts";
import { guessFormat } from "../leads/uploaded-format.ts";
import { recordEvent } from "../storage/events.ts";
import type { Database } from "../storage/schema.ts";
import { listSuppressed, suppressMany } from "../storage/suppressions.ts";
import type { Questions } from "./questions.ts";

/** About half a million addresses; the file is kept in memory while it is read. */
const FILE_BYTES_MAX = 20_000_000;
const ADDRESSES_PER_WRITE = 200;
const REFUSED_SHOWN_MAX = 1_000;
const REASON_CHARACTERS_MAX = 500;
const EXPORTED_PER_QUESTION = 1_000;

export interface SuppressionParts extends Pick<Questions, "reader"> {
  write<T>(work: (trx: Transaction<Database>, now: number) => Promise<T>): Promise<T>;
}

export interface SuppressionImport {
  /** Addresses that were not suppressed before. */
  readonly added: number;
  readonly known: number;
  /** Rows that hold no address, or one that stands further up already. */
  readonly refused: number;
  /** The first of them. */
  readonly firstRefused: readonly { readonly line: number; readonly value: string; readonly reason: string }[];
}

/**
 * Suppresses every address of a CSV file: a bare list, or one with a column of addresses and perhaps one named `reason`. Rows that hold no
 * address are refused one by one, and all others are taken, because whoever asked not to be written to must not wait for a neighbour's slip
 * of the pen. In transactions of 200; a process that dies leaves the first ones suppressed, and the same file may be given again.
 */
export async function importSuppressions(
  parts: SuppressionParts,
  bytes: AsyncIterable<Uint8Array>,
  given: { readonly fileName: string; readonly reason: string; readonly actor: string },
): Promise<Result<SuppressionImport>> {
  const refuse = (fault: { message: string; allowed?: string }) => fail({ field: "file", value: given.fileName, ...fault });
  const content = await collect(bytes);
  if (content === undefined) return refuse({ message: "is too large", allowed: `at most ${FILE_BYTES_MAX / 1e6} MB` });
  const format = guessFormat(await surveyBytes(pieces(content)));
  if (!format.ok) return refuse(format.error);
  const mapping = mapAsGuessed(format.value);
  if (!mapping.ok) return refuse({ message: mapping.error.message, allowed: `a column named ${ADDRESS_FIELD}` });
  const firstRefused: SuppressionImport["firstRefused"][number][] = [];
  let [added, known, refused] = [0, 0, 0];
  for await (const batch of readLeads(pieces(content), mapping.value)) {
    for (let start = 0; start < batch.leads.length; start += ADDRESSES_PER_WRITE) {
      const entries = batch.leads.slice(start, start + ADDRESSES_PER_WRITE).map((lead) => entryOf(lead, given.reason));
      const fresh = await parts.write((trx, now) => suppressMany(trx, entries, given.actor, now));
      added += fresh;
      known += entries.length - fresh;
    }
    refused += batch.rejected.length;
    for (const { row, value, reason } of batch.rejected)
      if (firstRefused.length < REFUSED_SHOWN_MAX) firstRefused.push({ line: row, value, reason: refusalOf(value, reason) });
  }
  const data = { fileName: given.fileName, added, known, refused };
  await parts.write((trx, now) => recordEvent(trx, { kind: "suppressions-imported", at: now, actor: given.actor, data }));
  return ok({ added, known, refused, firstRefused });
}

function entryOf({ address, fields }: ImportedLead, reason: string): { address: string; reason: string } {
  const own = fields["reason"] ?? fields["powod"] ?? reason;
  return { address, reason: own.slice(0, REASON_CHARACTERS_MAX) };
}

const refusalOf = (value: string, reason: string): string =>
  /^@[^@\s]+$|^\*@/.test(value.trim()) ? say("address-domain") : reason;

async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array[] | undefined> {
  const content: Uint8Array[] = [];
  let length = 0;
  for await (const piece of bytes) {
    length += piece.length;
    if (length > FILE_BYTES_MAX) return undefined;
    content.push(piece.slice());
  }
  return content;
}

async function* pieces(content: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* content;
}

/** The suppression list as a CSV file that a spreadsheet opens, and that `importSuppressions` reads; in pieces. */
export async function* exportSuppressions({ reader }: Pick<Questions, "reader">, separator = ";"): AsyncGenerator<string> {
  yield CSV_MARK + csvRow(["email", "reason", "source", "since"], separator);
  for (let after: string | undefined; ; ) {
    const { items, next } = await listSuppressed(reader, { after, limit: EXPORTED_PER_QUESTION });
    yield items
      .map(({ address, reason, source, createdAt }) =>
        csvRow([address, reason, source, new Date(createdAt).toISOString()], separator),
      )
      .join("");
    if (next === undefined) return;
    after = next;
  }
}
