import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ATTACHED_BYTES_MAX, readAttachments } from "./attachment-files.ts";
import { composeMail, encodeAttachment } from "./compose.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "goniec-attach-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: number): string {
  const path = join(folder, name);
  writeFileSync(path, "");
  truncateSync(path, bytes);
  return path;
}

it("reads name, type and content", async () => {
  const result = await readAttachments([file("cennik łódź.pdf", 3), file("notes.unknown", 1)], "--attach");
  if (!result.ok) throw new Error(result.error.message);
  expect(result.value.map(({ filename, contentType, content }) => [filename, contentType, content.length])).toEqual([
    ["cennik łódź.pdf", "application/pdf", 3],
    ["notes.unknown", "application/octet-stream", 1],
  ]);
});

it("takes no more than a mail can carry", async () => {
  const most = await readAttachments([file("most.bin", ATTACHED_BYTES_MAX)], "--attach");
  if (!most.ok) throw new Error(most.error.message);
  const party = { address: "ewa@example.test" };
  const mail = composeMail({
    from: party,
    to: party,
    subject: "x",
    text: "x",
    attachments: most.value.map(encodeAttachment),
    messageId: "<1@x.test>",
    date: 0,
  });
  expect(mail.ok).toBe(true);
  const tooMuch = await readAttachments([file("half.bin", ATTACHED_BYTES_MAX - 1), file("rest.bin", 2)], "--attach");
  expect(tooMuch).toMatchObject({ ok: false, error: { field: "--attach", value: join(folder, "rest.bin") } });
});

it("refuses what is no file, and more files than anybody opens", async () => {
  expect(await readAttachments([folder], "--attach")).toMatchObject({ ok: false, error: { message: "is not a file" } });
  expect(await readAttachments([join(folder, "none")], "--attach")).toMatchObject({
    ok: false,
    error: { message: "does not exist" },
  });
  const many = Array.from({ length: 21 }, () => folder);
  expect(await readAttachments(many, "--attach")).toMatchObject({ ok: false, error: { message: "are too many" } });
});
