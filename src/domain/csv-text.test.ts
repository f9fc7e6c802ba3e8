import { describe, expect, it } from "vitest";
import { csvLine } from "./csv-text.ts";

describe("a line of CSV", () => {
  it("quotes what would break it, and leaves an absent value empty", () => {
    expect(csvLine(["a,b", 'say "no"', "two\nlines", null, -5])).toBe('"a,b","say ""no""","two\nlines",,-5\r\n');
  });

  it.each(["=1+1", "+48 600", "-2", "@SUM(A1)", "\t=1", "\r=1"])("makes no formula of %j", (text) => {
    expect(csvLine([text]).replace(/^"/, "").startsWith("'")).toBe(true);
  });
});
