import { z } from "zod";
import { normalizeAddress } from "../../domain/address.ts";
import { LEAD_STATES } from "../../domain/states.ts";
import { addLeadsByHand, setLeadPriority, skipByHand } from "../../storage/campaign-leads.ts";
import { campaignById } from "../../storage/campaign-edit.ts";
import { type ListedPlace, listPlaces } from "../../storage/lead-list.ts";
import { operator, viewer } from "../access.ts";
import type { Api, Routes } from "../api.ts";
import { change, changeOnce, IDEMPOTENCY_KEY } from "../change.ts";
import { cursorKey, PAGE_QUERY, partialPageOf, searchEnd } from "../page.ts";
import type { Parts } from "../parts.ts";
import { found, valueOf } from "../problem.ts";
import { ID, INSTANT, iso } from "../schemas/instants.ts";
import { PHRASE_OR_NULL, phraseWire } from "../schemas/phrases.ts";

const TAGS = ["campaign leads"];
const PARAMS = z.object({ id: ID });
const READ = { access: viewer("leads:read") };
const WRITE = { access: operator("leads:write") };

const LEADS_MAX = 500;
const FIELDS = z.record(z.string().min(1).max(100), z.string().max(10_000)).default({});
const PRIORITY = z.int().min(1).max(1_000_000).describe("1 goes next, 999 is the ordinary one");

const CAMPAIGN_LEAD = z
  .object({
    leadId: z.int(),
    address: z.string(),
    fields: z.record(z.string(), z.string()),
    priority: z.int(),
    position: z.int(),
    state: z.enum(LEAD_STATES),
    reason: z.string().nullable(),
    reasonPhrase: PHRASE_OR_NULL,
    updatedAt: INSTANT,
  })
  .meta({ id: "CampaignLead" });

/** Whom a campaign writes to. */
export const campaignLeadRoutes: Routes = (api, parts) => {
  listRoute(api, parts);
  addRoute(api, parts);
  priorityRoute(api, parts);
  skipRoute(api, parts);
};

function listRoute(api: Api, { reader }: Parts): void {
  api.get(
    "/campaigns/:id/leads",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary:
          "List a campaign's leads: of one state in the order in which they are written to, of all in the order in which they came",
        params: PARAMS,
        querystring: z.strictObject({
          ...PAGE_QUERY,
          state: z.enum(LEAD_STATES).optional(),
          search: z.string().trim().min(1).max(320).optional().describe("Part of the address"),
        }),
        response: { 200: partialPageOf(CAMPAIGN_LEAD) },
      },
    },
    async ({ params: { id }, query: { limit, cursor, state, search } }) => {
      found(await campaignById(reader, id), "campaign", id);
      const after = cursorKey(cursor, z.tuple([z.int32(), z.int32(), z.int32()]));
      const page = await listPlaces(reader, { campaignId: id, state, part: search, after, limit });
      return { items: page.items.map(placeWire), ...searchEnd(page, limit) };
    },
  );
}

function placeWire({ updatedAt, fields, ...place }: ListedPlace): z.infer<typeof CAMPAIGN_LEAD> {
  return { ...place, reasonPhrase: phraseWire(place.reason), fields: { ...fields }, updatedAt: iso(updatedAt) };
}

function addRoute(api: Api, parts: Parts): void {
  api.post(
    "/campaigns/:id/leads",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Add leads by hand; those that the campaign has keep their place and state",
        params: PARAMS,
        headers: IDEMPOTENCY_KEY,
        body: z.strictObject({
          leads: z
            .array(z.strictObject({ address: z.string().max(320), fields: FIELDS, priority: PRIORITY.optional() }))
            .min(1)
            .max(LEADS_MAX),
        }),
        response: { 201: z.object({ added: z.int(), known: z.int() }) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const leads = request.body.leads.map(({ address, fields, priority }, index) => {
        const normal = valueOf(normalizeAddress(address, `leads.${index}.address`));
        return { address: normal.address, fields, priority };
      });
      return changeOnce(parts, request, reply, 201, async (trx, { actor, now }) => {
        found(await campaignById(trx, id), "campaign", id);
        const { added, known } = valueOf(await addLeadsByHand(trx, id, leads, actor, now), "conflict");
        return { added, known };
      });
    },
  );
}

function priorityRoute(api: Api, parts: Parts): void {
  api.post(
    "/campaigns/:id/leads/priority",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Have leads written to earlier or later; all of them or none",
        params: PARAMS,
        body: z.strictObject({ leadIds: z.array(ID).min(1).max(LEADS_MAX), priority: PRIORITY }),
        response: { 200: z.object({ changed: z.int() }) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { leadIds, priority } = request.body;
      const changed = await change(parts, request, async (trx, { actor, now }) => {
        found(await campaignById(trx, id), "campaign", id);
        return valueOf(await setLeadPriority(trx, id, leadIds, priority, actor, now), "conflict");
      });
      return { changed };
    },
  );
}

function skipRoute(api: Api, parts: Parts): void {
  api.post(
    "/campaigns/:id/leads/:leadId/skip",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Take a lead out of the campaign for good; refused when its mail is on its way, or was",
        params: z.object({ id: ID, leadId: ID }),
        body: z.strictObject({ reason: z.string().trim().min(1).max(200) }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { id, leadId } = request.params;
      await change(parts, request, async (trx, { actor, now }) => {
        found(await campaignById(trx, id), "campaign", id);
        valueOf(await skipByHand(trx, id, leadId, request.body.reason, actor, now), "conflict");
      });
      return reply.code(204).send(null);
    },
  );
}
