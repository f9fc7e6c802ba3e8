import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import fc from "fast-check";
import iconv from "iconv-lite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { detectFormat, type LeadFormat } from "./csv-format.ts";
import { type ImportedLead, type RejectedRow, readLeads } from "./read-leads.ts";

let path: string;
beforeAll(async () => {
  path = join(await mkdtemp(join(tmpdir(), "goniec-leads-")), "leads.csv");
});
afterAll(() => rm(join(path, ".."), { recursive: true }));

async function formatOfFile(): Promise<LeadFormat> {
  const format = await detectFormat(path);
  if (!format.ok) throw new Error(format.error.message);
  return format.value;
}

/** Everything that comes of a file with this content. */
async function imported(content: string | Uint8Array, change: Partial<LeadFormat> = {}) {
  await writeFile(path, content);
  const leads: ImportedLead[] = [];
  const rejected: RejectedRow[] = [];
  for await (const batch of readLeads(createReadStream(path), { ...(await formatOfFile()), ...change })) {
    leads.push(...batch.leads);
    rejected.push(...batch.rejected);
  }
  return { leads, rejected, reasons: rejected.map(({ row, reason }) => `${row}: ${reason}`) };
}

describe("reading leads", () => {
  it.each(["utf-8", "utf-16le", "utf-16be", "cp1250", "iso-8859-2"])(
    "gives back Polish names, under the field's name and the header's own, from %s",
    async (encoding) => {
      const text = "email;imię;nazwisko\r\nAnna@Acme.test ; Łucja ;Żółć\r\nb@acme.test;Świętosława;Gąść-Źródło\r\n";
      const { leads } = await imported(iconv.encode(text, encoding));
      expect(leads).toEqual([
        { row: 2, address: "anna@acme.test", fields: { firstName: "Łucja", imie: "Łucja", lastName: "Żółć", nazwisko: "Żółć" } },
        {
          row: 3,
          address: "b@acme.test",
          fields: { firstName: "Świętosława", imie: "Świętosława", lastName: "Gąść-Źródło", nazwisko: "Gąść-Źródło" },
        },
      ]);
      const marked = await imported(iconv.encode(text, encoding, { addBOM: true }));
      expect(marked.leads).toEqual(leads);
    },
  );

  it("numbers rows as a spreadsheet shows them", async () => {
    const { leads, reasons } = await imported(
      'sep=;\n\nemail;notes\na@acme.test;"two\nlines"\n\n;\nb@acme.test;x\nnobody;x\n\n\n',
    );
    expect(leads.map(({ row, address }) => [row, address])).toEqual([
      [3, "a@acme.test"],
      [6, "b@acme.test"],
    ]);
    expect(reasons).toEqual(["7: has no @"]);
  });

  it("keeps quoted line breaks, doubled and stray quotation marks", async () => {
    const { leads } = await imported('email;a;b;c\nx@acme.test;"two\r\nlines";"Spółka ""Ł""";Jan "Janek" Nowak\n');
    expect(leads[0]?.fields).toEqual({ a: "two\r\nlines", b: 'Spółka "Ł"', c: 'Jan "Janek" Nowak' });
  });

  it("rejects rows with missing or surplus cells, but not for blank ones at the end", async () => {
    const { leads, reasons } = await imported("email;name\na@acme.test;Anna;;\nb@acme.test\nc@acme.test;Ewa;x\nd@acme.test;\n");
    expect(leads.map((lead) => lead.row)).toEqual([2, 5]);
    expect(reasons).toEqual(["3: has 1 column instead of 2", "4: has 3 columns instead of 2"]);
  });

  it("rejects bad, missing and repeated addresses, and shows what stood there", async () => {
    const { rejected } = await imported("email;name\nA@acme.test;1\nanna at acme;2\n;3\n a@ACME.test;4\n");
    expect(rejected).toEqual([
      { row: 3, value: "anna at acme", cells: ["anna at acme", "2"], why: "address", reason: "has no @" },
      { row: 4, value: ";3", cells: ["", "3"], why: "address", reason: "has no address" },
      { row: 5, value: "a@ACME.test", cells: [" a@ACME.test", "4"], why: "duplicate", reason: "duplicate of row 2" },
    ]);
  });

  it("rejects damaged and oversized values, and a rejected row makes no duplicate", async () => {
    const { leads, reasons } = await imported(
      `email;notes\na@acme.test;x\0y\na@acme.test;${"x".repeat(10_001)}\na@acme.test;${"x".repeat(10_000)} \n`,
    );
    expect(leads.map((lead) => lead.row)).toEqual([4]);
    expect(reasons).toEqual([
      '2: column "notes" holds a NUL character; the file may be damaged',
      '3: column "notes" holds 10001 characters; at most 10000 are allowed',
    ]);
  });

  it("says so when stray quotation marks have swallowed rows", async () => {
    const after = await imported(
      'email;firm;city\na@acme.test;"Acme;Łódź\nb@acme.test;Beta;Opole\nc@acme.test;Gama";Opole\nd@acme.test;Delta;Opole\n',
    );
    expect(after.reasons).toEqual([
      '2: column "firm" runs on over rows with addresses of their own; is a quotation mark not closed?',
    ]);
    expect(after.leads.map((lead) => lead.address)).toEqual(["d@acme.test"]);
    const before = await imported('firm;email\n"Acme;a@acme.test\nBeta";b@acme.test\n');
    expect(before.reasons).toEqual([
      '2: column "firm" runs on over rows with addresses of their own; is a quotation mark not closed?',
    ]);
  });

  it("keeps every row before a quotation mark that is never closed, and says where reading ended", async () => {
    const rows = Array.from({ length: 3_000 }, (_, n) => `lead-${n}@acme.test;x\n`).join("");
    const short = await imported(`email;name\n${rows}z@acme.test;"Anna\n${rows.slice(0, 100)}`);
    expect(short.leads).toHaveLength(3_000);
    expect(short.reasons).toEqual([
      "3002: a quotation mark opened in this row is never closed; the file was not read from here on",
    ]);
    const long = await imported(`email;name\n${rows}z@acme.test;"Anna\n${rows.repeat(30)}`);
    expect(long.leads).toHaveLength(3_000);
    expect(long.reasons[0]).toContain("3002: this row is longer than 1048576 bytes, or a quotation mark");
  });

  it("takes a name from the address cell unless the file has a column for it", async () => {
    const cell = "Anna Nowak <anna@acme.test>";
    expect((await imported(`email;firma\n${cell};Acme\n`)).leads[0]?.fields).toEqual({
      name: "Anna Nowak",
      company: "Acme",
      firma: "Acme",
    });
    expect((await imported(`email;name\n${cell};\n`)).leads[0]?.fields).toEqual({});
    expect((await imported(`${cell}\n`)).leads[0]).toEqual({ row: 1, address: "anna@acme.test", fields: { name: "Anna Nowak" } });
  });

  it("reads a priority, and leaves words in that column a mere field", async () => {
    const { leads } = await imported("email;priorytet\na@acme.test;1\nb@acme.test;wysoki\nc@acme.test;0\nd@acme.test;\n");
    expect(leads.map((lead) => lead.priority)).toEqual([1, undefined, undefined, undefined]);
    expect(leads.map((lead) => lead.fields["priority"])).toEqual(["1", "wysoki", "0", undefined]);
  });

  it("follows a corrected mapping, with any name for a field", async () => {
    const columns = [
      { index: 0, header: "a", field: "__proto__" },
      { index: 1, header: "mail", field: "email" },
      { index: 2, header: "b", field: "" },
    ];
    const { leads } = await imported("a;mail;constructor\nx;a@acme.test;y\n", { columns });
    expect(Object.entries(leads[0]?.fields ?? {})).toEqual([
      ["__proto__", "x"],
      ["a", "x"],
    ]);
    await expect(imported("a;mail\nx;a@acme.test\n", { columns: [] })).rejects.toThrow(
      "no column of the format has the field email",
    );
  });

  it("streams 100,000 rows in batches and accounts for each", async () => {
    const row = (n: number) => (n % 1_000 === 999 ? "lead-0@acme.test;Łucja\n" : `lead-${n}@acme.test;Łucja\n`);
    const content = function* () {
      yield "email;imię\n";
      for (let n = 0; n < 100_000; n++) yield row(n);
    };
    await pipeline(Readable.from(content()), createWriteStream(path));
    let [leads, rejected, largest] = [0, 0, 0];
    for await (const batch of readLeads(createReadStream(path), await formatOfFile())) {
      leads += batch.leads.length;
      rejected += batch.rejected.length;
      largest = Math.max(largest, batch.leads.length + batch.rejected.length);
    }
    expect({ leads, rejected, largest }).toEqual({ leads: 99_900, rejected: 100, largest: 500 });
  });

  it("reads back whatever a CSV writer has written", async () => {
    const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
    const cell = fc.string({
      unit: fc.oneof(
        fc.constantFrom("ą", "Ł", '"', "'", ";", ",", "\t", "\r", "\n", " "),
        fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
      ),
    });
    const rows = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 });
    const format = {
      separator: fc.constantFrom(",", ";", "\t"),
      newline: fc.constantFrom("\n", "\r\n"),
      encoding: fc.constantFrom("utf-8", "utf-16le", "utf-16be"),
    };
    await fc.assert(
      fc.asyncProperty(rows, fc.record(format), async (values, { separator, newline, encoding }) => {
        const lines = values.map(([a, b], n) => [`"lead-${n}@acme.test"`, quoted(a), quoted(b)].join(separator) + newline);
        const text = ["email", "a", "b"].join(separator) + newline + lines.join("");
        const { leads, reasons } = await imported(iconv.encode(text, encoding, { addBOM: true }));
        const expected = values
          .map(([a, b], n) => ({ n, a: a.trim(), b: b.trim() }))
          .filter(({ a, b }) => !(a + b).includes("\0"));
        expect(leads.map(({ row, fields }) => ({ n: row - 2, a: fields["a"] ?? "", b: fields["b"] ?? "" }))).toEqual(expected);
        expect(reasons).toHaveLength(values.length - expected.length);
      }),
      { numRuns: 150 },
    );
  });
});
