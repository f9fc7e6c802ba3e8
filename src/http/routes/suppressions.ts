import { z } from "zod";
import { normalizeAddress } from "../../domain/address.ts";
import { exportSuppressions, importSuppressions } from "../../operation/suppression-file.ts";
import { suppress } from "../../storage/leads.ts";
import { listSuppressed, unsuppress } from "../../storage/suppressions.ts";
import { operator, viewer } from "../access.ts";
import type { Api, Routes } from "../api.ts";
import { change, principalOf } from "../change.ts";
import { CSV_ANSWER, sendCsv } from "../csv-answer.ts";
import { FILE_NAME, fileOf, takeFileBodies } from "../file-body.ts";
import { cursorKey, PAGE_QUERY, partialPageOf, searchEnd } from "../page.ts";
import type { Parts } from "../parts.ts";
import { ProblemError, valueOf } from "../problem.ts";
import { INSTANT, iso } from "../schemas/instants.ts";
import { PHRASE_OR_NULL, phraseWire } from "../schemas/phrases.ts";

const TAGS = ["suppression list"];
const READ = { access: viewer("leads:read") };
const WRITE = { access: operator("leads:write") };
const ADDRESS = z.string().trim().min(1).max(320);
const REASON = z.string().trim().min(1).max(500);

const SUPPRESSED = z
  .object({ address: z.string(), reason: z.string(), reasonPhrase: PHRASE_OR_NULL, source: z.string(), createdAt: INSTANT })
  .meta({ id: "Suppressed" });

/** Addresses that are never written to again. */
export const suppressionRoutes: Routes = (api, parts) => {
  listRoute(api, parts);
  addRoute(api, parts);
  removeRoute(api, parts);
  exportRoute(api, parts);
  importRoute(api, parts);
};

function listRoute(api: Api, { reader }: Parts): void {
  api.get(
    "/suppressions",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "List suppressed addresses",
        querystring: z.strictObject({ ...PAGE_QUERY, search: ADDRESS.optional().describe("Part of the address") }),
        response: { 200: partialPageOf(SUPPRESSED) },
      },
    },
    async ({ query: { limit, cursor, search } }) => {
      const page = await listSuppressed(reader, { part: search, after: cursorKey(cursor, z.string().max(320)), limit });
      return {
        items: page.items.map((one) => ({ ...one, reasonPhrase: phraseWire(one.reason), createdAt: iso(one.createdAt) })),
        ...searchEnd(page, limit),
      };
    },
  );
}

function addRoute(api: Api, parts: Parts): void {
  api.post(
    "/suppressions",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Suppress an address: from now on it gets no mail of any campaign",
        body: z.strictObject({ address: ADDRESS, reason: REASON }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { address } = valueOf(normalizeAddress(request.body.address));
      await change(parts, request, (trx, { actor, now }) => suppress(trx, address, request.body.reason, actor, now));
      return reply.code(204).send(null);
    },
  );
}

function removeRoute(api: Api, parts: Parts): void {
  api.delete(
    "/suppressions",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Allow an address to be written to again; what it lost in campaigns it does not get back",
        querystring: z.strictObject({ address: ADDRESS }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { address } = valueOf(normalizeAddress(request.query.address));
      await change(parts, request, async (trx, { actor, now }) => {
        if (!(await unsuppress(trx, address, actor, now))) throw new ProblemError("not-found", `${address} is not suppressed.`);
      });
      return reply.code(204).send(null);
    },
  );
}

function exportRoute(api: Api, parts: Parts): void {
  api.get(
    "/suppressions.csv",
    {
      config: READ,
      exposeHeadRoute: false,
      schema: { tags: TAGS, summary: "Download the suppression list as CSV", response: { 200: CSV_ANSWER } },
    },
    async (_request, reply) => sendCsv(reply, "suppressions.csv", exportSuppressions(parts)),
  );
}

function importRoute(api: Api, parts: Parts): void {
  void api.register(async (files: Api) => {
    takeFileBodies(files);
    files.post(
      "/suppressions/import",
      {
        config: WRITE,
        // The reader counts its bytes itself, as they come.
        bodyLimit: Number.MAX_SAFE_INTEGER,
        schema: {
          tags: TAGS,
          summary: "Suppress every address of a CSV file, sent as the body of the request",
          querystring: FILE_NAME.extend({ reason: REASON.default("imported") }),
          response: {
            200: z.object({
              added: z.int(),
              known: z.int(),
              refused: z.int(),
              firstRefused: z.array(
                z.object({ line: z.int(), value: z.string(), reason: z.string(), reasonPhrase: PHRASE_OR_NULL }),
              ),
            }),
          },
        },
      },
      async (request) => {
        const given = { ...request.query, actor: principalOf(request).actor };
        const { firstRefused, ...counts } = valueOf(await importSuppressions(parts, fileOf(request), given));
        return { ...counts, firstRefused: firstRefused.map((one) => ({ ...one, reasonPhrase: phraseWire(one.reason) })) };
      },
    );
  });
}
