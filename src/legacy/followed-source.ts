import { stat } from "node:fs/promises";
import { type Instant, MINUTE_MS } from "../domain/instant.ts";
import { movingOf, noteReading, type OldSource } from "../storage/ownership.ts";
import { bringNews, BUSY_WAIT_MS, catchUp, type MoveParts } from "./catch-up.ts";
import { OldMailReader } from "./old-mail-reader.ts";

/** What is remembered of the last reading. */
interface Seen {
  readonly looks: Looks;
  /** When it was read whole. */
  readonly wholeAt: Instant;
  readonly mails: OldMailReader;
}

/** Files may be written twice within one tick of their clock, and what was changed in old rows only a whole reading sees. */
const WHOLE_AGAIN_AFTER_MS = 10 * MINUTE_MS;

/**
 * An older sender's database that is read again and again: not at all while nobody has written to it, its new mails while they are all that is
 * new, else whole, which takes the thread about a second for 50,000 leads.
 */
export class FollowedSource {
  readonly #parts: MoveParts;
  #seen: Seen | undefined;

  constructor(parts: MoveParts) {
    this.#parts = parts;
  }

  /** Brings in what is new; returns why it could not be read. */
  async read(source: OldSource): Promise<string | undefined> {
    // Looked at before it is read: what is written meanwhile looks different at the next look.
    const looks = await looksOf(source.path);
    const seen = this.#seen;
    // Whatever fails from here on, the next reading is a whole one.
    this.#seen = undefined;
    const isNews = looks !== undefined && seen !== undefined && source.problem === null && looks.file === seen.looks.file;
    if (!isNews || this.#parts.clock.now() - seen.wholeAt >= WHOLE_AGAIN_AFTER_MS) return this.#readWhole(source, looks);
    const isUnchanged = looks.written === seen.looks.written;
    if (!isUnchanged && !(await this.#readMails(source, seen.mails))) return this.#readWhole(source, looks);
    await this.#parts.write((trx, now) => noteReading(trx, source.id, undefined, now));
    this.#seen = { ...seen, looks };
    return undefined;
  }

  async #readWhole(source: OldSource, looks: Looks | undefined): Promise<string | undefined> {
    const wholeAt = this.#parts.clock.now();
    const { problem } = await catchUp(this.#parts, source);
    if (problem !== undefined || looks === undefined) return problem;
    const keys = (await movingOf(this.#parts.reader, source.id)).map(({ oldId }) => oldId);
    this.#seen = { looks, wholeAt, mails: new OldMailReader(source.path, keys) };
    return undefined;
  }

  /** False when a campaign is new or does something else than before, or nothing could be read: a whole reading tells. */
  async #readMails(source: OldSource, mails: OldMailReader): Promise<boolean> {
    const { reader, clock } = this.#parts;
    const read = await mails.read({ now: clock.now(), zone: source.zone, busyWaitMs: BUSY_WAIT_MS });
    if (!read.ok) return false;
    const statuses = new Map(read.value.campaigns.map(({ key, oldStatus }) => [key, oldStatus]));
    const campaigns = await movingOf(reader, source.id);
    if (campaigns.some(({ oldId, oldStatus }) => statuses.get(oldId) !== oldStatus)) return false;
    for (const campaign of campaigns) await bringNews(this.#parts, campaign, read.value.handOvers);
    return true;
  }
}

/** How a database's files look from outside. */
interface Looks {
  /** Another file in its place is another one. */
  readonly file: number;
  readonly written: string;
}

/** By size and time of the file and of its write-ahead log; undefined when there is none. */
async function looksOf(path: string): Promise<Looks | undefined> {
  const [file, log] = await Promise.all([path, `${path}-wal`].map((one) => stat(one).catch(() => undefined)));
  if (file === undefined) return undefined;
  const written = [file, log].map((one) => (one === undefined ? "none" : `${one.mtimeMs} ${one.size}`)).join(", ");
  return { file: file.ino, written };
}
