import fc from "fast-check";
import { parse } from "csv-parse/sync";
import { expect, it } from "vitest";
import { csvRow } from "./csv-text.ts";

it.each(["=1+1", "+48 600", "-1", "@SUM(A1)", "\t=1", "\r=1"])("a cell %j is text to a spreadsheet", (cell) => {
  const [[read]] = parse(csvRow([cell], ";"), { delimiter: ";", trim: false }) as [[string]];
  expect(read).toBe(`'${cell}`);
});

it("every other cell comes back as it was", () => {
  const cell = fc.string({ unit: fc.constantFrom("a", "Ł", ";", ",", '"', "\n", "\r", " ", "'") }).map((text) => `x${text}`);
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), fc.constantFrom(";", ",", "\t"), (cells, delimiter) => {
      expect(parse(csvRow(cells, delimiter), { delimiter, record_delimiter: "\r\n" })).toEqual([cells]);
    }),
  );
});

it("a number is never a formula, and nothing is an empty cell", () => {
  expect(csvRow([-5, null, "a,b"], ",")).toBe('-5,,"a,b"\r\n');
});
