import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { detectMimeType } from "nodemailer/lib/mime-funcs/mime-types";
import { fail, ok, type Result } from "../domain/result.ts";
import { type Attachment, MAIL_BYTES_MAX } from "./compose.ts";

/** Base64 in lines of 76 characters makes 78 bytes out of 57; the rest of the mail gets a tenth. */
export const ATTACHED_BYTES_MAX = Math.floor((MAIL_BYTES_MAX * 0.9 * 57) / 78);
const ATTACHMENTS_MAX = 20;

/** Reads the files that go with every mail. Their names in the mail are their own; the type follows from the ending. */
export async function readAttachments(paths: readonly string[], field: string): Promise<Result<Attachment[]>> {
  if (paths.length > ATTACHMENTS_MAX)
    return fail({ field, value: `${paths.length} files`, message: "are too many", allowed: `up to ${ATTACHMENTS_MAX}` });
  const attachments: Attachment[] = [];
  let bytes = 0;
  for (const path of paths) {
    const size = await fileSize(path, field);
    if (!size.ok) return size;
    bytes += size.value;
    if (bytes > ATTACHED_BYTES_MAX) {
      const message = `the attachments have more than ${(ATTACHED_BYTES_MAX / 1e6).toFixed(0)} MB together, which most servers refuse`;
      return fail({ field, value: path, message, allowed: "smaller files, or a link in the message" });
    }
    attachments.push({ filename: basename(path), contentType: detectMimeType(path), content: await readFile(path) });
  }
  return ok(attachments);
}

async function fileSize(path: string, field: string): Promise<Result<number>> {
  try {
    const file = await stat(path);
    return file.isFile() ? ok(file.size) : fail({ field, value: path, message: "is not a file" });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return fail({
      field,
      value: path,
      message: code === "ENOENT" ? "does not exist" : `cannot be read (${code ?? String(error)})`,
    });
  }
}
