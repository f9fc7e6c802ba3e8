import type { Shape } from "../api/client.ts";
import type { MessageDraft } from "./message-editor.tsx";

/** A file that goes with the mails: one that the server has, or one that was chosen here and is not sent yet. */
export type DraftFile =
  | { readonly id: number; readonly filename: string; readonly bytes: number }
  | { readonly key: string; readonly filename: string; readonly bytes: number; readonly file: File };

export const isOnServer = (file: DraftFile): boolean => "id" in file;

export interface DraftMessage extends MessageDraft {
  readonly files: readonly DraftFile[];
}

type Message = Shape<"Message">;
type Source = Shape<"MessageSourceInput">;

const EMPTY_DRAFT: DraftMessage = { subject: "", text: "", html: "", files: [] };

export function draftOfMessage(message: Message | null): DraftMessage {
  if (message === null) return EMPTY_DRAFT;
  const files = message.attachments.map(({ id, filename, bytes }) => ({ id, filename, bytes }));
  return { subject: message.subject, text: message.text ?? "", html: message.html ?? "", files };
}

/** A text as the API takes it: a part with nothing in it is none. */
export const sourceOf = ({ subject, text, html }: MessageDraft): Source => ({
  subject,
  text: text.trim() === "" ? null : text,
  html: html.trim() === "" ? null : html,
});

/** What is sent to the server: files that it has by their id, others with their content. */
export async function changeOf(draft: DraftMessage): Promise<Shape<"MessageChangeInput">> {
  const attachments = await Promise.all(
    draft.files.map(async (file) =>
      "id" in file
        ? { id: file.id }
        : { filename: file.filename, contentType: typeOf(file.file), content: await base64Of(file.file) },
    ),
  );
  return { ...sourceOf(draft), attachments };
}

/** A browser knows no type of some files, and gives parameters with that of others. */
const typeOf = ({ type }: File): string => (/^[\w.+-]+\/[\w.+-]+$/.test(type) ? type : "application/octet-stream");

function base64Of(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(typeof reader.result === "string" ? (reader.result.split(",")[1] ?? "") : ""));
    reader.addEventListener("error", () => reject(reader.error ?? new Error("the file cannot be read")));
    reader.readAsDataURL(file);
  });
}
