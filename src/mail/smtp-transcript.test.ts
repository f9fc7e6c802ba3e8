import { describe, expect, it } from "vitest";
import { Transcript } from "./smtp-transcript.ts";

function told(lines: readonly string[]): Transcript {
  const transcript = new Transcript();
  transcript.enter("greeting");
  for (const line of lines) {
    if (line.startsWith("> ")) transcript.noteCommand(line.slice(2));
    else transcript.noteReply(line);
  }
  return transcript;
}

describe("a transcript", () => {
  it("stands at the oldest command without an answer", () => {
    const pipelined = ["220 hi", "> EHLO me", "250 hi", "> MAIL FROM:<a@b.test>", "> RCPT TO:<c@d.test>", "> DATA"];
    expect(told(pipelined).stage).toBe("mail");
    expect(told([...pipelined, "250 ok"]).stage).toBe("rcpt");
    expect(told([...pipelined, "250 ok", "250 ok"]).stage).toBe("data");
  });

  it("keeps the first refusal, from which later ones only follow", () => {
    const transcript = told(["220 hi", "> MAIL FROM:<a@b.test>", "> RCPT TO:<c@d.test>", "553 not you", "503 no sender"]);
    expect(transcript.refusal).toMatchObject({ stage: "mail", reply: { code: 553 } });
  });

  it("forgets a refusal that was not the last word", () => {
    expect(told(["220 hi", "> EHLO me", "502 what", "> HELO me"]).refusal).toBeUndefined();
    expect(told(["220 hi", "> AUTH XOAUTH2 x", "535 stale", "> AUTH XOAUTH2 y"]).refusal).toBeUndefined();
  });

  it("takes a secret that looks like a command for part of the login", () => {
    expect(told(["220 hi", "> AUTH LOGIN", "334 VXNlcm5hbWU6", "> DATAx29="]).stage).toBe("auth");
  });

  it("reads what the server offers, and unlearns it at STARTTLS", () => {
    const offered = told(["220 hi", "> EHLO me", "250-mail.test\r\n250-SIZE 1000\r\n250-AUTH=PLAIN LOGIN\r\n250 8bitmime"]);
    expect(offered.extensions).toEqual({ keywords: new Set(["SIZE", "AUTH", "8BITMIME"]), sizeMaxBytes: 1000 });
    offered.noteCommand("STARTTLS");
    offered.noteReply("220 go");
    expect(offered.extensions.keywords.size).toBe(0);
  });

  it("lets no dot follow a DATA that was answered 354 for a refused recipient", () => {
    const transcript = told(["220 hi", "> RCPT TO:<c@d.test>", "> DATA", "550 no"]);
    expect(transcript.noteReply("354 go ahead")).toBe(false);
  });
});
