import { z } from "zod";
import { viewWorkers } from "../../operation/campaign-views.ts";
import { eventPage } from "../../storage/event-history.ts";
import { NEWEST } from "../../storage/send-log.ts";
import { viewer } from "../access.ts";
import type { Api, Routes } from "../api.ts";
import { principalOf } from "../change.ts";
import { cursorKey, cursorOf, PAGE_QUERY, partialPageOf } from "../page.ts";
import type { Parts } from "../parts.ts";
import { eventWire, HISTORY_EVENT } from "../schemas/events.ts";
import { ID } from "../schemas/instants.ts";
import { WORKER, workerWire } from "../schemas/workers.ts";

/** What happened in the installation, and who works in it. */
export const historyRoutes: Routes = (api, parts) => {
  eventsRoute(api, parts);
  workersRoute(api, parts);
};

function eventsRoute(api: Api, parts: Parts): void {
  api.get(
    "/events/history",
    {
      config: { access: viewer("log:read") },
      schema: {
        tags: ["history"],
        summary: "List what happened and who did it, newest first",
        description:
          "Owners see all of it; others see what concerns campaigns, leads and mailboxes, and nothing of people's access.",
        querystring: z.strictObject({
          ...PAGE_QUERY,
          kind: z.string().max(100).optional(),
          actor: z.string().max(320).optional(),
          campaignId: ID.optional(),
          leadId: ID.optional(),
          mailboxId: ID.optional(),
        }),
        response: { 200: partialPageOf(HISTORY_EVENT) },
      },
    },
    async (request) => {
      const { limit, cursor, ...filter } = request.query;
      const beforeId = cursorKey(cursor, z.int()) ?? NEWEST;
      const ofWorkOnly = principalOf(request).role !== "owner";
      const page = await eventPage(parts.reader, { ...filter, ofWorkOnly }, { beforeId, limit }, parts.clock);
      return { items: page.rows.map(eventWire), isPartial: page.isPartial, ...cursorOf(page.nextBeforeId) };
    },
  );
}

function workersRoute(api: Api, parts: Parts): void {
  api.get(
    "/workers",
    {
      config: { access: viewer("campaigns:read") },
      schema: {
        tags: ["workers"],
        summary: "List the processes that send, or stand by to",
        response: { 200: z.object({ items: z.array(WORKER) }) },
      },
    },
    async () => ({ items: (await viewWorkers(parts)).map(workerWire) }),
  );
}
