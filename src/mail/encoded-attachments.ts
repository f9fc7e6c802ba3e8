import { type Attachment, encodeAttachment, type MimePart } from "./compose.ts";

type LoadAttachments = (messageId: number) => Promise<readonly Attachment[]>;

interface Kept {
  readonly parts: readonly MimePart[];
  readonly bytes: number;
}

/** Enough for many campaigns without attachments, and for two with as much as a mail may carry. */
const KEPT_MAX = 200;
const KEPT_BYTES_MAX = 50_000_000;

/** Keeps the attachments of the message versions used last, encoded, because a campaign's mails follow each other. */
export class EncodedAttachments {
  readonly #load: LoadAttachments;
  /** The one used last at the end. */
  readonly #kept = new Map<number, Kept>();
  #keptBytes = 0;
  /** Mails that begin together share one reading. */
  readonly #loading = new Map<number, Promise<Kept>>();

  constructor(load: LoadAttachments) {
    this.#load = load;
  }

  async get(messageId: number): Promise<readonly MimePart[]> {
    const kept = this.#kept.get(messageId) ?? (await this.#fetchOnce(messageId));
    this.#forget(messageId);
    this.#kept.set(messageId, kept);
    this.#keptBytes += kept.bytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_MAX && this.#keptBytes <= KEPT_BYTES_MAX) break;
      if (oldest !== messageId) this.#forget(oldest);
    }
    return kept.parts;
  }

  #fetchOnce(messageId: number): Promise<Kept> {
    const loading = this.#loading.get(messageId) ?? this.#fetch(messageId).finally(() => this.#loading.delete(messageId));
    this.#loading.set(messageId, loading);
    return loading;
  }

  async #fetch(messageId: number): Promise<Kept> {
    const parts = (await this.#load(messageId)).map(encodeAttachment);
    const bytes = parts.reduce((sum, { body }) => sum + body.reduce((partSum, piece) => partSum + piece.length, 0), 0);
    return { parts, bytes };
  }

  #forget(messageId: number): void {
    this.#keptBytes -= this.#kept.get(messageId)?.bytes ?? 0;
    this.#kept.delete(messageId);
  }
}
