import { describe, expect, it } from "vitest";
import { knownField, namesAddress, squeezedName } from "./header-names.ts";

describe("header names", () => {
  it.each(["email", "E-mail", "MAIL", "E-mail address", "Adres e-mail", "adres_email"])("%j names the address", (header) => {
    expect(namesAddress(header)).toBe("yes");
  });

  it("leaves it to the values whether `Adres` is a street", () => {
    expect(namesAddress("Adres")).toBe("maybe");
    expect(namesAddress("Adresat umowy")).toBe("no");
  });

  it.each([
    ["First name", "firstName"],
    ["IMIĘ", "firstName"],
    ["imie", "firstName"],
    ["Nazwisko", "lastName"],
    ["Imię i nazwisko", "name"],
    ["Full Name", "name"],
    ["Firma", "company"],
    ["Stanowisko", "title"],
    ["Język", "language"],
    ["Miasto", "city"],
    ["Priorytet", "priority"],
  ])("%j is the field %s", (header, field) => {
    expect(knownField(header)?.field).toBe(field);
  });

  it.each([
    ["Data spotkania", "dataSpotkania"],
    ["Wartość zamówienia (PLN)", "wartoscZamowieniaPln"],
    ["NIP", "nip"],
    ["dealValue", "dealValue"],
    ["2025 revenue", "_2025Revenue"],
    ["__proto__", "proto"],
    ["город", "город"],
    ["***", ""],
  ])("%j is squeezed to %j", (header, field) => {
    expect(squeezedName(header)).toBe(field);
  });

  it("knows no field by the name of something every object has", () => {
    expect(knownField("constructor")).toBeUndefined();
    expect(knownField("__proto__")).toBeUndefined();
  });
});
