import { z } from "zod";
import { oldMail, shadowOf } from "../../legacy/shadow.ts";
import { campaignById } from "../../storage/campaign-edit.ts";
import { comparedMails } from "../../storage/shadow-mails.ts";
import { viewer } from "../access.ts";
import type { Routes } from "../api.ts";
import { cursorKey, cutPage, PAGE_QUERY } from "../page.ts";
import { found, ProblemError } from "../problem.ts";
import { ID } from "../schemas/instants.ts";
import { comparedMailWire, SHADOW, shadowWire } from "../schemas/shadow.ts";

/** How the older sender's mails of a campaign compare with what Goniec would have sent. */
export const campaignShadowRoutes: Routes = (api, parts) => {
  api.get(
    "/campaigns/:id/shadow",
    {
      config: { access: viewer("campaigns:read") },
      schema: {
        tags: ["migration"],
        summary: "Compare the older sender's mails with what Goniec had planned and would have allowed",
        description: "The sums and findings are of all mails that are compared, the same on every page of the list.",
        params: z.object({ id: ID }),
        querystring: z.strictObject(PAGE_QUERY),
        response: { 200: SHADOW },
      },
    },
    async ({ params: { id }, query: { limit, cursor } }) => {
      const campaign = found(await campaignById(parts.reader, id), "campaign", id);
      const before = cursorKey(cursor, z.object({ at: z.int(), key: z.string().max(200) }));
      const shadow = await shadowOf(parts, id);
      if (shadow === undefined)
        throw new ProblemError(
          "not-found",
          `${campaign.name} did not come from an older sender, so there is nothing to compare.`,
        );
      const rows = await comparedMails(parts.reader, id, { from: shadow.since, before, limit: limit + 1 });
      const { items, ...rest } = cutPage(rows, limit, ({ at, key }) => ({ at, key }));
      return shadowWire(shadow, { items: items.map((row) => comparedMailWire(oldMail(row))), ...rest });
    },
  );
};
