export const HEAD_BYTES = 256 * 1024;

const LF = 0x0a;
const CR = 0x0d;

/** How often each byte of 0x80-0xFF occurs, by what stands around it. Indexed by the byte's value. */
export interface HighByteCounts {
  /** Directly before an ASCII vowel. */
  readonly beforeVowel: Uint32Array;
  /** Beside another letter or high byte, but not before an ASCII vowel. */
  readonly inWord: Uint32Array;
  /** Beside neither. */
  readonly alone: Uint32Array;
}

/** What one pass over a file's bytes tells about its text, in fixed memory. */
export interface ByteSurvey {
  readonly sizeBytes: number;
  /** The first `HEAD_BYTES` at most. */
  readonly head: Buffer;
  readonly nulsAtEven: number;
  readonly nulsAtOdd: number;
  readonly high: HighByteCounts;
  readonly highBytes: number;
  /** High bytes with a high byte on both sides: rare in Latin alphabets, the rule in all others. */
  readonly highAmongHigh: number;
  /** High bytes that pair up as UTF-8 would write a European letter (U+0080-U+027F). */
  readonly highInLatinPairs: number;
  /** The line (from 1) that first breaks UTF-8; undefined when the whole file is valid UTF-8. */
  readonly firstNotUtf8Line: number | undefined;
  readonly longestLine: { readonly line: number; readonly bytes: number };
}

/** Reads all of the bytes once; throws what their source throws. */
export async function surveyBytes(bytes: AsyncIterable<Uint8Array>): Promise<ByteSurvey> {
  const surveyor = new ByteSurveyor();
  for await (const chunk of bytes) surveyor.read(chunk);
  return surveyor.finish();
}

/**
 * Surveys a file whose bytes come by in pieces of any size. A sample would do for most files, but an exported list that turns from ASCII to
 * "Łódź" only at its end would then be decoded wrongly without a word.
 */
export class ByteSurveyor {
  #sizeBytes = 0;
  readonly #head: Uint8Array[] = [];
  #headBytes = 0;
  readonly #nulsAt: [even: number, odd: number] = [0, 0];
  readonly #utf8 = new Utf8Check();
  #firstNotUtf8Line: number | undefined;
  #line = 1;
  #lineStart = 0;
  #longestLine = { line: 1, bytes: 0 };
  readonly #high = new HighBytes();

  read(chunk: Uint8Array): void {
    if (this.#headBytes < HEAD_BYTES) {
      // A copy, because who reads a stream may use the piece's memory again.
      const part = chunk.slice(0, HEAD_BYTES - this.#headBytes);
      this.#head.push(part);
      this.#headBytes += part.length;
    }
    for (const byte of chunk) this.#readByte(byte);
  }

  finish(): ByteSurvey {
    this.#high.see(LF);
    if (!this.#utf8.atBoundary) this.#firstNotUtf8Line ??= this.#line;
    this.#endLine();
    return {
      sizeBytes: this.#sizeBytes,
      head: Buffer.concat(this.#head),
      nulsAtEven: this.#nulsAt[0],
      nulsAtOdd: this.#nulsAt[1],
      high: this.#high.counts,
      highBytes: this.#high.total,
      highAmongHigh: this.#high.amongHigh,
      highInLatinPairs: this.#high.inLatinPairs,
      firstNotUtf8Line: this.#firstNotUtf8Line,
      longestLine: this.#longestLine,
    };
  }

  #readByte(byte: number): void {
    if (byte === 0) this.#nulsAt[(this.#sizeBytes & 1) as 0 | 1]++;
    if (!this.#utf8.accept(byte)) this.#firstNotUtf8Line ??= this.#line;
    this.#high.see(byte);
    this.#sizeBytes++;
    if (byte === LF || byte === CR) this.#endLine();
    if (byte === LF) this.#line++;
  }

  #endLine(): void {
    const bytes = this.#sizeBytes - this.#lineStart;
    if (bytes > this.#longestLine.bytes) this.#longestLine = { line: this.#line, bytes };
    this.#lineStart = this.#sizeBytes;
  }
}

/** Counts a byte of 0x80-0xFF when the byte after it is known. */
class HighBytes {
  readonly counts: HighByteCounts = {
    beforeVowel: new Uint32Array(256),
    inWord: new Uint32Array(256),
    alone: new Uint32Array(256),
  };
  total = 0;
  amongHigh = 0;
  inLatinPairs = 0;
  #before = LF;
  #current = LF;

  see(next: number): void {
    if (this.#current >= 0x80) this.#count(this.#before, this.#current, next);
    this.#before = this.#current;
    this.#current = next;
  }

  #count(before: number, byte: number, next: number): void {
    this.total++;
    if (before >= 0x80 && next >= 0x80) this.amongHigh++;
    if (byte >= 0xc2 && byte <= 0xc9 && next >= 0x80 && next <= 0xbf) this.inLatinPairs += 2;
    const place = isVowel(next) ? "beforeVowel" : isWordByte(before) || isWordByte(next) ? "inWord" : "alone";
    const counts = this.counts[place];
    counts[byte] = (counts[byte] ?? 0) + 1;
  }
}

const isWordByte = (byte: number): boolean => byte >= 0x80 || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a);

const VOWELS = new Set(Buffer.from("aeiouyAEIOUY"));
const isVowel = (byte: number): boolean => VOWELS.has(byte);

/** Validates UTF-8 byte by byte: the decoder of https://encoding.spec.whatwg.org/#utf-8-decoder without its output. */
class Utf8Check {
  #needed = 0;
  #lower = 0x80;
  #upper = 0xbf;

  /** True between characters; false where the file ends in the middle of one. */
  get atBoundary(): boolean {
    return this.#needed === 0;
  }

  /** False when the byte cannot stand here. The check then goes on with the next byte as if afresh. */
  accept(byte: number): boolean {
    if (this.#needed === 0) return byte < 0x80 || this.#acceptLead(byte);
    const fits = byte >= this.#lower && byte <= this.#upper;
    this.#lower = 0x80;
    this.#upper = 0xbf;
    this.#needed = fits ? this.#needed - 1 : 0;
    return fits;
  }

  #acceptLead(byte: number): boolean {
    if (byte < 0xc2 || byte > 0xf4) return false;
    this.#needed = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    // The second byte's range shuts out overlong forms, surrogates and what lies beyond U+10FFFF.
    if (byte === 0xe0) this.#lower = 0xa0;
    if (byte === 0xed) this.#upper = 0x9f;
    if (byte === 0xf0) this.#lower = 0x90;
    if (byte === 0xf4) this.#upper = 0x8f;
    return true;
  }
}
