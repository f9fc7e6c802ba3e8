import { z } from "zod";
import type { SingleMailReport } from "../../operation/single-mail.ts";
import { sendMailboxTest, sendTestMail, type TestMailRefusal } from "../../operation/test-mail.ts";
import { operator } from "../access.ts";
import type { Api, Routes } from "../api.ts";
import { departure } from "../departure.ts";
import type { Parts } from "../parts.ts";
import { ProblemError, refused } from "../problem.ts";
import { ID } from "../schemas/instants.ts";
import { PHRASE_OR_NULL, phraseWire } from "../schemas/phrases.ts";

const TAGS = ["test mails"];
const PARAMS = z.object({ id: ID });
const TO = z.string().trim().min(1).max(320);

const TEST_REPORT = z
  .object({
    state: z.string().describe("sent, rejected or unconfirmed, as in the send log"),
    outcome: z.string(),
    summary: z.string().describe("The server's words, or ours"),
    summaryPhrase: PHRASE_OR_NULL,
    mailbox: z.string(),
    to: z.string(),
    rfcMessageId: z.string(),
    durationMs: z.int(),
  })
  .meta({ id: "TestMailReport" });

/** Mails that a person sends to look at them: they count towards the mailbox's limit, and towards nothing else. */
export const testMailRoutes: Routes = (api, parts) => {
  campaignTest(api, parts);
  mailboxTest(api, parts);
};

function campaignTest(api: Api, parts: Parts): void {
  api.post(
    "/campaigns/:id/test",
    {
      config: { access: operator("campaigns:write") },
      schema: {
        tags: TAGS,
        summary: "Send the campaign's text once, to an address of your own",
        params: PARAMS,
        body: z.strictObject({
          to: TO,
          mailboxId: ID.optional().describe("Without it the mailbox that the campaign would use next"),
          leadId: ID.optional().describe("Written as for this lead"),
          fields: z.record(z.string().max(100), z.string().max(10_000)).optional(),
        }),
        response: { 200: TEST_REPORT },
      },
    },
    async (request, reply) => {
      const { id: campaignId } = request.params;
      return withMailer(parts, async (mailer) => {
        const sent = await sendTestMail({ ...parts, mailer }, { ...request.body, campaignId }, departure(reply));
        if (!sent.ok) throw problemOf(sent.error);
        return reportWire(sent.value);
      });
    },
  );
}

function mailboxTest(api: Api, parts: Parts): void {
  api.post(
    "/mailboxes/:id/test",
    {
      config: { access: operator("mailboxes:write") },
      schema: {
        tags: TAGS,
        summary: "Send a short mail through a mailbox, to an address of your own",
        params: PARAMS,
        body: z.strictObject({ to: TO }),
        response: { 200: TEST_REPORT },
      },
    },
    async (request, reply) =>
      withMailer(parts, async (mailer) => {
        const sent = await sendMailboxTest(
          { ...parts, mailer },
          { mailboxId: request.params.id, to: request.body.to },
          departure(reply),
        );
        if (!sent.ok) throw problemOf(sent.error);
        return reportWire(sent.value);
      }),
  );
}

type SingleMailer = Awaited<ReturnType<Parts["createSingleMailer"]>>;

async function withMailer<T>(parts: Parts, work: (mailer: SingleMailer) => Promise<T>): Promise<T> {
  const mailer = await parts.createSingleMailer();
  try {
    return await work(mailer);
  } finally {
    await mailer.close();
  }
}

function problemOf(refusal: TestMailRefusal): ProblemError {
  if ("problem" in refusal) return refused(refusal.problem);
  if (refusal.code === "no-mailbox") return new ProblemError("not-found", `${refusal.message}.`);
  return new ProblemError("conflict", `${refusal.message}.`);
}

function reportWire({
  state,
  outcome,
  summary,
  mailbox,
  to,
  rfcMessageId,
  durationMs,
}: SingleMailReport): z.infer<typeof TEST_REPORT> {
  const durations = { durationMs: Math.round(durationMs) };
  return { state, outcome, summary, summaryPhrase: phraseWire(summary), mailbox, to, rfcMessageId, ...durations };
}
