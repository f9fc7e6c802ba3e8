import { describe, expect, it } from "vitest";
import { acceptPassword } from "./password.ts";

const EMAIL = "anna.nowak@acme.test";

describe("a password", () => {
  it.each([
    "correct horse",
    "zażółć gęślą jaźń",
    "密码密碼不同的文字是好的",
    "x".repeat(99) + "yz".repeat(50),
    "password of my dog",
  ])("%s is accepted", (text) => {
    expect(acceptPassword(text, EMAIL)).toEqual({ ok: true, value: text.normalize("NFKC") });
  });

  it("is hashed in one form, however a keyboard wrote it", () => {
    const composed = acceptPassword("Žluťoučký ﬁn", EMAIL);
    expect(acceptPassword("Žluťoučký fin".normalize("NFD"), EMAIL)).toEqual(composed);
  });

  it.each([
    ["short", "is too short: it has 5 characters"],
    ["😀😀😀😀😀", "is too short: it has 5 characters"],
    ["y".repeat(201), "is too long: it has 201 characters"],
    ["Anna.Nowak@acme.test", "is the e-mail address"],
    ["anna.nowak", "is the e-mail address"],
    ["Password123!", "is one of the passwords that are tried first"],
    ["1234567890", "is one of the passwords that are tried first"],
    ["qwertyuiop12", "is one of the passwords that are tried first"],
    ["aaaaaaaaaaaa", "is nearly the same character all along"],
    ["abababababab", "is nearly the same character all along"],
  ])("%s is refused: %s", (text, message) => {
    expect(acceptPassword(text, EMAIL)).toEqual({
      ok: false,
      error: { field: "password", value: "", message, allowed: expect.stringContaining("10 to 200 characters") },
    });
  });
});
