import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { decideUnconfirmed, isMail, type UnconfirmedEvidence, unconfirmedPage } from "../../storage/unconfirmed.ts";
import { operator, viewer } from "../access.ts";
import type { Api, Routes } from "../api.ts";
import { change, changeOnce, IDEMPOTENCY_KEY } from "../change.ts";
import { cursorKey, cutPage, PAGE_QUERY, pageOf } from "../page.ts";
import type { Parts } from "../parts.ts";
import { notFound, ProblemError, refused, valueOf } from "../problem.ts";
import { ID, INSTANT, iso, isoOrNull } from "../schemas/instants.ts";
import { PHRASE_OR_NULL, phraseWire } from "../schemas/phrases.ts";

const TAGS = ["unconfirmed"];
const READ = { access: viewer("log:read") };
const WRITE = { access: operator("campaigns:write") };
const BULK_MAX = 100;

const DECISION = z
  .enum(["mark-sent", "send-again"])
  .describe("`send-again`: knowing that the lead may get it twice")
  .meta({ id: "UnconfirmedDecision" });

const UNCONFIRMED = z
  .object({
    id: z.int().describe("By which it is decided"),
    campaignId: z.int(),
    campaign: z.string(),
    zone: z.string().describe("Of the campaign"),
    leadId: z.int(),
    lead: z.string(),
    step: z.int(),
    attempt: z.int(),
    mailboxId: z.int(),
    mailbox: z.string(),
    messageId: z.string().describe("The Message-ID by which it can be looked for in the mailbox's folder of sent mail"),
    serverMessageId: z.string().nullable(),
    entryId: z.int().describe("Its entry in the send log"),
    handedOverAt: INSTANT,
    ageMs: z.int().describe("Since the hand-over"),
    unconfirmedSince: INSTANT.nullable(),
    stage: z.string().nullable(),
    replyCode: z.int().nullable(),
    reply: z.string().nullable().describe("What the server said last, or what went wrong"),
    replyPhrase: PHRASE_OR_NULL,
    reason: z.string(),
    reasonPhrase: PHRASE_OR_NULL,
  })
  .meta({ id: "UnconfirmedMail" });

const DECIDED = z.object({ id: z.int(), decision: DECISION });

/** Mails of which nobody knows whether the server took them: only a person decides what becomes of them. */
export const unconfirmedRoutes: Routes = (api, parts) => {
  listRoute(api, parts);
  decideRoute(api, parts);
  decideManyRoute(api, parts);
};

function listRoute(api: Api, parts: Parts): void {
  api.get(
    "/unconfirmed",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "List the unconfirmed mails with what is known of each",
        querystring: z.strictObject({ ...PAGE_QUERY, campaignId: ID.optional() }),
        response: { 200: pageOf(UNCONFIRMED) },
      },
    },
    async ({ query: { limit, cursor, campaignId } }) => {
      const afterId = cursorKey(cursor, z.int()) ?? 0;
      const rows = await unconfirmedPage(parts.reader, { campaignId, afterId, limit: limit + 1 });
      const { items, ...rest } = cutPage(rows, limit, ({ id }) => id);
      const now = parts.clock.now();
      return { items: items.map((mail) => wireOf(mail, now)), ...rest };
    },
  );
}

function decideRoute(api: Api, parts: Parts): void {
  api.post(
    "/unconfirmed/:id/decide",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Decide what becomes of an unconfirmed mail",
        params: z.object({ id: ID }),
        headers: IDEMPOTENCY_KEY,
        body: z.strictObject({ decision: DECISION }),
        response: { 200: DECIDED },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { decision } = request.body;
      return changeOnce(parts, request, reply, 200, async (trx, { actor, now }) => {
        if (!(await isMail(trx, id))) throw notFound("mail", id);
        valueOf(await decideUnconfirmed(trx, id, decision, actor, now), "conflict");
        return { id, decision };
      });
    },
  );
}

function decideManyRoute(api: Api, parts: Parts): void {
  api.post(
    "/unconfirmed/decide",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Decide what becomes of several unconfirmed mails",
        description: "Each is decided by itself; sent again, the request refuses those that it has decided.",
        body: z.strictObject({ ids: z.array(ID).min(1).max(BULK_MAX), decision: DECISION }),
        response: {
          200: z.object({
            decided: z.array(z.int()),
            refused: z.array(z.object({ id: z.int(), message: z.string() })),
          }),
        },
      },
    },
    async (request) => {
      const { ids, decision } = request.body;
      const decided: number[] = [];
      const refusals: { id: number; message: string }[] = [];
      for (const id of new Set(ids)) {
        const message = await refusalOf(parts, request, id, decision);
        if (message === undefined) decided.push(id);
        else refusals.push({ id, message });
      }
      return { decided, refused: refusals };
    },
  );
}

/** Decides one mail in a transaction of its own, so that none is long; the reason when it cannot be. */
async function refusalOf(
  parts: Parts,
  request: FastifyRequest,
  id: number,
  decision: z.infer<typeof DECISION>,
): Promise<string | undefined> {
  try {
    return await change(parts, request, async (trx, { actor, now }) => {
      const result = await decideUnconfirmed(trx, id, decision, actor, now);
      if (!result.ok) throw refused(result.error, "conflict");
      return undefined;
    });
  } catch (error) {
    if (error instanceof ProblemError && error.kind === "conflict") return error.message;
    throw error;
  }
}

function wireOf(mail: UnconfirmedEvidence, now: number): z.infer<typeof UNCONFIRMED> {
  const { handedOverAt, settledAt, rfcMessageId } = mail;
  return {
    ...mail,
    replyPhrase: mail.replyCode === null ? phraseWire(mail.reply) : null,
    reasonPhrase: phraseWire(mail.reason),
    messageId: rfcMessageId,
    handedOverAt: iso(handedOverAt),
    ageMs: Math.max(0, now - handedOverAt),
    unconfirmedSince: isoOrNull(settledAt),
  };
}
