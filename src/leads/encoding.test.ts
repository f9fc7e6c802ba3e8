import { Readable } from "node:stream";
import fc from "fast-check";
import iconv from "iconv-lite";
import { describe, expect, it } from "vitest";
import { surveyBytes } from "./byte-survey.ts";
import { detectEncoding } from "./encoding.ts";

/** In two pieces, so that something lies across their border. */
const survey = (bytes: Uint8Array) =>
  surveyBytes(Readable.from([bytes.slice(0, bytes.length / 2), bytes.slice(bytes.length / 2)]));

const detect = async (bytes: Uint8Array) => {
  const encoding = detectEncoding(await survey(bytes));
  return encoding.ok ? encoding.value : encoding.error.message;
};

const POLISH = "email;imię;nazwisko\na@acme.test;Łucja;Żółć\nb@acme.test;Świętosław;Gąsiorowski\n";
const ENGLISH_START = "a@acme.test;Anna;Smith\n".repeat(20_000);

describe("the encoding of a file", () => {
  it.each(["utf-8", "utf-16le", "utf-16be", "cp1250", "iso-8859-2"])("is found for Polish text in %s", async (encoding) => {
    expect(await detect(iconv.encode(POLISH, encoding))).toBe(encoding);
  });

  it.each(["utf-8", "utf-16le", "utf-16be"])("is found by the byte order mark of %s", async (encoding) => {
    expect(await detect(iconv.encode(POLISH, encoding, { addBOM: true }))).toBe(encoding);
  });

  // Each list is as short as real ones get; what counts is that the words come out right, whatever the name of the encoding.
  it.each([
    ["cp1250", "Zieliński;Kraków"],
    ["cp1250", "SPÓŁKA"],
    ["cp1250", "Jiří;Dvořák;Šárka"],
    ["cp1250", "Erdős;Fűz"],
    ["cp1250", "„Łódź” – Café"],
    ["cp1250", "Gęś;Köln;Müller"],
    ["iso-8859-2", "Świątek;Jaźwiec"],
    ["iso-8859-2", "Šťastný;Žižka"],
    ["cp1252", "Müller;Straße;Jörg"],
    ["cp1252", "François;Hélène;Besançon;Orléans"],
    ["cp1252", "Zoë;Chloë;Benoît"],
    ["cp1252", "Muñoz"],
    ["cp1252", "Núñez;Peña;Málaga"],
    ["cp1252", "Åsa;Sjöberg;Malmö"],
    ["cp1252", "Søren;Kjær;Århus"],
    ["cp1252", "João;São Paulo;Conceição"],
    ["cp1252", "Niccolò;Cantù"],
    ["cp1252", "O’Brien – “Dublin”"],
  ])("gives back the words of a short list in %s: %s", async (encoding, words) => {
    const bytes = iconv.encode(`email;x;y;z\na@acme.test;${words}\n`, encoding);
    expect(iconv.decode(bytes, await detect(bytes))).toContain(words);
  });

  it("is decided by the whole file, not by its ASCII beginning", async () => {
    expect(await detect(iconv.encode(`${ENGLISH_START}b@acme.test;Łucja;Żółć\n`, "cp1250"))).toBe("cp1250");
    expect(await detect(iconv.encode(`${ENGLISH_START}b@acme.test;Łucja;Żółć\n`, "utf-8"))).toBe("utf-8");
  });

  it("refuses UTF-8 with a broken line instead of reading it as something else", async () => {
    const joined = Buffer.concat([iconv.encode(POLISH, "utf-8"), iconv.encode("c@acme.test;Łucja\n", "cp1250")]);
    expect(await detect(joined)).toContain("not in line 4");
    const cutOff = iconv.encode("email;imię\na@acme.test;Łucja Żółć", "utf-8").subarray(0, -1);
    expect(await detect(cutOff)).toContain("not in line 2");
  });

  it("refuses alphabets that it cannot tell apart", async () => {
    expect(await detect(iconv.encode("email;имя\na@acme.test;Екатерина;Александровна;Москва\n", "cp1251"))).toContain(
      "save it as UTF-8",
    );
    expect(await detect(iconv.encode("email;имя\na@acme.test;Екатерина\n", "utf-8"))).toBe("utf-8");
  });

  it.each([
    ["xlsx", [0x50, 0x4b, 3, 4, 20, 0], "spreadsheet"],
    ["xls", [0xd0, 0xcf, 0x11, 0xe0], "old Excel workbook"],
    ["pdf", [...Buffer.from("%PDF-1.7")], "PDF"],
    ["gz", [0x1f, 0x8b, 8], "gzip"],
    ["anything else", [1, 0, 0, 0, 7, 9, 0, 0], "not text"],
  ])("refuses what is not text: %s", async (_, bytes, name) => {
    expect(await detect(Buffer.from(bytes))).toContain(name);
  });

  it("calls valid UTF-8 what the platform's decoder accepts", async () => {
    const nearlyUtf8 = fc
      .array(
        fc.oneof(
          fc.constantFrom(0xe0, 0xed, 0xf0, 0xf4, 0xf5, 0xc1, 0x80, 0x9f, 0xa0, 0xbf, 0x8f, 0x90),
          fc.integer({ min: 0, max: 255 }),
        ),
      )
      .map((bytes) => Buffer.from(bytes));
    const text = fc.string({ unit: "binary" }).map((string) => Buffer.from(string));
    await fc.assert(
      fc.asyncProperty(fc.oneof(nearlyUtf8, text), async (bytes) => {
        const { firstNotUtf8Line } = await survey(bytes);
        expect(firstNotUtf8Line === undefined).toBe(platformAccepts(bytes));
      }),
    );
  });
});

function platformAccepts(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
