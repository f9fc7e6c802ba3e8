import { describe, expect, it } from "vitest";
import { parseReply } from "./reply.ts";

describe("a reply", () => {
  it.each([
    ["250 ok", { code: 250, text: "250 ok" }],
    ["250", { code: 250, text: "250" }],
    ["550 5.1.1 no such user", { code: 550, enhanced: "5.1.1", text: "550 5.1.1 no such user" }],
    ["550-5.1.1 no such\r\n550 5.1.1 user", { code: 550, enhanced: "5.1.1", text: "550 5.1.1 no such user" }],
    ["550-5.1.1 no such\n550 user", { code: 550, enhanced: "5.1.1", text: "550 5.1.1 no such user" }],
    ["554 5.7.1", { code: 554, enhanced: "5.7.1", text: "554 5.7.1" }],
    ["220 10.1.2.3 ready", { code: 220, text: "220 10.1.2.3 ready" }],
    ["250 a\u0007\u001b[31mb", { code: 250, text: "250 a [31mb" }],
  ])("%j is read", (line, reply) => {
    expect(parseReply(line)).toEqual(reply);
  });

  it.each(["", "hello", "25", "2500 ok", "150 what", "650 what", "SSH-2.0-OpenSSH"])("%j is none", (line) => {
    expect(parseReply(line)).toBeUndefined();
  });

  it("is kept to 500 characters", () => {
    expect(parseReply(`550 ${"x".repeat(9_000)}`)?.text).toHaveLength(500);
  });
});
