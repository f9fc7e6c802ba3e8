import { z } from "zod";
import { BEFORE_ALL, copyCampaign, copyLeads } from "../../storage/campaign-copy.ts";
import { deleteCampaign } from "../../storage/campaign-delete.ts";
import { operator } from "../access.ts";
import type { Api, Routes } from "../api.ts";
import { change, changeOnce, IDEMPOTENCY_KEY } from "../change.ts";
import type { Parts } from "../parts.ts";
import { found, refused, valueOf } from "../problem.ts";
import { CAMPAIGN, CAMPAIGN_NAME } from "../schemas/campaigns.ts";
import { ID } from "../schemas/instants.ts";
import { assertVersion, IF_MATCH, tagged } from "../version.ts";
import { assertFreeName, campaignAnswer, lockedCampaign } from "./campaigns.ts";

const TAGS = ["campaigns"];
const PARAMS = z.object({ id: ID });
const WRITE = { access: operator("campaigns:write") };

/** A campaign begun from another one, and one that is done with. */
export const campaignCopyRoutes: Routes = (api, parts) => {
  duplicateRoute(api, parts);
  deleteRoute(api, parts);
};

function duplicateRoute(api: Api, parts: Parts): void {
  api.post(
    "/campaigns/:id/duplicate",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Make a draft with a campaign's settings, message and mailboxes",
        params: PARAMS,
        headers: IDEMPOTENCY_KEY,
        body: z.strictObject({
          name: CAMPAIGN_NAME,
          withLeads: z
            .boolean()
            .default(false)
            .describe("Also its leads that got no mail of it: none that it wrote to, or may have, and none whose address failed"),
        }),
        response: { 201: CAMPAIGN },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { name, withLeads } = request.body;
      const seed = parts.chance.seed();
      const copy = await changeOnce(parts, request, reply, 201, async (trx, { actor, now }) => {
        await assertFreeName(trx, name);
        const copyId = found(await copyCampaign(trx, id, { name, seed }, actor, now), "campaign", id);
        return campaignAnswer(parts, trx, copyId);
      });
      if (withLeads) await copyAllLeads(parts, id, copy.id);
      reply.header("location", `/api/v1/campaigns/${copy.id}`);
      return tagged(reply, withLeads ? await campaignAnswer(parts, parts.reader, copy.id) : copy);
    },
  );
}

/** SQLite has one writer, whom a hundred thousand rows would keep for seconds. */
const LEADS_PER_TRANSACTION = 2_000;

/**
 * Page by page, each in a transaction of its own. Should the process die on the way, the draft has a part of the leads; the same request sent
 * again, with its Idempotency-Key, adds the rest.
 */
async function copyAllLeads(parts: Parts, fromId: number, toId: number): Promise<void> {
  let after: number | undefined = BEFORE_ALL;
  while (after !== undefined) after = await copyPage(parts, fromId, toId, after);
}

function copyPage(parts: Parts, fromId: number, toId: number, afterPosition: number): Promise<number | undefined> {
  return parts.write((trx, now) => copyLeads(trx, fromId, toId, { afterPosition, limit: LEADS_PER_TRANSACTION }, now));
}

function deleteRoute(api: Api, parts: Parts): void {
  api.delete(
    "/campaigns/:id",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Delete a campaign that sends no more; whom it wrote to and its history are kept",
        params: PARAMS,
        headers: IF_MATCH,
        querystring: z.strictObject({
          name: z.string().max(200).optional().describe("The campaign's name as a confirmation, instead of If-Match"),
        }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { name } = request.query;
      await change(parts, request, async (trx, { actor, now }) => {
        const before = await lockedCampaign(parts, trx, id);
        if (name === undefined) assertVersion(request, before.version);
        else if (name !== before.name)
          throw refused({ field: "name", value: name, message: "is not this campaign's name", allowed: before.name });
        valueOf(await deleteCampaign(trx, id, actor, now), "conflict");
      });
      return reply.code(204).send(null);
    },
  );
}
