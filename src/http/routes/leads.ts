import { z } from "zod";
import { checkFields } from "../../domain/lead-fields.ts";
import { leadTimeline } from "../../operation/lead-timeline.ts";
import { editLead, holdLead, leadById } from "../../storage/lead-edit.ts";
import { searchLeads } from "../../storage/lead-list.ts";
import { operator, viewer } from "../access.ts";
import type { Api, Routes } from "../api.ts";
import { change } from "../change.ts";
import { cursorKey, PAGE_QUERY, partialPageOf, searchEnd } from "../page.ts";
import type { Parts } from "../parts.ts";
import { found, valueOf } from "../problem.ts";
import { ID } from "../schemas/instants.ts";
import { LEAD, LEAD_STATUS, leadWire, LISTED_LEAD, listedLeadWire, TIMELINE, timelineWire } from "../schemas/leads.ts";
import { assertVersion, IF_MATCH, tagged } from "../version.ts";

const TAGS = ["leads"];
const PARAMS = z.object({ id: ID });
const READ = { access: viewer("leads:read") };
const WRITE = { access: operator("leads:write") };
const ADDRESS_PART = z.string().trim().min(1).max(320);

/** Whom campaigns write to: what is known of each, and all that was sent to it. */
export const leadRoutes: Routes = (api, parts) => {
  listRoute(api, parts);
  showRoute(api, parts);
  changeRoute(api, parts);
  timelineRoute(api, parts);
};

function listRoute(api: Api, { reader }: Parts): void {
  api.get(
    "/leads",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "List leads by their address",
        querystring: z.strictObject({
          ...PAGE_QUERY,
          search: ADDRESS_PART.optional().describe("Part of the address"),
          prefix: ADDRESS_PART.optional().describe("Its beginning, which is found at once among any number of leads"),
          status: LEAD_STATUS.optional(),
        }),
        response: { 200: partialPageOf(LISTED_LEAD) },
      },
    },
    async ({ query: { limit, cursor, search, prefix, status } }) => {
      const after = cursorKey(cursor, z.string().max(320));
      const page = await searchLeads(reader, { part: search, prefix, status, after, limit });
      return { items: page.items.map(listedLeadWire), ...searchEnd(page, limit) };
    },
  );
}

function showRoute(api: Api, { reader }: Parts): void {
  api.get(
    "/leads/:id",
    { config: READ, schema: { tags: TAGS, summary: "Show a lead", params: PARAMS, response: { 200: LEAD } } },
    async ({ params: { id } }, reply) => tagged(reply, leadWire(found(await leadById(reader, id), "lead", id))),
  );
}

function changeRoute(api: Api, parts: Parts): void {
  api.patch(
    "/leads/:id",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Change what is known of a lead, from its very next mail on",
        description: "`fields` replaces all of them. What a campaign's own file says of the lead still wins there.",
        params: PARAMS,
        headers: IF_MATCH,
        body: z.strictObject({ fields: z.record(z.string(), z.string()).optional(), status: LEAD_STATUS.optional() }),
        response: { 200: LEAD },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { status } = request.body;
      const fields = request.body.fields && valueOf(checkFields(request.body.fields));
      const lead = await change(parts, request, async (trx, { actor, now }) => {
        const before = found(await holdLead(trx, id), "lead", id);
        assertVersion(request, leadWire(before).version);
        await editLead(trx, before, { fields, status }, actor, now);
        return found(await leadById(trx, id), "lead", id);
      });
      return tagged(reply, leadWire(lead));
    },
  );
}

function timelineRoute(api: Api, parts: Parts): void {
  api.get(
    "/leads/:id/timeline",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "Show a lead's past and future: every mail with its text and the server's words, and what comes next",
        params: PARAMS,
        response: { 200: TIMELINE },
      },
    },
    async ({ params: { id } }) => timelineWire(found(await leadTimeline(parts, id), "lead", id)),
  );
}
