import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { domainOf, normalizeAddress } from "./address.ts";

const address = (text: string): unknown => {
  const result = normalizeAddress(text);
  return result.ok ? result.value : result.error.message;
};

describe("normalizeAddress", () => {
  it("ends at once for a cell full of spaces", () => {
    expect(address(`${" ".repeat(100_000)}x`)).toBe("has no @");
    expect(address(`x${" ".repeat(100_000)}x`)).toBe("has no @");
  });

  it("makes one spelling of all spellings", () => {
    expect(address("  Anna.Nowak@ACME.Test ")).toEqual({ address: "anna.nowak@acme.test" });
    expect(address("Anna Nowak <Anna@acme.test>")).toEqual({ address: "anna@acme.test", display: "Anna Nowak" });
    expect(address('"Nowak, Anna" <anna@acme.test>')).toEqual({ address: "anna@acme.test", display: "Nowak, Anna" });
    expect(address("<anna@acme.test>")).toEqual({ address: "anna@acme.test" });
  });

  it("takes international domains, and hosts of a test network", () => {
    expect(address("jan@żółw.pl")).toEqual({ address: "jan@żółw.pl" });
    expect(address("jan@localhost")).toEqual({ address: "jan@localhost" });
  });

  it.each([
    ["", "is empty"],
    ["anna", "has no @"],
    ["anna nowak@acme.test", "contains a space"],
    ["a@acme.test; b@acme.test", "holds more than one address"],
    ["a@acme.test, b@acme.test", "holds more than one address"],
    ["anna@acme.test\r\nBcc: x@y.test", "contains a line break or control character"],
    ["anna\u200b@acme.test", "contains an invisible character, as copies from web pages do"],
    ["anna@", "is not an e-mail address"],
    ["@acme.test", "is not an e-mail address"],
    ["anna@acme..test", "is not an e-mail address"],
    [`${"a".repeat(250)}@acme.test`, "is longer than 254 characters (RFC 5321, 4.5.3.1.3)"],
  ])("refuses %j and says why", (text, reason) => {
    expect(address(text)).toBe(reason);
  });

  it("gives the same for what it gave, in any case", () => {
    fc.assert(
      fc.property(fc.emailAddress(), (text) => {
        const once = normalizeAddress(text);
        if (!once.ok) return;
        expect(normalizeAddress(once.value.address)).toEqual(once);
        expect(normalizeAddress(text.toUpperCase())).toEqual(once);
      }),
    );
  });

  it("knows the domain", () => {
    expect(domainOf("anna@Acme.test")).toBe("acme.test");
  });
});
