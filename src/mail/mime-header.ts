import { domainToASCII } from "node:url";

/** RFC 5322 section 2.1.1 recommends 78 with CRLF; an encoded-word's line may have 76 (RFC 2047 section 2). */
const LINE_MAX = 76;
/** An unbroken run beyond this is cut into encoded-words, because a line can only be folded at a space. */
const WORD_MAX = 60;
/** Of an encoded-word's text: with `=?UTF-8?Q?` and `?=` it fits beside the longest name of a field. */
const ENCODED_MAX = 52;

/** A field with its name, folded at spaces; without CRLF at its end. The value has no line breaks and is ASCII unless RFC 6532 is meant. */
export function header(name: string, value: string): string {
  const line = `${name}: ${value}`;
  if (line.length <= LINE_MAX) return line;
  let folded = "";
  let column = 0;
  for (const [word] of line.matchAll(/ *[^ ]+/g)) {
    // A line must not begin where nothing but the name stands before: some readers take the field for empty.
    if (column + word.length > LINE_MAX && column > name.length + 1) {
      folded += "\r\n";
      column = 0;
    }
    folded += word;
    column += word.length;
  }
  return folded;
}

/** A text that anybody may have written, as the value of Subject: encoded-words where it is not plain ASCII. */
export function headerText(text: string): string {
  const line = oneLine(text);
  return isPlain(line) ? line : encodedWords(line);
}

/** A party in From or To: its name quoted or encoded, its domain in ASCII (RFC 5891), a local part outside of ASCII as it is (RFC 6532). */
export function headerAddress({ name, address }: { readonly name?: string; readonly address: string }): string {
  const spec = addressSpec(address);
  const phrase = oneLine(name ?? "");
  if (phrase === "") return PLAIN_ADDRESS.test(spec) ? spec : `<${spec}>`;
  return `${headerPhrase(phrase)} <${spec}>`;
}

const PLAIN_ADDRESS = /^[^\s"(),:;<>@[\\\]]+@[^\s"(),:;<>@[\\\]]+$/;
const NOT_ASCII = /[^\x20-\x7e]/;
const CONTROL = /\p{Cc}+/gu;
/** RFC 5321 section 4.1.2 with the letters that RFC 6531 adds. */
const DOT_ATOM = /^[\w!#$%&'*+\-/=?^`{|}~\u0080-\uffff]+(\.[\w!#$%&'*+\-/=?^`{|}~\u0080-\uffff]+)*$/;
const QUOTED_STRING = /^"(?:[^"\\]|\\.)*"$/;

/** What ends an address early is removed, and what would add another is quoted. */
function addressSpec(text: string): string {
  const address = text.replace(/[\p{Cc}<>]+/gu, " ").trim();
  const at = address.lastIndexOf("@");
  const local = address.slice(0, Math.max(at, 0));
  const domain = address.slice(at + 1);
  const safeLocal = DOT_ATOM.test(local) || QUOTED_STRING.test(local) ? local : quoted(local);
  return `${safeLocal}@${NOT_ASCII.test(domain) ? domainToASCII(domain) || domain : domain}`;
}

function headerPhrase(phrase: string): string {
  if (!isPlain(phrase)) return encodedWords(phrase);
  return /^[\w ]*$/.test(phrase) ? phrase : quoted(phrase);
}

/** The parameters of a MIME field that name a file: `filename="offer.pdf"`, or in the percent signs and sections of RFC 2231. */
export function fileParameters(parameter: string, filename: string): string {
  const name = oneLine(filename);
  if (isPlain(name) && name.length <= WORD_MAX) return `; ${parameter}=${quoted(name)}`;
  const sections = sectionsOf(name);
  if (sections.length === 1) return `; ${parameter}*=UTF-8''${sections[0]}`;
  return sections.map((text, at) => `; ${parameter}*${at}*=${at === 0 ? "UTF-8''" : ""}${text}`).join("");
}

/** The name for readers that know RFC 2047 only: an encoded-word does not belong into a parameter, and is understood there everywhere. */
export function fileNameForOldReaders(filename: string): string {
  return `; name="${headerText(filename).replace(/["\\]/g, "\\$&")}"`;
}

function sectionsOf(name: string): string[] {
  const sections = [""];
  for (const character of name) {
    const last = sections.length - 1;
    const escaped = percentEscaped(character);
    if ((sections[last] ?? "").length + escaped.length <= ENCODED_MAX) sections[last] += escaped;
    else sections.push(escaped);
  }
  return sections;
}

const percentEscaped = (character: string): string =>
  /^[A-Za-z0-9._~-]$/.test(character)
    ? character
    : Buffer.from(character, "utf8").toString("hex").toUpperCase().replace(/../g, "%$&");

/** Whether readers take it literally: printable ASCII, nothing that looks like an encoded-word, no run that cannot be folded. */
function isPlain(line: string): boolean {
  return /^[\x20-\x7e]*$/.test(line) && !line.includes("=?") && (line.length <= WORD_MAX || !LONG_WORD.test(line));
}

const LONG_WORD = new RegExp(`[^ ]{${WORD_MAX + 1}}`);

const oneLine = (text: string): string => text.replace(CONTROL, " ").trim();
const quoted = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;

/** RFC 2047: Q where letters from a to z outnumber the others, else B. */
function encodedWords(text: string): string {
  const latin = text.match(/[A-Za-z]/g)?.length ?? 0;
  const foreign = text.match(/[^\x20-\x7e]/g)?.length ?? 0;
  const [encoding, wordOf] = foreign < latin ? ["Q", wordInQ] : ["B", wordInB];
  return piecesOf(Buffer.from(text, "utf8"), encoding === "Q" ? widthInQ : widthInB)
    .map((piece) => `=?UTF-8?${encoding}?${wordOf(piece)}?=`)
    .join(" ");
}

/** The text cut between its characters (RFC 2047 section 5), so that each piece is at most `ENCODED_MAX` wide. */
function piecesOf(bytes: Buffer, widthOf: (byte: number) => number): Buffer[] {
  const pieces: Buffer[] = [];
  let start = 0;
  let width = 0;
  let end = 0;
  while (end < bytes.length) {
    const next = characterEnd(bytes, end);
    let characterWidth = 0;
    for (let at = end; at < next; at += 1) characterWidth += widthOf(bytes[at] ?? 0);
    if (width + characterWidth > ENCODED_MAX) {
      pieces.push(bytes.subarray(start, end));
      start = end;
      width = 0;
    }
    width += characterWidth;
    end = next;
  }
  return [...pieces, bytes.subarray(start)];
}

/** Where the UTF-8 sequence ends that begins at `start`. */
function characterEnd(bytes: Buffer, start: number): number {
  let end = start + 1;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end += 1;
  return end;
}

/** Each byte as an encoded-word has it in Q. Only what may stand in a name too is literal (RFC 2047 section 5, rule 3). */
const Q_WORD = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  if (character === " ") return "_";
  return /[A-Za-z0-9!*+/-]/.test(character) ? character : `=${byte.toString(16).toUpperCase().padStart(2, "0")}`;
});

const widthInQ = (byte: number): number => (Q_WORD[byte] ?? "").length;
/** Three bytes make four letters; the pieces come out a multiple of three long or a little shorter. */
const widthInB = (): number => 4 / 3;

function wordInQ(bytes: Buffer): string {
  let word = "";
  for (let at = 0; at < bytes.length; at += 1) word += Q_WORD[bytes[at] ?? 0];
  return word;
}

const wordInB = (bytes: Buffer): string => bytes.toString("base64");
