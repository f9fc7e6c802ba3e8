import { z } from "zod";
import { DAY_MS } from "../../domain/instant.ts";
import { type OutboxMail, outboxPage, type SendingMail, sendingMails } from "../../storage/outbox.ts";
import { NEWEST, sendLogPage } from "../../storage/send-log.ts";
import { viewer } from "../access.ts";
import type { Api, Routes } from "../api.ts";
import { cursorKey, cutPage, PAGE_QUERY, pageOf } from "../page.ts";
import type { Parts } from "../parts.ts";
import { ID, INSTANT, iso, isoOrNull } from "../schemas/instants.ts";
import { PHRASE_OR_NULL, phraseWire } from "../schemas/phrases.ts";
import { SEND_LOG_ENTRY, sendLogWire } from "../schemas/send-log.ts";

const READ = { access: viewer("campaigns:read") };
const TAGS = ["outbox"];
const AHEAD_MS = DAY_MS;
const LAST_SENDS = 20;

const FILTER = { campaignId: ID.optional(), mailboxId: ID.optional() };

const MAIL = {
  id: z.int().describe("The row of the plan"),
  campaignId: z.int(),
  campaign: z.string(),
  leadId: z.int(),
  lead: z.string(),
  step: z.int(),
  attempt: z.int().describe("Tries that the server refused for now"),
  mailboxId: z.int().nullable(),
  mailbox: z.string().nullable(),
};

const PLANNED = z
  .object({
    ...MAIL,
    zone: z.string().describe("Of the campaign"),
    scheduledAt: INSTANT,
    cause: z.string().describe("Why it lies there"),
    causePhrase: PHRASE_OR_NULL,
    movedFrom: INSTANT.nullable().describe("Its slot before the last move"),
  })
  .meta({ id: "OutboxMail" });

const SENDING = z
  .object({
    ...MAIL,
    plannedAt: INSTANT,
    since: INSTANT,
    handedOverAt: INSTANT.nullable().describe("From then on it cannot be called back; null before"),
    worker: z.object({ host: z.string(), pid: z.int() }).nullable().describe("Null when it is not registered any more"),
  })
  .meta({ id: "SendingMail" });

/** What leaves next, what is leaving, and what left last, of all campaigns. */
export const outboxRoutes: Routes = (api, parts) => {
  plannedRoute(api, parts);
  nowRoute(api, parts);
};

function plannedRoute(api: Api, parts: Parts): void {
  api.get(
    "/outbox",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "List the planned mails of all running campaigns for the next 24 hours, by their slots",
        description: "A plan stores a campaign's next mails only (`bufferSize`); what follows them is the campaign's forecast.",
        querystring: z.strictObject({ ...PAGE_QUERY, ...FILTER }),
        response: { 200: pageOf(PLANNED) },
      },
    },
    async ({ query: { limit, cursor, ...filter } }) => {
      const after = cursorKey(cursor, z.tuple([z.int(), z.int()]));
      const until = parts.clock.now() + AHEAD_MS;
      const rows = await outboxPage(parts.reader, { ...filter, until, after, limit: limit + 1 });
      const { items, ...rest } = cutPage(rows, limit, ({ scheduledAt, id }) => [scheduledAt, id]);
      return { items: items.map(plannedWire), ...rest };
    },
  );
}

function nowRoute(api: Api, parts: Parts): void {
  api.get(
    "/outbox/now",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "Show the mails on their way at this moment, and the last tries",
        querystring: z.strictObject(FILTER),
        response: { 200: z.object({ sending: z.array(SENDING), lastTries: z.array(SEND_LOG_ENTRY) }) },
      },
    },
    async ({ query: filter }) => {
      const sending = await sendingMails(parts.reader, filter);
      const last = await sendLogPage(parts.reader, filter, { beforeId: NEWEST, limit: LAST_SENDS }, parts.clock);
      return { sending: sending.map(sendingWire), lastTries: last.rows.map(sendLogWire) };
    },
  );
}

function plannedWire({ scheduledAt, movedFrom, ...mail }: OutboxMail): z.infer<typeof PLANNED> {
  return { ...mail, causePhrase: phraseWire(mail.cause), scheduledAt: iso(scheduledAt), movedFrom: isoOrNull(movedFrom) };
}

function sendingWire({ scheduledAt, claimedAt, handedOverAt, host, pid, ...mail }: SendingMail): z.infer<typeof SENDING> {
  return {
    ...mail,
    plannedAt: iso(scheduledAt),
    since: iso(claimedAt ?? scheduledAt),
    handedOverAt: isoOrNull(handedOverAt),
    worker: host === null || pid === null ? null : { host, pid },
  };
}
