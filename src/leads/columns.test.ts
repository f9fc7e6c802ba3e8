import { describe, expect, it } from "vitest";
import { mapColumns } from "./columns.ts";

const fieldsOf = (header: string[], rows: string[][] = []) => {
  const columns = mapColumns(header, rows);
  if (!columns.ok) throw new Error(columns.error.message);
  return columns.value.map((column) => column.field);
};

const refusalOf = (header: string[], rows: string[][] = []) => {
  const columns = mapColumns(header, rows);
  return columns.ok ? undefined : `${columns.error.message}; allowed: ${columns.error.allowed}`;
};

describe("mapping columns to fields", () => {
  it("keeps every column reachable, known or not", () => {
    expect(fieldsOf(["E-mail", "Imię", "Data spotkania", "", "constructor"])).toEqual([
      "email",
      "firstName",
      "dataSpotkania",
      "column4",
      "constructor",
    ]);
  });

  it("gives the field to the best of several names and leaves the others their own", () => {
    expect(fieldsOf(["email", "Job title", "Title", "Mobile", "Phone"])).toEqual([
      "email",
      "jobTitle",
      "title",
      "mobile",
      "phone",
    ]);
  });

  it("takes the column whose values are addresses", () => {
    const rows = [["ul. Długa 5", "anna@acme.test", ""]];
    expect(fieldsOf(["Adres", "Mail", "Email"], rows)).toEqual(["adres", "email", "otherEmail"]);
    expect(fieldsOf(["Adres", "Firma"], [["anna@acme.test", "Acme"]])).toEqual(["email", "company"]);
  });

  it("refuses two columns that both hold addresses, naming them", () => {
    expect(refusalOf(["Email", "Work email"], [["a@acme.test", "b@acme.test"]])).toContain('"Email", "Work email"');
  });

  it("refuses a header without an address column, naming the headers and what is allowed", () => {
    expect(refusalOf(["Imię", "Adres"], [["Anna", "ul. Długa 5"]])).toMatch(/"Imię", "Adres"; allowed: a column named email/);
    expect(refusalOf(["Imię", "Opiekun"], [["Anna", "boss@acme.test"]])).toContain('"Opiekun" holds addresses: name it email');
  });

  it("refuses one name for two columns, and two names for one field", () => {
    expect(refusalOf(["email", "Firma", "firma "])).toContain('several columns with one name: "Firma", "firma"');
    expect(refusalOf(["email", "deal-value", "Deal value"])).toContain('the field dealValue: "deal-value", "Deal value"');
    expect(refusalOf(["email", "First name", "first-name"])).toContain("the field firstName");
  });
});
