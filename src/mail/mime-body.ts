/** A text as it stands in a mail: the name of its Content-Transfer-Encoding and its bytes, with CRLF line ends. */
export interface EncodedText {
  readonly encoding: "7bit" | "quoted-printable" | "base64";
  readonly bytes: Buffer;
}

/** RFC 2045 section 6.7 (5) and 6.8: an encoded line has at most this many characters; longer plain ones are encoded for that reason. */
const LINE_MAX = 76;
const CR = 0x0d;
const LF = 0x0a;
const TAB = 0x09;
const SPACE = 0x20;
const EQUALS = 0x3d;
const UNDERSCORE = 0x5f;
const HEX = Buffer.from("0123456789ABCDEF", "latin1");
const CRLF = Buffer.from("\r\n", "latin1");

/**
 * Encodes a body: as it is when every mail server passes it on unchanged, else quoted-printable, or base64 where that would double it,
 * which it does to texts mostly outside of ASCII. Line ends of any kind become CRLF. No encoded text contains "=_", so that a boundary with
 * these two letters cannot occur in it.
 */
export function encodeText(text: string): EncodedText {
  const bytes = Buffer.from(text, "utf8");
  if (isPlain(bytes)) return { encoding: "7bit", bytes: withCrlf(bytes) };
  const printable = quotedPrintable(bytes);
  if (printable.length <= bytes.length * 2) return { encoding: "quoted-printable", bytes: printable };
  return { encoding: "base64", bytes: base64Lines(withCrlf(bytes)) };
}

/** Printable ASCII in short lines, without "=_". */
function isPlain(bytes: Uint8Array): boolean {
  let column = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === CR || byte === LF) column = 0;
    else if (++column > LINE_MAX || byte >= 0x80 || isControl(byte)) return false;
    else if (byte === UNDERSCORE && bytes[at - 1] === EQUALS) return false;
  }
  return true;
}

const isControl = (byte: number): boolean => byte === 0x7f || (byte < SPACE && byte !== TAB && byte !== CR && byte !== LF);

/** CR, LF and CRLF all become CRLF: RFC 5321 section 2.3.8 forbids the first two on the wire. */
function withCrlf(bytes: Buffer): Buffer {
  const out = Buffer.allocUnsafe(bytes.length * 2);
  let length = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte !== CR && byte !== LF) {
      out[length++] = byte;
      continue;
    }
    if (byte === CR && bytes[at + 1] === LF) at += 1;
    out[length++] = CR;
    out[length++] = LF;
  }
  return out.subarray(0, length);
}

/** What a byte is to quoted-printable: literal, or looked at more closely, or the columns that it needs encoded. */
const LITERAL = 1;
const SPACE_OR_BREAK = 2;
/** The first byte of a UTF-8 sequence asks for the columns of all, so that no character is torn apart by a soft break. */
const COLUMNS = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0xf0) return 12;
  if (byte >= 0xe0) return 9;
  if (byte >= 0xc0) return 6;
  if (byte >= 0x80) return 0;
  if (byte === EQUALS || isControl(byte)) return 3;
  return byte <= SPACE ? SPACE_OR_BREAK : LITERAL;
});

/** RFC 2045 section 6.7 of UTF-8 bytes. */
function quotedPrintable(bytes: Buffer): Buffer {
  // Three columns a byte at most, and a soft break (three more) after at least 64 of them: 75 less the widest character.
  const out = Buffer.allocUnsafe(bytes.length * 3 + Math.ceil((bytes.length * 9) / 64));
  let length = 0;
  let column = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    let columns = COLUMNS[byte] ?? 0;
    if (columns === SPACE_OR_BREAK) {
      if (byte === CR || byte === LF) {
        if (byte === CR && bytes[at + 1] === LF) at += 1;
        out[length++] = CR;
        out[length++] = LF;
        column = 0;
        continue;
      }
      columns = endsLine(bytes[at + 1]) ? 3 : LITERAL;
    }
    if (column + columns >= LINE_MAX) {
      out[length++] = EQUALS;
      out[length++] = CR;
      out[length++] = LF;
      column = 0;
    }
    if (columns === LITERAL) {
      out[length++] = byte;
      column += 1;
    } else {
      out[length++] = EQUALS;
      out[length++] = HEX[byte >> 4] ?? 0;
      out[length++] = HEX[byte & 15] ?? 0;
      column += 3;
    }
  }
  return out.subarray(0, length);
}

/** A space before a line end may get lost on the way (rule 3). */
const endsLine = (next: number | undefined): boolean => next === undefined || next === CR || next === LF;

/** Base64 in lines of 76 characters, without a line end after the last (RFC 2045 section 6.8). */
export function base64Lines(bytes: Uint8Array): Buffer {
  const flat = Buffer.from(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"), "latin1");
  const lines = Math.ceil(flat.length / LINE_MAX);
  const out = Buffer.allocUnsafe(flat.length + Math.max(0, lines - 1) * CRLF.length);
  for (let line = 0; line < lines; line += 1) {
    const start = line * (LINE_MAX + CRLF.length);
    if (line > 0) CRLF.copy(out, start - CRLF.length);
    flat.copy(out, start, line * LINE_MAX, (line + 1) * LINE_MAX);
  }
  return out;
}
