import iconv from "iconv-lite";
import { say } from "../domain/phrase.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import type { ByteSurvey, HighByteCounts } from "./byte-survey.ts";
import type { FileFault } from "./file-fault.ts";

/** As iconv-lite names them. */
export const READABLE_ENCODINGS: readonly string[] = ["utf-8", "utf-16le", "utf-16be", "cp1250", "cp1252", "iso-8859-2"];

const READABLE = say("allowed-csv-text");

const BINARY_FORMATS: readonly { readonly magic: string; readonly name: string }[] = [
  { magic: "504b0304", name: say("file-zip") },
  { magic: "d0cf11e0", name: say("file-xls") },
  { magic: "25504446", name: say("file-pdf") },
  { magic: "1f8b", name: say("file-gzip") },
];

const BOMS: readonly { readonly mark: string; readonly encoding: string }[] = [
  { mark: "efbbbf", encoding: "utf-8" },
  { mark: "fffe", encoding: "utf-16le" },
  { mark: "feff", encoding: "utf-16be" },
];

/**
 * The encoding of a file's text as a name that iconv-lite knows: `utf-8`, `utf-16le`, `utf-16be`, `cp1250`, `cp1252`
 * or `iso-8859-2`. Refuses what is not text, UTF-8 with broken places, and alphabets that none of these can write.
 */
export function detectEncoding(survey: ByteSurvey): Result<string, FileFault> {
  const start = survey.head.toString("hex", 0, 4);
  const binary = BINARY_FORMATS.find((format) => start.startsWith(format.magic));
  if (binary !== undefined) return fail({ message: say("file-not-csv", { part: binary.name }), allowed: READABLE });

  const marked = BOMS.find((bom) => start.startsWith(bom.mark))?.encoding;
  if (marked === "utf-16le" || marked === "utf-16be") return ok(marked);
  const utf16 = utf16ByNuls(survey);
  if (utf16 !== undefined) return ok(utf16);
  if (survey.nulsAtEven + survey.nulsAtOdd > survey.sizeBytes / 20) {
    return fail({ message: say("file-not-text"), allowed: READABLE });
  }
  if (marked === "utf-8" ? survey.firstNotUtf8Line === undefined : isUtf8(survey)) return ok("utf-8");
  if (marked === "utf-8" || isDamagedUtf8(survey)) {
    const line = survey.firstNotUtf8Line ?? 1;
    return fail({ message: say("file-broken-utf8", { line }), allowed: READABLE });
  }
  return detectSingleByteEncoding(survey);
}

/** Text of European languages in UTF-16 has a NUL in nearly every second byte, always on the same side. */
function utf16ByNuls({ sizeBytes, nulsAtEven, nulsAtOdd }: ByteSurvey): string | undefined {
  const characters = sizeBytes / 2;
  if (nulsAtOdd > 0.7 * characters && nulsAtEven < 0.05 * characters) return "utf-16le";
  if (nulsAtEven > 0.7 * characters && nulsAtOdd < 0.05 * characters) return "utf-16be";
  return undefined;
}

function isUtf8({ firstNotUtf8Line, high, highBytes }: ByteSurvey): boolean {
  if (firstNotUtf8Line !== undefined) return false;
  // "SPÓŁKA" in Windows-1250 happens to be valid UTF-8 (D3 A3, a Tajik letter), and a short list of companies
  // may hold no other letter beyond ASCII.
  return highBytes === 0 || occurrences(high, 0xd3) + occurrences(high, 0xa3) < highBytes;
}

const occurrences = (high: HighByteCounts, byte: number): number =>
  (high.beforeVowel[byte] ?? 0) + (high.inWord[byte] ?? 0) + (high.alone[byte] ?? 0);

/** In single-byte text such pairs are a capital like "Ä" before a symbol or a rare letter: a few in a hundred at most. */
const isDamagedUtf8 = ({ highBytes, highInLatinPairs }: ByteSurvey): boolean => highInLatinPairs > 0.3 * highBytes;

/**
 * The encoding and language under which the file's high bytes are most likely. Measured on random lists of names, towns
 * and job titles in ten languages: of 840 with 20 rows all came out right, of 840 with 3 rows all but 7.
 */
function detectSingleByteEncoding(survey: ByteSurvey): Result<string, FileFault> {
  // Cyrillic, Greek or Chinese text consists of high bytes; Latin text has single ones ("Żółć" is already extreme).
  if (survey.highAmongHigh > 0.55 * survey.highBytes) {
    return fail({ message: say("file-encoding"), allowed: READABLE });
  }
  let best = { encoding: "cp1250", logLikelihood: Number.NEGATIVE_INFINITY };
  for (const language of LANGUAGES) {
    for (const encoding of language.encodings) {
      const logLikelihood = logLikelihoodOf(survey.high, encoding, language);
      if (logLikelihood > best.logLikelihood) best = { encoding, logLikelihood };
    }
  }
  return ok(best.encoding);
}

/** One language's letters beyond ASCII, the most frequent first, and the encodings its files come in. */
interface Language {
  readonly encodings: readonly string[];
  readonly letters: string;
  /** Letters that its spelling never puts before a vowel; tells "Kamiński" from "Muñoz", both byte F1. */
  readonly neverBeforeVowel?: string;
  readonly onlyBeforeVowel?: string;
}

// Windows-1250 stands first: with equal likelihood it also has the quotation marks and dashes that ISO-8859-2 lacks.
const CENTRAL = ["cp1250", "iso-8859-2"];
const WESTERN = ["cp1252"];

const LANGUAGES: readonly Language[] = [
  { encodings: CENTRAL, letters: "łąęóżśćńź", neverBeforeVowel: "ąęćńśź" }, // Polish
  { encodings: CENTRAL, letters: "íáěéžšýčřůúňťďó" }, // Czech
  { encodings: CENTRAL, letters: "áíéčýžšťľúňôďäóĺŕ" }, // Slovak
  { encodings: CENTRAL, letters: "áéöóőüíúű" }, // Hungarian
  { encodings: CENTRAL, letters: "ăîşţâ" }, // Romanian
  { encodings: CENTRAL, letters: "čžšćđ" }, // Croatian, Slovene
  { encodings: WESTERN, letters: "üäöß" }, // German
  { encodings: WESTERN, letters: "éèàêçôîûâùëïœ" }, // French
  { encodings: WESTERN, letters: "óíáéñúü", onlyBeforeVowel: "ñ" }, // Spanish
  { encodings: WESTERN, letters: "ãçáéóíêõâúàô" }, // Portuguese
  { encodings: WESTERN, letters: "èàòùìé" }, // Italian
  { encodings: WESTERN, letters: "åäöøæé" }, // Danish, Norwegian, Swedish, Finnish
];

// Letters of other languages do occur in a list of people, "ö" and "é" more than others, and those are one byte in all
// three encodings, so they say little. A "³" inside a word or a control code hardly occurs.
const FOREIGN_LETTER = 1e-3;
const FOREIGN_LETTER_IN_ALL = 2e-2;
const SYMBOL_ALONE = 1e-2;
const SYMBOL_IN_WORD = 1e-5;
const CONTROL = 1e-7;
const MISPLACED = 0.02;

/** The letters that Windows-1250, Windows-1252 and ISO-8859-2 have in one place. */
const LETTERS_IN_ALL = "áâäçéëíîóôöúüýß";

function logLikelihoodOf(high: HighByteCounts, encoding: string, language: Language): number {
  let sum = 0;
  for (let byte = 0x80; byte <= 0xff; byte++) {
    if (occurrences(high, byte) === 0) continue;
    const character = iconv.decode(Buffer.of(byte), encoding).toLowerCase();
    for (const place of ["beforeVowel", "inWord", "alone"] as const) {
      sum += (high[place][byte] ?? 0) * Math.log(likelihoodOf(character, place, language));
    }
  }
  return sum;
}

function likelihoodOf(character: string, place: keyof HighByteCounts, language: Language): number {
  if (/[\p{Cc}\uFFFD]/u.test(character)) return CONTROL;
  if (!/\p{L}/u.test(character)) return place === "alone" ? SYMBOL_ALONE : SYMBOL_IN_WORD;
  const rank = language.letters.indexOf(character);
  if (rank === -1) return LETTERS_IN_ALL.includes(character) ? FOREIGN_LETTER_IN_ALL : FOREIGN_LETTER;
  const misplaced =
    (place === "beforeVowel" && language.neverBeforeVowel?.includes(character)) ||
    (place === "inWord" && language.onlyBeforeVowel?.includes(character));
  return (misplaced ? MISPLACED : 1) * zipfShare(rank, language.letters.length);
}

/** The share of the letter at `rank` (from 0) when frequencies fall like 1, 1/2, 1/3 ... */
function zipfShare(rank: number, letters: number): number {
  let total = 0;
  for (let n = 1; n <= letters; n++) total += 1 / n;
  return 1 / (rank + 1) / total;
}
