import { z } from "zod";
import { LEDGER_STATES, MAIL_KINDS } from "../../domain/states.ts";
import type { LoggedSend } from "../../storage/send-log.ts";
import { INSTANT, iso, isoOrNull } from "./instants.ts";
import { PHRASE_OR_NULL, phraseWire } from "./phrases.ts";

/** A try as the send log tells of it; the live stream tells the same. */
export const SEND_LOG_ENTRY = z
  .object({
    id: z.int(),
    kind: z.enum(MAIL_KINDS),
    campaignId: z.int().nullable(),
    campaign: z.string().nullable(),
    leadId: z.int().nullable(),
    lead: z.string().describe("The address that the mail was for"),
    step: z.int().nullable(),
    attempt: z.int(),
    mailboxId: z.int(),
    mailbox: z.string(),
    state: z
      .enum(LEDGER_STATES)
      .describe("`transmitting`: the server has not answered yet; `unconfirmed`: it never did, and may have taken the mail"),
    outcome: z.string().nullable().describe("The class of the outcome; `written-off` when a person ordered the mail again"),
    stage: z
      .string()
      .nullable()
      .describe("How far the conversation came: connect, greeting, tls, auth, mail, rcpt, data, body, dot"),
    replyCode: z.int().nullable(),
    reply: z.string().nullable().describe("The server's words, or what went wrong instead"),
    replyPhrase: PHRASE_OR_NULL,
    messageId: z.string().describe("Our Message-ID"),
    serverMessageId: z.string().nullable().describe("The one under which the server passes the mail on, when it told"),
    startedAt: INSTANT,
    handedOverAt: INSTANT.nullable().describe("When the mail was about to leave; null when the try ended before"),
    settledAt: INSTANT.nullable(),
    settledBy: z.string().nullable().describe("The worker, or the person who decided"),
    durationMs: z.int().nullable(),
    nextTryAt: INSTANT.nullable(),
    plannedAt: INSTANT.nullable().describe("The slot in the plan; null once the plan has another for the mail"),
    slipMs: z.int().nullable().describe("How long after its slot the try began"),
  })
  .meta({ id: "SendLogEntry" });

export type SendLogEntry = z.infer<typeof SEND_LOG_ENTRY>;

export function sendLogWire({ rfcMessageId, ...row }: LoggedSend): SendLogEntry {
  const { startedAt, settledAt, plannedAt } = row;
  return {
    ...row,
    replyPhrase: row.replyCode === null ? phraseWire(row.reply) : null,
    messageId: rfcMessageId,
    startedAt: iso(startedAt),
    handedOverAt: isoOrNull(row.handedOverAt),
    settledAt: isoOrNull(settledAt),
    nextTryAt: isoOrNull(row.nextTryAt),
    plannedAt: isoOrNull(plannedAt),
    durationMs: settledAt === null ? null : settledAt - startedAt,
    slipMs: plannedAt === null ? null : startedAt - plannedAt,
  };
}
