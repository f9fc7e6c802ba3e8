import { z } from "zod";
import { normalizeAddress } from "../../domain/address.ts";
import { csvRow } from "../../domain/csv-text.ts";
import { LOGGED_STATES, MAIL_KINDS } from "../../domain/states.ts";
import { NEWEST, type SendLogFilter, sendLogPage } from "../../storage/send-log.ts";
import { viewer } from "../access.ts";
import type { Api, Routes } from "../api.ts";
import { CSV_ANSWER, sendCsv } from "../csv-answer.ts";
import { cursorKey, cursorOf, PAGE_QUERY, partialPageOf } from "../page.ts";
import type { Parts } from "../parts.ts";
import { valueOf } from "../problem.ts";
import { ID, INSTANT, instantOf } from "../schemas/instants.ts";
import { SEND_LOG_ENTRY, type SendLogEntry, sendLogWire } from "../schemas/send-log.ts";

const READ = { access: viewer("log:read") };
const TAGS = ["send log"];

const FILTER = {
  campaignId: ID.optional(),
  mailboxId: ID.optional(),
  lead: z.string().max(320).optional().describe("The whole address; test mails to it only together with `kind=test`"),
  state: z
    .enum(LOGGED_STATES)
    .optional()
    .describe("`failed`: of campaigns, refused, and not tried again, as the daily numbers count"),
  outcome: z.string().max(50).optional(),
  kind: z.enum(MAIL_KINDS).optional(),
  from: INSTANT.optional().describe("Tries that were handed over, or began where they never were, at this instant or later"),
  to: INSTANT.optional().describe("And before this one"),
};

/** What was sent, from every campaign: each try with what the server said. */
export const sendLogRoutes: Routes = (api, parts) => {
  listRoute(api, parts);
  exportRoute(api, parts);
};

function listRoute(api: Api, parts: Parts): void {
  api.get(
    "/sendlog",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "List the tries of all campaigns, newest first",
        querystring: z.strictObject({ ...PAGE_QUERY, ...FILTER }),
        response: { 200: partialPageOf(SEND_LOG_ENTRY) },
      },
    },
    async ({ query: { limit, cursor, ...said } }) => {
      const beforeId = cursorKey(cursor, z.int()) ?? NEWEST;
      const page = await sendLogPage(parts.reader, filterOf(said), { beforeId, limit }, parts.clock);
      return { items: page.rows.map(sendLogWire), isPartial: page.isPartial, ...cursorOf(page.nextBeforeId) };
    },
  );
}

function exportRoute(api: Api, parts: Parts): void {
  api.get(
    "/sendlog.csv",
    {
      config: READ,
      exposeHeadRoute: false,
      schema: {
        tags: TAGS,
        summary: "Download the tries of all campaigns as CSV (UTF-8), newest first",
        querystring: z.strictObject(FILTER),
        response: { 200: CSV_ANSWER },
      },
    },
    async ({ query }, reply) => sendCsv(reply, "send-log.csv", exportLines(parts, filterOf(query))),
  );
}

const EXPORT_PAGE_ROWS = 500;

/** A page of the ledger at a time, each with a question of its own and only when the reader has taken the one before. */
async function* exportLines(parts: Parts, filter: SendLogFilter): AsyncGenerator<string> {
  yield csvRow(COLUMNS, ",");
  for (let beforeId: number | undefined = NEWEST; beforeId !== undefined; ) {
    const page = await sendLogPage(parts.reader, filter, { beforeId, limit: EXPORT_PAGE_ROWS }, parts.clock);
    const text = page.rows.map((row) => csvRow(cellsOf(sendLogWire(row)), ",")).join("");
    if (text !== "") yield text;
    beforeId = page.nextBeforeId;
  }
}

const { replyPhrase: _asData, ...CELLS } = SEND_LOG_ENTRY.shape;
const COLUMNS = Object.keys(CELLS) as (keyof typeof CELLS)[];
const cellsOf = (entry: SendLogEntry) => COLUMNS.map((column) => entry[column]);

type Said = z.infer<z.ZodObject<typeof FILTER>>;

function filterOf({ lead, from, to, ...rest }: Said): SendLogFilter {
  return {
    ...rest,
    address: lead === undefined ? undefined : valueOf(normalizeAddress(lead, "lead")).address,
    from: from === undefined ? undefined : instantOf(from),
    to: to === undefined ? undefined : instantOf(to),
  };
}
