import type { Writable } from "node:stream";

/** Large messages are handed over in pieces, so that a server that stops reading is noticed and memory stays bounded. */
const PIECE_BYTES = 64 * 1024;
const CR = 0x0d;
const LF = 0x0a;
const DOT = 0x2e;

/** What ends a message that `wireForm` has made. */
export const END_OF_MESSAGE = ".\r\n";

/**
 * A message as it goes over the wire, all but its final dot: dots at the beginning of a line doubled (RFC 5321 section 4.5.2), CRLF at
 * its end, and no CR or LF that stands alone. Those become CRLF, because some servers take "\n.\n" for the end of the message and what
 * follows for commands.
 */
export function wireForm(message: Buffer): Buffer {
  if (isReady(message)) return message;
  const out = Buffer.allocUnsafe(message.length * 2 + 2);
  let length = 0;
  let atLineStart = true;
  for (let at = 0; at < message.length; at += 1) {
    const byte = message[at] ?? 0;
    const isBreak = byte === CR || byte === LF;
    if (byte === CR && message[at + 1] === LF) at += 1;
    if (isBreak) out[length++] = CR;
    if (atLineStart && byte === DOT) out[length++] = DOT;
    out[length++] = isBreak ? LF : byte;
    atLineStart = isBreak;
  }
  if (!atLineStart) length += out.write("\r\n", length, "latin1");
  return out.subarray(0, length);
}

/** Most messages are, and need no copy. */
function isReady(message: Buffer): boolean {
  let before = LF;
  for (let at = 0; at < message.length; at += 1) {
    const byte = message[at] ?? 0;
    if (before === CR ? byte !== LF : byte === LF || (before === LF && byte === DOT)) return false;
    before = byte;
  }
  return before === LF;
}

/**
 * Writes the message to the socket; resolves when all of it lies with the operating system, or the socket was destroyed. Asking for the
 * permit earlier would let the dot wait behind megabytes for a server that reads slowly, long after the permit has gone stale.
 *
 * @param onPiece before each piece: the server has a new allowance of time for it
 */
export async function deliver(message: Buffer, socket: Writable, onPiece: () => void): Promise<void> {
  for (let at = 0; at < message.length && !socket.destroyed; at += PIECE_BYTES) {
    onPiece();
    await written(message.subarray(at, at + PIECE_BYTES), socket);
  }
}

function written(piece: Buffer, socket: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off("close", done);
      resolve();
    };
    // A write that is under way when its stream is destroyed need not be called back.
    socket.once("close", done);
    socket.write(piece, done);
  });
}
