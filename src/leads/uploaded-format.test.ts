import { Readable } from "node:stream";
import iconv from "iconv-lite";
import { describe, expect, it } from "vitest";
import { surveyBytes } from "./byte-survey.ts";
import { mapAsGuessed, mapByChoice } from "./mapping.ts";
import { formatAs, guessFormat, type UploadedFormat } from "./uploaded-format.ts";

const guess = async (content: string | Uint8Array) => guessFormat(await surveyBytes(Readable.from([Buffer.from(content)])));

async function guessed(content: string | Uint8Array): Promise<UploadedFormat> {
  const format = await guess(content);
  if (!format.ok) throw new Error(format.error.message);
  return format.value;
}

const fieldsOf = ({ columns }: { columns: readonly { field: string }[] }) => columns.map(({ field }) => field);

describe("the guess about an uploaded file", () => {
  it("shows the first rows, and needs no word of a person when the columns are plain", async () => {
    const format = await guessed(`email;imię\n${"a@acme.test;Łucja\n".repeat(20)}b@acme.test;${"x".repeat(200)}`);
    expect(format.sample).toEqual(Array(10).fill(["a@acme.test", "Łucja"]));
    expect(mapAsGuessed(format)).toMatchObject({
      ok: true,
      value: { header: true, columns: [{ field: "email" }, { field: "firstName" }] },
    });
  });

  it.each([
    ["kontakt;firma\nx;Acme\n", "has no address column"],
    ["email;e-mail\na@acme.test;b@acme.test\n", "several columns that could be the lead's address"],
    ["Data x;data-x;email\n1;2;a@acme.test\n", "several columns for the field dataX"],
    ["imię;imię;email\nA;B;a@acme.test\n", "several columns with one name"],
  ])("leaves a doubtful header to a person: %j", async (content, doubt) => {
    const format = await guessed(content);
    expect(new Set(fieldsOf(format)).size).toBe(format.columns.length);
    expect(format.doubt?.message).toContain(doubt);
    expect(mapAsGuessed(format)).toMatchObject({ ok: false, error: { field: "columns" } });
  });

  it("numbers the columns of a file without a header", async () => {
    const format = await guessed("Anna;a@acme.test;\nEwa;b@acme.test;Opole\n");
    expect(format).toMatchObject({
      header: false,
      sample: [
        ["Anna", "a@acme.test", ""],
        ["Ewa", "b@acme.test", "Opole"],
      ],
    });
    expect(fieldsOf(format)).toEqual(["column1", "email", "column3"]);
    expect(mapAsGuessed(format).ok).toBe(true);
  });

  it.each([
    ["", "is empty"],
    ["email;name\n", "has a header but no rows"],
    ["\uFEFF", "holds no rows"],
    [Buffer.from("PK\u0003\u0004zip"), "is a spreadsheet or zip archive"],
    ["a\0b\0\0", "NUL"],
    [`email\n${"x".repeat(10_000_000)}`, "in line 2"],
    [`${Array.from({ length: 5_000 }, (_, n) => `c${n}`).join(";")}\n`, "has 5000 columns"],
    [`${Array.from({ length: 5_000 }, (_, n) => `c${n}@acme.test`).join(";")}\n`, "has 5000 columns"],
  ])("refuses what no choice of columns makes readable: %j", async (content, message) => {
    const format = await guess(content);
    expect(format).toMatchObject({ ok: false, error: { message: expect.stringContaining(message) as string } });
  });

  it("can be set right: encoding, separator and header", async () => {
    const head = iconv.encode("a@acme.test|Żółć\nb@acme.test|Łódź\n", "cp1250");
    const layout = { encoding: "cp1250", separator: "|", header: false };
    const format = formatAs(head, true, layout);
    expect(format).toMatchObject({
      ok: true,
      value: {
        ...layout,
        sample: [
          ["a@acme.test", "Żółć"],
          ["b@acme.test", "Łódź"],
        ],
      },
    });
    expect(formatAs(head, true, { ...layout, encoding: "ebcdic" })).toMatchObject({ ok: false });
    expect(formatAs(head, true, { ...layout, separator: "ab" })).toMatchObject({ ok: false });
    const withHeader = formatAs(Buffer.from("x|y\na@acme.test|1\n"), true, { encoding: "utf-8", separator: "|", header: true });
    expect(withHeader).toMatchObject({ ok: true, value: { header: true, doubt: { message: expect.any(String) as string } } });
  });
});

describe("columns as a person chose them", () => {
  const three = () => guessed("a;b;c\n1;2;3\n");

  it("are taken as they are; those that are not named are left out", async () => {
    const mapped = mapByChoice(await three(), [
      { index: 1, field: "email" },
      { index: 2, field: "miasto" },
    ]);
    expect(mapped.ok && fieldsOf(mapped.value)).toEqual(["", "email", "miasto"]);
  });

  it.each([
    [[{ index: 0, field: "miasto" }], "columns", "none of them is the address"],
    [[{ index: 7, field: "email" }], "columns[0].index", "is no column of the file"],
    [
      [
        { index: 0, field: "email" },
        { index: 0, field: "x" },
      ],
      "columns[1].index",
      "is named twice",
    ],
    [
      [
        { index: 0, field: "email" },
        { index: 1, field: "email" },
      ],
      "columns[1].field",
      "is taken by column 0 already",
    ],
    [[{ index: 0, field: "a b" }], "columns[0].field", "is no name of a field"],
    [[{ index: 0, field: "x".repeat(101) }], "columns[0].field", "is no name of a field"],
  ])("are refused: %j", async (choices, field, message) => {
    expect(mapByChoice(await three(), choices)).toMatchObject({ ok: false, error: { field, message } });
  });
});
