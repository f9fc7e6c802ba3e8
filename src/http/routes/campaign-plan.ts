import { z } from "zod";
import { campaignById } from "../../storage/campaign-edit.ts";
import { eventPage } from "../../storage/event-history.ts";
import { listPlan } from "../../storage/plan-list.ts";
import { NEWEST } from "../../storage/send-log.ts";
import { viewer } from "../access.ts";
import type { Api, Routes } from "../api.ts";
import { cursorKey, cursorOf, cutPage, PAGE_QUERY, pageOf, partialPageOf } from "../page.ts";
import type { Parts } from "../parts.ts";
import { found } from "../problem.ts";
import { PLAN_MOVES, PLANNED_SLOT, movesWire, slotWire } from "../schemas/campaign-plan.ts";
import { eventWire, HISTORY_EVENT } from "../schemas/events.ts";
import { ID } from "../schemas/instants.ts";

const PARAMS = z.object({ id: ID });
const READ = { access: viewer("campaigns:read") };
const SLOT_KEY = z.object({ scheduledAt: z.int(), id: z.int() });

/** A campaign's stored plan, why it moved, and all else that happened to it. */
export const campaignPlanRoutes: Routes = (api, parts) => {
  planRoute(api, parts);
  movesRoute(api, parts);
  historyRoute(api, parts);
};

function planRoute(api: Api, parts: Parts): void {
  api.get(
    "/campaigns/:id/plan",
    {
      config: READ,
      schema: {
        tags: ["plan"],
        summary: "List the stored plan: the next mails, each with its slot and what put it there",
        params: PARAMS,
        querystring: z.strictObject(PAGE_QUERY),
        response: { 200: pageOf(PLANNED_SLOT) },
      },
    },
    async ({ params: { id }, query: { limit, cursor } }) => {
      found(await campaignById(parts.reader, id), "campaign", id);
      const rows = await listPlan(parts.reader, id, { after: cursorKey(cursor, SLOT_KEY), limit: limit + 1 });
      const { items, ...rest } = cutPage(rows, limit, (row) => ({ scheduledAt: row.scheduledAt, id: row.id }));
      return { items: items.map(slotWire), ...rest };
    },
  );
}

function movesRoute(api: Api, parts: Parts): void {
  api.get(
    "/campaigns/:id/moves",
    {
      config: READ,
      schema: {
        tags: ["plan"],
        summary: "List when the plan moved and why, newest first",
        params: PARAMS,
        querystring: z.strictObject(PAGE_QUERY),
        response: { 200: partialPageOf(PLAN_MOVES) },
      },
    },
    async ({ params: { id }, query }) => {
      const page = await linesOf(parts, id, query, "plan-moved");
      return { items: page.rows.map(movesWire), isPartial: page.isPartial, ...cursorOf(page.nextBeforeId) };
    },
  );
}

function historyRoute(api: Api, parts: Parts): void {
  api.get(
    "/campaigns/:id/history",
    {
      config: READ,
      schema: {
        tags: ["history"],
        summary: "List what happened to a campaign, who did it and when, newest first",
        params: PARAMS,
        querystring: z.strictObject({ ...PAGE_QUERY, kind: z.string().max(100).optional() }),
        response: { 200: partialPageOf(HISTORY_EVENT) },
      },
    },
    async ({ params: { id }, query }) => {
      const page = await linesOf(parts, id, query, query.kind);
      return { items: page.rows.map(eventWire), isPartial: page.isPartial, ...cursorOf(page.nextBeforeId) };
    },
  );
}

interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

async function linesOf(parts: Parts, campaignId: number, { limit, cursor }: PageQuery, kind: string | undefined) {
  found(await campaignById(parts.reader, campaignId), "campaign", campaignId);
  const beforeId = cursorKey(cursor, z.int()) ?? NEWEST;
  return eventPage(parts.reader, { campaignId, kind, ofWorkOnly: true }, { beforeId, limit }, parts.clock);
}
