import { chmod, mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import iconv from "iconv-lite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { problemText } from "../domain/result.ts";
import { detectFormat } from "./csv-format.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "goniec-format-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function formatOf(content: string | Uint8Array) {
  const path = join(folder, "leads.csv");
  await writeFile(path, content);
  return detectFormat(path);
}

const separatorOf = async (content: string) => {
  const format = await formatOf(content);
  return format.ok ? format.value.separator : problemText(format.error);
};

const refusalOf = async (content: string | Uint8Array) => {
  const format = await formatOf(content);
  return format.ok ? "" : problemText(format.error);
};

describe("the format of a file of leads", () => {
  it("is what Excel in Poland writes: semicolons and Windows-1250", async () => {
    const content = iconv.encode(
      "Adres e-mail;Imię;Nazwisko;Data spotkania\r\nanna@acme.test;Łucja;Żółć;2025-11-05\r\n",
      "cp1250",
    );
    expect(await formatOf(content)).toEqual({
      ok: true,
      value: {
        encoding: "cp1250",
        separator: ";",
        header: true,
        columns: [
          { index: 0, header: "Adres e-mail", field: "email" },
          { index: 1, header: "Imię", field: "firstName" },
          { index: 2, header: "Nazwisko", field: "lastName" },
          { index: 3, header: "Data spotkania", field: "dataSpotkania" },
        ],
      },
    });
  });

  it("takes the separator that cuts out the address column, whatever else the cells hold", async () => {
    expect(await separatorOf("email,name\na@acme.test,Anna\n")).toBe(",");
    expect(await separatorOf("email\tname\na@acme.test\tAnna, Ewa; Jan\n")).toBe("\t");
    expect(await separatorOf("email;imię, nazwisko;uwagi\na@acme.test;Anna;x,y,z\nb@acme.test;Ewa;x,y,z\n")).toBe(";");
    expect(await separatorOf('"firma, miasto";email\n"Acme, Łódź";a@acme.test\n')).toBe(";");
  });

  it("obeys the file's own sep= line", async () => {
    expect(await separatorOf("sep=;\r\nemail;name\r\na@acme.test;Anna\r\n")).toBe(";");
    expect(await separatorOf('"sep=|"\nemail|name, title\na@acme.test|Anna\n')).toBe("|");
  });

  it("skips a byte order mark and blank rows before the header", async () => {
    const format = await formatOf("\uFEFF;;\nemail;name;;\na@acme.test;Anna;;\n");
    expect(format.ok && format.value.columns.map((column) => column.field)).toEqual(["email", "name"]);
  });

  it("reads one column of addresses without a header", async () => {
    const columns = [{ index: 0, header: "", field: "email" }];
    for (const list of ["a@acme.test\nb@acme.test\n", "Anna <a@acme.test>;\r\n", "a@acme.test"]) {
      expect(await formatOf(list)).toMatchObject({ ok: true, value: { header: false, columns } });
    }
  });

  it("does not trip over a first part that ends inside a quoted cell", async () => {
    const rows = 'a@acme.test;"one\ntwo"\n'.repeat(20_000);
    expect(await separatorOf(`email;notes\n${rows}`)).toBe(";");
  });

  it("refuses several columns without a header", async () => {
    expect(await refusalOf("a@acme.test;Anna\nb@acme.test;Ewa\n")).toMatch(
      /no header; allowed: a first row that names the columns/,
    );
  });

  it("refuses a header without rows, and a file without a row that can be read", async () => {
    expect(await refusalOf("email;name\n\n")).toContain("has a header but no rows");
    expect(await refusalOf("\n \n\n")).toContain("holds no rows");
    expect(await refusalOf('"email;name\na@acme.test;Anna\n')).toContain("is a quotation mark not closed?");
  });

  it("refuses a header without an address, saying which file, what it holds and what is allowed", async () => {
    expect(await refusalOf("Imię;Firma\nAnna;Acme\n")).toBe(
      `leads ${JSON.stringify(join(folder, "leads.csv"))}: has no address column among "Imię", "Firma"; ` +
        "allowed: a column named email, e-mail, mail, email address, adres e-mail or adres",
    );
  });

  it("refuses an empty file, an endless line and a spreadsheet", async () => {
    expect(await refusalOf("")).toContain("is empty");
    expect(await refusalOf(`email;name\na@acme.test;${"x".repeat(1_100_000)}\n`)).toContain("bytes in line 2");
    expect(await refusalOf(Buffer.from("PK\u0003\u0004rest"))).toContain("save it as CSV");
  });

  it("refuses what is not there, a directory, a file beyond 1 GB, and what may not be read", async () => {
    const refusal = async (path: string) => {
      const format = await detectFormat(path);
      return format.ok ? "" : format.error.message;
    };
    expect(await refusal(join(folder, "absent.csv"))).toBe("does not exist");
    await mkdir(join(folder, "directory"));
    expect(await refusal(join(folder, "directory"))).toBe("is a directory");
    expect(await refusal("/dev/null")).toContain("not a regular file");
    const huge = join(folder, "huge.csv");
    await writeFile(huge, "");
    await truncate(huge, 2 ** 30 + 1);
    expect(await refusal(huge)).toContain("1073741825 bytes");
    await truncate(huge, 1);
    await chmod(huge, 0);
    if (process.getuid?.() !== 0) expect(await refusal(huge)).toContain("may not be read");
  });
});
