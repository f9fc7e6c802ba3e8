import { z } from "zod";
import { uploadFile } from "../../operation/import-upload.ts";
import {
  type ImportOrder,
  type ImportView,
  layOutAnew,
  orderCancel,
  orderCheck,
  orderImport,
  showImport,
  viewImport,
} from "../../operation/imports.ts";
import { rejectedFile } from "../../operation/rejected-file.ts";
import type { Result } from "../../domain/result.ts";
import { listImports } from "../../storage/imports.ts";
import { operator, viewer } from "../access.ts";
import type { Api, Routes } from "../api.ts";
import { change, principalOf } from "../change.ts";
import { CSV_ANSWER, sendCsv } from "../csv-answer.ts";
import { FILE_NAME, fileOf, takeFileBodies } from "../file-body.ts";
import { cursorKey, cutPage, PAGE_QUERY, pageOf } from "../page.ts";
import type { Parts } from "../parts.ts";
import { found, notFound, valueOf } from "../problem.ts";
import { IMPORT, importWire } from "../schemas/imports.ts";
import { ID } from "../schemas/instants.ts";

const TAGS = ["imports"];
const PARAMS = z.object({ id: ID });
const READ = { access: viewer("leads:read") };
const WRITE = { access: operator("leads:write") };

/** Files of leads: uploaded, looked at, tried out, and brought in while nobody waits. */
export const importRoutes: Routes = (api, parts) => {
  uploadRoute(api, parts);
  listRoute(api, parts);
  showRoute(api, parts);
  layoutRoute(api, parts);
  checkRoute(api, parts);
  rejectedRoute(api, parts);
  commitRoute(api, parts);
  cancelRoute(api, parts);
};

function uploadRoute(api: Api, parts: Parts): void {
  void api.register(async (files: Api) => {
    takeFileBodies(files);
    files.post(
      "/imports",
      {
        config: WRITE,
        // The upload counts its bytes itself, as they come.
        bodyLimit: Number.MAX_SAFE_INTEGER,
        schema: {
          tags: TAGS,
          summary: "Upload a CSV file of leads as the body of the request",
          description:
            "Content type text/csv or application/octet-stream. Nothing is brought in before it was tried out and ordered.",
          querystring: FILE_NAME,
          response: { 201: IMPORT },
        },
      },
      async (request, reply) => {
        const upload = { fileName: request.query.fileName, actor: principalOf(request).actor };
        const view = valueOf(await uploadFile(parts, fileOf(request), upload));
        reply.code(201).header("location", `/api/v1/imports/${view.id}`);
        return importWire(view);
      },
    );
  });
}

function listRoute(api: Api, { reader }: Parts): void {
  api.get(
    "/imports",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "List imports, newest first",
        querystring: z.strictObject({ ...PAGE_QUERY, campaignId: ID.optional() }),
        response: { 200: pageOf(IMPORT) },
      },
    },
    async ({ query: { limit, cursor, campaignId } }) => {
      const beforeId = cursorKey(cursor, z.int());
      const { items, ...rest } = cutPage(
        await listImports(reader, { beforeId, campaignId, limit: limit + 1 }),
        limit,
        ({ id }) => id,
      );
      return { items: items.map((row) => importWire(viewImport(row))), ...rest };
    },
  );
}

function showRoute(api: Api, { reader }: Parts): void {
  api.get(
    "/imports/:id",
    {
      config: READ,
      schema: { tags: TAGS, summary: "Show an import and how far it is", params: PARAMS, response: { 200: IMPORT } },
    },
    async ({ params: { id } }) => importWire(found(await showImport(reader, id), "import", id)),
  );
}

function layoutRoute(api: Api, parts: Parts): void {
  api.put(
    "/imports/:id/layout",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Have the file read with another encoding or separator; its columns are guessed anew",
        params: PARAMS,
        body: z.strictObject({ encoding: z.string().max(40), separator: z.string().min(1).max(4), header: z.boolean() }),
        response: { 200: IMPORT },
      },
    },
    async (request) =>
      ordered(parts, request, request.params.id, (trx, order) => layOutAnew(trx, request.params.id, request.body, order)),
  );
}

const COLUMNS = z
  .array(z.strictObject({ index: z.int().min(0).max(10_000), field: z.string().max(100) }))
  .max(1_000)
  .optional()
  .describe("Left out, the columns are taken as they were guessed");

function checkRoute(api: Api, parts: Parts): void {
  api.post(
    "/imports/:id/check",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Try the whole file out for a campaign, in the background; nothing is changed by it",
        params: PARAMS,
        body: z.strictObject({ campaignId: ID, columns: COLUMNS }),
        response: { 200: IMPORT },
      },
    },
    async (request) =>
      ordered(parts, request, request.params.id, (trx, order) => orderCheck(trx, request.params.id, request.body, order)),
  );
}

function rejectedRoute(api: Api, { reader }: Parts): void {
  api.get(
    "/imports/:id/rejected.csv",
    {
      config: READ,
      exposeHeadRoute: false,
      schema: {
        tags: TAGS,
        summary: "Download the rejected rows, each with the reason",
        params: PARAMS,
        response: { 200: CSV_ANSWER },
      },
    },
    async ({ params: { id } }, reply) => {
      found(await showImport(reader, id), "import", id);
      return sendCsv(reply, `rejected-${id}.csv`, rejectedFile(reader, id));
    },
  );
}

function commitRoute(api: Api, parts: Parts): void {
  api.post(
    "/imports/:id/commit",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Bring the leads of a file that was tried out into its campaign, in the background",
        params: PARAMS,
        response: { 200: IMPORT },
      },
    },
    async (request) => ordered(parts, request, request.params.id, (trx, order) => orderImport(trx, request.params.id, order)),
  );
}

function cancelRoute(api: Api, parts: Parts): void {
  api.post(
    "/imports/:id/cancel",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "End an import wherever it is; leads that are in stay in",
        params: PARAMS,
        response: { 200: IMPORT },
      },
    },
    async (request) => ordered(parts, request, request.params.id, (trx, order) => orderCancel(trx, request.params.id, order)),
  );
}

type Trx = Parameters<Parameters<Parts["write"]>[0]>[0];

async function ordered(
  parts: Parts,
  request: Parameters<typeof change>[1],
  id: number,
  work: (trx: Trx, order: ImportOrder) => Promise<Result<ImportView>>,
): Promise<z.infer<typeof IMPORT>> {
  const view = await change(parts, request, async (trx, order) => {
    if ((await showImport(trx, id)) === undefined) throw notFound("import", id);
    return valueOf(await work(trx, order), "conflict");
  });
  parts.wakeImports();
  return importWire(view);
}
