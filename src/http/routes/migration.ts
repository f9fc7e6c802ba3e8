import type { Kysely } from "kysely";
import { z } from "zod";
import type { Instant } from "../../domain/instant.ts";
import type { Result } from "../../domain/result.ts";
import { cutOver, prepareCutOver, type Problems } from "../../legacy/cut-over.ts";
import { prepareRollBack, rollBack, tellOlderSender } from "../../legacy/roll-back.ts";
import { viewMoving, viewNextStep, viewOne } from "../../legacy/watch.ts";
import { campaignById } from "../../storage/campaign-edit.ts";
import { movingCampaign, oldSources } from "../../storage/ownership.ts";
import type { Database } from "../../storage/schema.ts";
import { operator, viewer } from "../access.ts";
import type { Api, Routes } from "../api.ts";
import { changeOnce, IDEMPOTENCY_KEY } from "../change.ts";
import { cursorKey, cutPage, PAGE_QUERY, pageOf } from "../page.ts";
import type { Parts } from "../parts.ts";
import { found, ProblemError } from "../problem.ts";
import { ID } from "../schemas/instants.ts";
import {
  CUT_OVER_ORDER,
  MOVING_CAMPAIGN,
  movingWire,
  NEXT_STEP,
  nextStepWire,
  OLD_SOURCE,
  ROLL_BACK_ORDER,
  ROLLED_BACK,
  sourceWire,
  SWITCHED,
  toldWire,
} from "../schemas/migration.ts";

const TAGS = ["migration"];
const PARAMS = z.object({ id: ID });
const READ = { access: viewer("campaigns:read") };
const WRITE = { access: operator("campaigns:write") };

/** Moving over from an older sender: how far it is, and what comes next. */
export const migrationRoutes: Routes = (api, parts) => {
  showRoute(api, parts);
  cutOverRoute(api, parts);
  rollBackRoute(api, parts);
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

function cutOverRoute(api: Api, parts: Parts): void {
  api.post(
    "/campaigns/:id/cut-over",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Take a campaign over from an older sender; refused with all that is in the way",
        params: PARAMS,
        headers: IDEMPOTENCY_KEY,
        body: CUT_OVER_ORDER,
        response: { 200: SWITCHED },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const ready = await prepareCutOver(parts, await existing(parts, id));
      return changeOnce(parts, request, reply, 200, async (trx, order) => {
        const { changed } = valueOfAll(await cutOver(trx, ready, { ...request.body, ...order }));
        return switched(trx, id, changed, order.now);
      });
    },
  );
}

function rollBackRoute(api: Api, parts: Parts): void {
  api.post(
    "/campaigns/:id/roll-back",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary:
          "Give a campaign back to the older sender, paused; the answer tells whether that one knows what Goniec has mailed",
        params: PARAMS,
        headers: IDEMPOTENCY_KEY,
        body: ROLL_BACK_ORDER,
        response: { 200: ROLLED_BACK },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { to, writeBack } = request.body;
      const ready = await prepareRollBack(parts, await existing(parts, id), to);
      const answer = await changeOnce(parts, request, reply, 200, async (trx, order) => {
        const { changed } = valueOfAll(await rollBack(trx, ready, order));
        return switched(trx, id, changed, order.now);
      });
      const campaign = to === "fallback" ? undefined : await movingCampaign(parts.reader, id);
      const told = campaign && (await tellOlderSender(parts, campaign, writeBack));
      return { ...answer, told: told === undefined ? null : toldWire(told) };
    },
  );
}

async function existing(parts: Parts, id: number): Promise<number> {
  return found(await campaignById(parts.reader, id), "campaign", id).id;
}

async function switched(db: Kysely<Database>, id: number, changed: boolean, now: Instant): Promise<z.infer<typeof SWITCHED>> {
  return { changed, campaign: movingWire(found(await viewOne(db, id, now), "campaign", id)) };
}

/** The value, or the end of the request with everything that is in the way. */
function valueOfAll<T>(result: Result<T, Problems>): T {
  if (result.ok) return result.value;
  const text = result.error.map(({ message, allowed }) => `${message}; needed: ${allowed ?? "nothing"}`).join(". ");
  throw new ProblemError("conflict", `${text}.`, result.error);
}
