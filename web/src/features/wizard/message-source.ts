import type { MessageDraft } from "../../components/message-editor.tsx";

/** A message as the API takes it: null for a part that it does not have. */
export interface MessageSource {
  subject: string;
  text: string | null;
  html: string | null;
}

/** What is empty is none. */
export const sourceOf = ({ subject, text, html }: MessageDraft): MessageSource => ({
  subject,
  text: text.trim() === "" ? null : text,
  html: html.trim() === "" ? null : html,
});
