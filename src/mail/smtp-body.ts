import type { Socket } from "node:net";
import { Duplex, Readable } from "node:stream";

/** Large messages are handed over in pieces, so that a server that stops reading is noticed and memory stays bounded. */
const PIECE_BYTES = 64 * 1024;

/** What a body needs to know of the conversation it is part of. */
export interface BodyWatch {
  /** 354 was answered; the first piece follows. */
  begin(): void;
  /** The connection that the bytes go to. */
  socket(): Socket | undefined;
  /** Before each piece: the server has a new allowance of time for it. */
  piece(): void;
  /**
   * The whole body lies with the operating system. Decides about the dot; `true` lets it leave within this very turn of the event
   * loop.
   */
  mayEnd(): Promise<boolean>;
}

/**
 * A message that ends only by permission. The library reads it after 354 by calling `pipe`, and writes the dot when the stream that
 * it pipes into is ended; nothing but `#deliver` ends it.
 *
 * `pipe` is our own because the standard one cannot say when the body has really left: the library's dot-stuffing stream and the
 * socket both buffer. Asking for the permit before they are empty would let the dot wait behind megabytes for a server that reads
 * slowly, long after the permit has gone stale.
 */
export class PermittedBody extends Readable {
  readonly #message: Buffer;
  readonly #watch: BodyWatch;

  constructor(message: Buffer, watch: BodyWatch) {
    super();
    this.#message = message;
    this.#watch = watch;
  }

  override _read(): void {
    // Nobody pulls; `pipe` pushes.
  }

  override pipe<T extends NodeJS.WritableStream>(sink: T): T {
    if (!(sink instanceof Duplex)) throw new TypeError("the SMTP library no longer pipes a message into a transform stream");
    void this.#deliver(sink);
    return sink;
  }

  async #deliver(sink: Duplex): Promise<void> {
    this.#watch.begin();
    for (let at = 0; at < this.#message.length && !this.destroyed; at += PIECE_BYTES) {
      this.#watch.piece();
      await delivered(this.#message.subarray(at, at + PIECE_BYTES), sink, this.#watch.socket());
    }
    if (!this.destroyed && (await this.#watch.mayEnd())) sink.end();
  }
}

/** Resolves when the piece has passed the dot-stuffing and every buffer of ours. Stays open when the connection is torn down. */
async function delivered(piece: Buffer, sink: Duplex, socket: Socket | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    sink.write(piece, () => resolve());
  });
  if (sink.readableLength > 0 || sink.writableLength > 0) await emptied(sink);
  // Writes are carried out in order, so the end of an empty one is the end of all before it.
  if (socket !== undefined && socket.writableLength > 0) {
    await new Promise<void>((resolve) => {
      socket.write(Buffer.alloc(0), () => resolve());
    });
  }
}

function emptied(sink: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (sink.readableLength > 0 || sink.writableLength > 0) return;
      sink.off("data", look);
      resolve();
    };
    // The library's own listener came first: when ours runs, the socket has the bytes.
    sink.on("data", look);
    look();
  });
}
