import { simpleParser } from "mailparser";
import { describe, expect, it } from "vitest";
import { composeMail, encodeAttachment, MAIL_BYTES_MAX, type MailContent } from "./compose.ts";

const content: MailContent = {
  from: { name: "Łucja Żak, Acme", address: "lucja@acme.test" },
  to: { address: "ewa@example.test" },
  subject: "Zażółć gęślą jaźń – oferta dla Łucji",
  text: "Dzień dobry,\n\n.kropka na początku\nłącznie",
  messageId: "<0123456789abcdef@acme.test>",
  date: Date.parse("2026-01-07T08:00:00Z"),
};

function compose(changes: Partial<MailContent> = {}): Buffer {
  const message = composeMail({ ...content, ...changes });
  if (!message.ok) throw new Error(message.error.message);
  return message.value;
}

describe("composeMail", () => {
  it("keeps Polish subjects, names and bodies intact", async () => {
    const mail = await simpleParser(compose());
    expect(mail.subject).toBe(content.subject);
    expect(mail.from?.value[0]).toEqual({ name: "Łucja Żak, Acme", address: "lucja@acme.test" });
    expect(mail.text).toBe(`${content.text}\n`);
    expect(mail.messageId).toBe(content.messageId);
    expect(mail.date?.getTime()).toBe(content.date);
  });

  it("gives the same bytes for the same content, with parts and attachments", () => {
    const file = { filename: "oferta – żółta.pdf", contentType: "application/pdf", content: new Uint8Array([1, 2, 3]) };
    const both = { html: "<p>Dzień dobry</p>", attachments: [encodeAttachment(file)] };
    expect(compose(both).equals(compose(both))).toBe(true);
    expect(compose(both).toString("latin1")).not.toMatch(/x-mailer/i);
  });

  it("keeps attachments and their Polish names intact", async () => {
    const bytes = new Uint8Array(Array.from({ length: 70_000 }, (_, index) => index % 256));
    const mail = await simpleParser(
      compose({
        attachments: [encodeAttachment({ filename: "oferta – żółta.pdf", contentType: "application/pdf", content: bytes })],
      }),
    );
    expect(mail.attachments[0]).toMatchObject({ filename: "oferta – żółta.pdf", contentType: "application/pdf" });
    expect(Buffer.compare(mail.attachments[0]?.content ?? Buffer.of(), bytes)).toBe(0);
  });

  it("makes a text part of an HTML mail, with the links", async () => {
    const { text: _text, ...htmlOnly } = content;
    const message = composeMail({
      ...htmlOnly,
      html: '<h1>Oferta</h1><p>Zobacz <a href="https://acme.test/o?a=1&amp;b=2">ofertę</a>.</p>',
    });
    if (!message.ok) throw new Error(message.error.message);
    const mail = await simpleParser(message.value);
    expect(mail.text).toContain("Oferta");
    expect(mail.text).toContain("ofertę [https://acme.test/o?a=1&b=2]");
    expect(mail.html).toContain("<h1>Oferta</h1>");
  });

  it("lets no CR stand alone (RFC 5321, 2.3.8)", () => {
    expect(compose({ text: "a\rb\nc\r\nd", html: "<p>a\rb</p>" }).toString("latin1")).not.toMatch(/\r(?!\n)|(?<!\r)\n/);
  });

  it("uses CRLF only and no line above 998 bytes (RFC 5322, 2.1.1)", async () => {
    const raw = compose({ text: `${"a".repeat(3_000)}\n${"ż".repeat(3_000)}`, subject: "ż".repeat(400) }).toString("latin1");
    expect(raw.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    expect(Math.max(...raw.split("\r\n").map((line) => line.length))).toBeLessThanOrEqual(998);
    expect((await simpleParser(raw)).subject).toBe("ż".repeat(400));
  });

  it("lets no value begin a header of its own", async () => {
    const mail = await simpleParser(
      compose({ subject: "x\r\nBcc: all@example.test", from: { name: "A\r\nBcc: b@c.test", address: "a@acme.test" } }),
    );
    expect(mail.bcc).toBeUndefined();
    expect(mail.subject).toBe("x Bcc: all@example.test");
  });

  it("refuses what no server would take", () => {
    const big = { filename: "big.bin", contentType: "application/octet-stream", content: new Uint8Array(MAIL_BYTES_MAX) };
    const message = composeMail({ ...content, attachments: [encodeAttachment(big)] });
    expect(message).toMatchObject({ ok: false, error: { message: expect.stringContaining("too large") } });
  });
});
