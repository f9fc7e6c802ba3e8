import fc from "fast-check";
import { simpleParser } from "mailparser";
import MailComposer from "nodemailer/lib/mail-composer";
import { describe, expect, it } from "vitest";
import { type Attachment, composeMail, encodeAttachment, type MailContent } from "./compose.ts";
import { encodeText } from "./mime-body.ts";
import { header, headerText } from "./mime-header.ts";

/** Letters of many lengths in UTF-8, and all that means something in a mail. */
const anyCharacter = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...Array.from("abcXYZ 019")) },
  { weight: 2, arbitrary: fc.constantFrom(...Array.from("żółćß€漢字🙂é")) },
  { weight: 2, arbitrary: fc.constantFrom(...Array.from(`=_?.,;:<>()"'\\-@[]&!`)) },
);
const phrase = fc.string({ unit: anyCharacter, maxLength: 120 }).map((text) => text.replace(/ +/g, " ").trim());
const line = fc.string({ unit: fc.oneof(anyCharacter, fc.constantFrom("\t", " ", "."), fc.constant("word ")), maxLength: 200 });
const body = fc.array(line, { maxLength: 12 }).map((lines) => ["Hello", ...lines].join("\n"));
const attachment: fc.Arbitrary<Attachment> = fc.record({
  filename: phrase.map((name) => `x${name.replace(/[/\\]/g, "")}.bin`),
  contentType: fc.constantFrom("application/pdf", "image/png"),
  content: fc.uint8Array({ maxLength: 300 }),
});
const address = fc.constantFrom("ewa@example.test", "łucja@example.test", "a.b+c@żółw.test", '"a b"@example.test');

interface Written extends Omit<MailContent, "attachments"> {
  readonly text: string;
  readonly files: readonly Attachment[];
}

const mail: fc.Arbitrary<Written> = fc.record({
  from: fc.record({ name: phrase, address }),
  to: fc.record({ address }),
  subject: phrase.map((text) => text || "x"),
  text: body,
  html: body.map((inner) => `<p>${inner}</p>`),
  files: fc.array(attachment, { maxLength: 2 }),
  messageId: fc.constant("<0123456789abcdef@acme.test>"),
  date: fc.integer({ min: 0, max: 4e12 }),
});

function composed({ files, ...content }: Written): Buffer {
  const message = composeMail({ ...content, attachments: files.map(encodeAttachment) });
  if (!message.ok) throw new Error(message.error.message);
  return message.value;
}

/** The same mail as a widely used library writes it. */
async function composedElsewhere({ files, text, html, ...content }: Written): Promise<Buffer> {
  const crlf = (value = ""): string => value.replaceAll("\n", "\r\n");
  const attachments = files.map((file) => ({ ...file, content: Buffer.from(file.content) }));
  const from = { name: content.from.name ?? "", address: content.from.address };
  const mailOptions = { ...content, from, to: { name: "", ...content.to }, text: crlf(text), html: crlf(html) };
  return new MailComposer({ ...mailOptions, date: new Date(content.date), attachments, newline: "\r\n" }).compile().build();
}

async function read(raw: Buffer) {
  const parsed = await simpleParser(raw);
  const { subject, from, to, text, html, date, messageId } = parsed;
  const attachments = parsed.attachments.map(({ filename, contentType, content }) => ({
    filename,
    contentType,
    content: content.toString("hex"),
  }));
  const parties = { from: from?.value, to: to && !Array.isArray(to) ? to.value : undefined };
  return { subject, ...parties, text, html, date: date?.getTime(), messageId, attachments };
}

describe("a composed mail", () => {
  it("is read as it was written, and as another library's mail of the same content is read", async () => {
    await fc.assert(
      fc.asyncProperty(mail, async (written) => {
        const seen = await read(composed(written));
        expect(seen).toMatchObject({
          subject: written.subject,
          text: written.text,
          html: written.html,
          messageId: written.messageId,
          date: Math.floor(written.date / 1_000) * 1_000,
        });
        expect(seen.from?.[0]?.name).toBe(written.from.name);
        expect(seen.attachments.map(({ filename, content }) => [filename, content])).toEqual(
          written.files.map(({ filename, content }) => [filename, Buffer.from(content).toString("hex")]),
        );
        expect(seen).toEqual(await read(await composedElsewhere(written)));
      }),
      { numRuns: 150 },
    );
  });

  it("has CRLF line ends only and no line of more than 76 characters, but for unbroken addresses and names of fields", () => {
    fc.assert(
      fc.property(mail, (written) => {
        const raw = composed(written).toString("latin1");
        expect(raw.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
        for (const one of raw.split("\r\n")) expect(one.length).toBeLessThanOrEqual(78);
      }),
      { numRuns: 200 },
    );
  });

  it("has no boundary in its parts, not even when the text holds it", async () => {
    const written = {
      from: { address: "a@b.test" },
      to: { address: "c@d.test" },
      subject: "x",
      messageId: "<1@b.test>",
      date: 0,
    };
    const mean = "--=_alternative_1btest\n--=_mixed_1btest--\n";
    const raw = composed({ ...written, text: mean, html: mean, files: [] });
    expect(await read(raw)).toMatchObject({ text: mean, html: mean });
  });
});

describe("a body", () => {
  it("stays as it is when it is plain, and is encoded when a server might change it", () => {
    const encodings = [
      "plain\ntext",
      "a".repeat(76),
      "a".repeat(77),
      "zażółć gęślą jaźń tej małej gromadce dzieci",
      "漢字",
      "tab\tand bell\u0007",
      "a=_b",
    ].map((text) => encodeText(text).encoding);
    const printable = "quoted-printable";
    expect(encodings).toEqual(["7bit", "7bit", printable, printable, "base64", printable, printable]);
  });

  it("has its last spaces encoded and its characters whole (RFC 2045 section 6.7)", () => {
    expect(encodeText("żab \r\nb\t").bytes.toString()).toBe("=C5=BCab=20\r\nb=09");
    const lines = encodeText(`${"a".repeat(74)}ż${"a".repeat(80)}`)
      .bytes.toString()
      .split("\r\n");
    expect(lines).toEqual([`${"a".repeat(74)}=`, `=C5=BC${"a".repeat(69)}=`, "a".repeat(11)]);
  });

  it.each(["a\rb", "a\nb", "a\r\nb", "żaby i\r\r\nb"])("has CRLF where %j had a line end", (text) => {
    expect(encodeText(text).bytes.toString()).not.toMatch(/\r(?!\n)|(?<!\r)\n/);
  });
});

describe("a header", () => {
  it("is folded at spaces, and keeps what it says when it is unfolded", () => {
    const text = "some words ".repeat(30).trim();
    const folded = header("Subject", text);
    expect(folded.split("\r\n").every((part) => part.length <= 76)).toBe(true);
    expect(folded.replaceAll("\r\n", "")).toBe(`Subject: ${text}`);
  });

  it("is encoded when it cannot be folded, or looks encoded already", () => {
    expect(headerText("plain")).toBe("plain");
    expect(headerText("=?UTF-8?Q?x?=")).toMatch(/^=\?UTF-8\?Q\?=3D/);
    for (const part of header("Subject", headerText("x".repeat(500))).split("\r\n")) expect(part.length).toBeLessThanOrEqual(76);
  });
});
