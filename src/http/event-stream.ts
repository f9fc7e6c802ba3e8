import { Readable } from "node:stream";

/** What may still wait for a reader, beyond what the system keeps for it, when more comes: one that is further behind is let go, and may resume. */
const WAITING_MAX_BYTES = 256 * 1024;

/** How long a client waits before it comes back. */
const RETRY_MS = 2_000;

/** An event stream (HTML, section 9.2) that never makes its writer wait. */
export class EventStream extends Readable {
  constructor() {
    super();
    this.push(`retry: ${RETRY_MS}\n\n`);
  }

  /** A block of lines, as `eventText` makes them; the stream ends instead when its reader is too slow. */
  write(text: string): void {
    if (this.destroyed) return;
    if (this.readableLength > WAITING_MAX_BYTES) this.destroy();
    else this.push(text);
  }

  end(): void {
    if (!this.destroyed) this.push(null);
  }

  override _read(): void {
    // Whatever there is has been pushed.
  }
}

/** A named event whose data is `data` as JSON, which has no line breaks. */
export function eventText(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Sets the id with which the client resumes, and nothing else: a block without data is no event. */
export function idText(id: string): string {
  return `id: ${id}\n\n`;
}

/** Tells that the stream is alive; proxies end connections on which nothing moves. */
export const HEARTBEAT = ": still here\n";
