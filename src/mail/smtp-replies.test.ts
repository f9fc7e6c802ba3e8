import { describe, expect, it } from "vitest";
import { REPLY_BYTES_MAX, ReplyReader, replacedMessageId } from "./smtp-replies.ts";

/** What is read of these pieces, one after the other. */
function read(...pieces: string[]): (string[] | undefined)[] {
  const reader = new ReplyReader();
  return pieces.map((piece) => reader.read(Buffer.from(piece, "utf8")));
}

describe("a reply reader", () => {
  it("tells replies apart, and lines of one reply from replies", () => {
    expect(read("250 ok\r\n250-one\r\n250 two\r\n354 go\n")).toEqual([["250 ok", "250-one\n250 two", "354 go"]]);
  });

  it("waits for the end of a line and of a reply, wherever the network cuts", () => {
    expect(read("25", "0 o", "k\r", "\n550-5.1.1 n", "o\r\n", "550 5.1.1 user\r\n2")).toEqual([
      [],
      [],
      [],
      ["250 ok"],
      [],
      ["550-5.1.1 no\n550 5.1.1 user"],
    ]);
  });

  it("passes over empty lines, and reads letters of any script", () => {
    expect(read("\r\n250 łódź\r\n\r\n")).toEqual([["250 łódź"]]);
    expect(new ReplyReader().read(Buffer.from("250 caf\xe9\r\n", "latin1"))).toEqual(["250 caf\xe9"]);
  });

  it("gives up on a reply that never ends", () => {
    const line = `250-${"x".repeat(996)}\r\n`;
    expect(read(...Array<string>(Math.ceil(REPLY_BYTES_MAX / 1_000)).fill(line)).at(-1)).toBeUndefined();
    expect(read("x".repeat(REPLY_BYTES_MAX + 1))).toEqual([undefined]);
  });
});

describe("the Message-ID that a server gave", () => {
  const ses = "250 Ok 0100018b5c3c0a4f-2a-000000";
  it.each([
    ["250 2.0.0 OK <x@y.prod.outlook.com> [Hostname=y]", "smtp.office365.com", "<x@y.prod.outlook.com>"],
    [ses, "email-smtp.us-east-1.amazonaws.com", "<0100018b5c3c0a4f-2a-000000@email.amazonses.com>"],
    [ses, "vpce-1.email-smtp.eu-west-1.vpce.amazonaws.com", "<0100018b5c3c0a4f-2a-000000@eu-west-1.amazonses.com>"],
    [ses, "mail.acme.test", undefined],
    ["250 2.0.0 Ok: queued as 4F2A", "email-smtp.us-east-1.amazonaws.com", undefined],
  ])("%s of %s is %s", (acceptance, host, id) => expect(replacedMessageId(acceptance, host)).toBe(id));
});
