import { describe, expect, it } from "vitest";
import { isTokenText, parseName, parseScopes, secretHash, tokenText } from "./api-token.ts";

describe("an API token", () => {
  const { prefix, token } = tokenText(new Uint8Array(4).fill(0xab), new Uint8Array(32).fill(255));

  it("is known again by its shape and prefix, and its hash shows nothing of it", () => {
    expect([prefix, token]).toEqual(["abababab", `goniec_abababab_${"_".repeat(42)}8`]);
    expect([isTokenText(token), isTokenText(`${token}x`), isTokenText("goniec_ABABABAB_x")]).toEqual([true, false, false]);
    expect(secretHash(token)).toMatch(/^[\w-]{43}$/);
    expect(token).not.toContain(secretHash(token));
  });

  it("has scopes, each once and in their order", () => {
    expect(parseScopes(["log:read", "campaigns:read", "log:read"])).toEqual({ ok: true, value: ["campaigns:read", "log:read"] });
    expect(parseScopes(["everything"])).toMatchObject({ ok: false, error: { value: "everything", message: "is not a scope" } });
    expect(parseScopes([])).toMatchObject({ ok: false, error: { message: "a token needs one at least" } });
  });
});

it("a name is one line that is not empty", () => {
  expect(parseName("  Łucja Żak ")).toEqual({ ok: true, value: "Łucja Żak" });
  for (const wrong of ["  ", "a\nb", "x".repeat(101), "a\0b"]) expect(parseName(wrong)).toMatchObject({ ok: false });
});
