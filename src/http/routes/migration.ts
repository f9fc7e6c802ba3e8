import { z } from "zod";
import { oldSources } from "../../storage/ownership.ts";
import { viewMoving, viewNextStep } from "../../legacy/watch.ts";
import { viewer } from "../access.ts";
import type { Api, Routes } from "../api.ts";
import { cursorKey, cutPage, PAGE_QUERY, pageOf } from "../page.ts";
import type { Parts } from "../parts.ts";
import { MOVING_CAMPAIGN, movingWire, NEXT_STEP, nextStepWire, OLD_SOURCE, sourceWire } from "../schemas/migration.ts";

const TAGS = ["migration"];
const READ = { access: viewer("campaigns:read") };

/** Moving over from an older sender: how far it is, and what comes next. */
export const migrationRoutes: Routes = (api, parts) => {
  showRoute(api, parts);
};

function showRoute(api: Api, parts: Parts): void {
  api.get(
    "/migration",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "Show the older senders, a page of their campaigns with who has each, and what to do next",
        querystring: z.strictObject(PAGE_QUERY),
        response: {
          200: z.object({ sources: z.array(OLD_SOURCE), next: NEXT_STEP, campaigns: pageOf(MOVING_CAMPAIGN) }),
        },
      },
    },
    async ({ query: { limit, cursor } }) => {
      const { reader, clock } = parts;
      const now = clock.now();
      const views = await viewMoving(reader, { afterId: cursorKey(cursor, z.int()), limit: limit + 1 }, now);
      const { items, ...rest } = cutPage(views, limit, ({ campaign }) => campaign.id);
      return {
        sources: (await oldSources(reader)).map(sourceWire),
        next: nextStepWire(await viewNextStep(reader, now)),
        campaigns: { items: items.map(movingWire), ...rest },
      };
    },
  );
}
