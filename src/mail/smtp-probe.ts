import type { Conversation } from "../domain/outcome.ts";
import type { MailboxConnection } from "./smtp-mailbox.ts";
import { type SessionClock, SmtpSession } from "./smtp-session.ts";
import type { TranscriptListener } from "./smtp-transcript.ts";

/**
 * Connects to a mailbox's server, encrypts, and logs in as for a mail, then says goodbye: nothing is sent. Undefined when the server takes
 * mail from us; else what was observed, with the stage that it ended in.
 */
export async function probeMailbox(
  connection: MailboxConnection,
  clock: Pick<SessionClock, "monotonicMs" | "setTimer">,
  listener?: TranscriptListener,
): Promise<Conversation | undefined> {
  const session = new SmtpSession(connection, { ...clock, dotWithinMs: 0, permitWithinMs: 0 }, listener);
  const obstacle = await session.open(undefined);
  await session.retire();
  return obstacle;
}
