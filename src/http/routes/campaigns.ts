import type { Kysely, Transaction } from "kysely";
import { z } from "zod";
import type { Result } from "../../domain/result.ts";
import type { CampaignStatus } from "../../domain/states.ts";
import { viewCampaign, viewEngine } from "../../operation/campaign-views.ts";
import { campaignById, holdForEdit, mailboxIdsOf, renameCampaign, unknownMailboxes } from "../../storage/campaign-edit.ts";
import { listCampaigns } from "../../storage/campaign-list.ts";
import { toCampaign } from "../../storage/campaigns.ts";
import { type Actor, cancelCampaign, pauseCampaign, resumeCampaign, startCampaign } from "../../storage/lifecycle.ts";
import { campaignIdByName, changeSettings, createCampaign, setCampaignMailboxes } from "../../storage/registry.ts";
import { campaignReports } from "../../storage/reports.ts";
import type { Database } from "../../storage/schema.ts";
import { installationSettings } from "../../storage/settings.ts";
import { operator, viewer } from "../access.ts";
import type { Api, Routes } from "../api.ts";
import { change, changeOnce, IDEMPOTENCY_KEY } from "../change.ts";
import { cursorKey, cutPage, PAGE_QUERY, pageOf } from "../page.ts";
import { found, refused, valueOf } from "../problem.ts";
import {
  CAMPAIGN,
  CAMPAIGN_NAME,
  CAMPAIGN_SETTINGS_CHANGE,
  CAMPAIGN_SUMMARY,
  MAILBOX_IDS,
  settingsOf,
  senderWire,
  settingsWire,
  STATUS,
} from "../schemas/campaigns.ts";
import { headlineWire } from "../schemas/campaign-gates.ts";
import { ID, iso, isoOrNull } from "../schemas/instants.ts";
import { defaultsOfCampaigns } from "../schemas/settings.ts";
import type { Parts } from "../parts.ts";
import { assertVersion, IF_MATCH, tagged, versionOf } from "../version.ts";

type Trx = Transaction<Database>;
type CampaignAnswer = z.infer<typeof CAMPAIGN>;

const TAGS = ["campaigns"];
const PARAMS = z.object({ id: ID });
const READ = { access: viewer("campaigns:read") };
const WRITE = { access: operator("campaigns:write") };

/** Campaigns: what they are, what they do, and what a person orders them to do. */
export const campaignRoutes: Routes = (api, parts) => {
  listRoute(api, parts);
  showRoute(api, parts);
  createRoute(api, parts);
  changeRoute(api, parts);
  orderRoutes(api, parts);
};

function listRoute(api: Api, parts: Parts): void {
  api.get(
    "/campaigns",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "List campaigns, newest first",
        querystring: z.strictObject({
          ...PAGE_QUERY,
          status: STATUS.optional(),
          search: z.string().trim().min(1).max(200).optional(),
        }),
        response: { 200: pageOf(CAMPAIGN_SUMMARY) },
      },
    },
    async ({ query: { limit, cursor, status, search } }) => {
      const beforeId = cursorKey(cursor, z.int());
      const statuses = status === undefined ? undefined : [status];
      const rows = await listCampaigns(parts.reader, { beforeId, statuses, search, limit: limit + 1 });
      const { items, ...rest } = cutPage(rows, limit, ({ id }) => id);
      const engine = await viewEngine(parts);
      const views = await Promise.all(items.map((report) => viewCampaign(parts, report, engine)));
      return {
        items: views.map(({ report, facts, nextAt, why, headline }, index) => ({
          ...report,
          ...senderWire(facts.campaign.sender),
          headline: why,
          doing: headlineWire(headline, facts.campaign.zone, parts.clock.now()),
          nextAt: isoOrNull(nextAt),
          zone: facts.campaign.zone,
          createdAt: iso(items[index]?.createdAt ?? 0),
        })),
        ...rest,
      };
    },
  );
}

function showRoute(api: Api, parts: Parts): void {
  api.get(
    "/campaigns/:id",
    { config: READ, schema: { tags: TAGS, summary: "Show a campaign", params: PARAMS, response: { 200: CAMPAIGN } } },
    async ({ params: { id } }, reply) => tagged(reply, await campaignAnswer(parts, parts.reader, id)),
  );
}

function createRoute(api: Api, parts: Parts): void {
  api.post(
    "/campaigns",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Create a campaign as a draft",
        headers: IDEMPOTENCY_KEY,
        body: z.strictObject({
          name: CAMPAIGN_NAME,
          settings: CAMPAIGN_SETTINGS_CHANGE.default({}),
          mailboxIds: MAILBOX_IDS.default([]),
        }),
        response: { 201: CAMPAIGN },
      },
    },
    async (request, reply) => {
      const { name, settings, mailboxIds } = request.body;
      const defaults = defaultsOfCampaigns(await installationSettings(parts.reader));
      const whole = await settingsOf({ ...defaults, ...settings });
      const seed = parts.chance.seed();
      const campaign = await changeOnce(parts, request, reply, 201, async (trx, { actor, now }) => {
        await assertFreeName(trx, name);
        const id = await createCampaign(trx, name, whole, seed, actor, now);
        await setMailboxes(trx, id, mailboxIds, now);
        return campaignAnswer(parts, trx, id);
      });
      reply.header("location", `/api/v1/campaigns/${campaign.id}`);
      return tagged(reply, campaign);
    },
  );
}

function changeRoute(api: Api, parts: Parts): void {
  api.patch(
    "/campaigns/:id",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Change a campaign's name, settings or mailboxes, from the very next mail on",
        params: PARAMS,
        headers: IF_MATCH,
        body: z.strictObject({
          name: CAMPAIGN_NAME.optional(),
          settings: CAMPAIGN_SETTINGS_CHANGE.optional(),
          mailboxIds: MAILBOX_IDS.optional(),
        }),
        response: { 200: CAMPAIGN },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { name, settings, mailboxIds } = request.body;
      const campaign = await change(parts, request, async (trx, { actor, now }) => {
        const before = await lockedCampaign(parts, trx, id);
        assertVersion(request, before.version);
        if (name !== undefined && name !== before.name) {
          await assertFreeName(trx, name);
          await renameCampaign(trx, id, name, actor, now);
        }
        const row = found(await campaignById(trx, id), "campaign", id);
        if (settings !== undefined) await changeSettings(trx, id, await settingsOf(settings, toCampaign(row)), actor, now);
        if (mailboxIds !== undefined) await setMailboxes(trx, id, mailboxIds, now);
        return campaignAnswer(parts, trx, id);
      });
      return tagged(reply, campaign);
    },
  );
}

function orderRoutes(api: Api, parts: Parts): void {
  for (const { path, summary, order } of ORDERS) {
    api.post(
      `/campaigns/:id/${path}`,
      { config: WRITE, schema: { tags: TAGS, summary, params: PARAMS, headers: IDEMPOTENCY_KEY, response: { 200: CAMPAIGN } } },
      async (request, reply) => {
        const { id } = request.params;
        const campaign = await changeOnce(parts, request, reply, 200, async (trx, { actor, now }) => {
          await lockedCampaign(parts, trx, id);
          valueOf(await order(trx, id, actor, now), "conflict");
          return campaignAnswer(parts, trx, id);
        });
        return tagged(reply, campaign);
      },
    );
  }
}

interface StatusOrder {
  readonly path: string;
  readonly summary: string;
  readonly order: (trx: Trx, campaignId: number, actor: Actor, now: number) => Promise<Result<CampaignStatus>>;
}

const ORDERS: readonly StatusOrder[] = [
  { path: "start", summary: "Start a campaign, at once or at its start time", order: startCampaign },
  { path: "pause", summary: "Pause a campaign: at most a mail past its intent still leaves", order: pauseCampaign },
  { path: "resume", summary: "Let a paused campaign go on", order: resumeCampaign },
  { path: "cancel", summary: "End a campaign for good", order: cancelCampaign },
];

/** The campaign with what it does at this moment, as `db` sees it. */
export async function campaignAnswer(parts: Parts, db: Kysely<Database>, id: number): Promise<CampaignAnswer> {
  const row = found(await campaignById(db, id), "campaign", id);
  const asked = { ...parts, reader: db };
  const [report] = await campaignReports(db, id);
  const { why, headline, nextAt } = await viewCampaign(asked, found(report, "campaign", id), await viewEngine(parts));
  const campaign = toCampaign(row);
  const settings = settingsWire(campaign);
  const mailboxIds = await mailboxIdsOf(db, id);
  return {
    ...found(report, "campaign", id),
    ...senderWire(campaign.sender),
    headline: why,
    doing: headlineWire(headline, row.zone, parts.clock.now()),
    nextAt: isoOrNull(nextAt),
    zone: row.zone,
    createdAt: iso(row.createdAt),
    settings,
    mailboxIds,
    messageId: row.messageId,
    lastHandOverAt: isoOrNull(row.lastHandOverAt),
    completedAt: isoOrNull(row.completedAt),
    version: versionOf([row.name, settings, mailboxIds, row.messageId]),
  };
}

/** As `campaignAnswer`, with the campaign's row held, so that of two who edit it the second sees what the first one did. */
export async function lockedCampaign(parts: Parts, trx: Trx, id: number): Promise<CampaignAnswer> {
  await holdForEdit(trx, id);
  return campaignAnswer(parts, trx, id);
}

/** Refuses a name that another campaign has. */
export async function assertFreeName(trx: Trx, name: string): Promise<void> {
  if ((await campaignIdByName(trx, name)) === undefined) return;
  throw refused(
    { field: "name", value: name, message: "another campaign has this name", allowed: "a name of its own" },
    "conflict",
  );
}

async function setMailboxes(trx: Trx, id: number, mailboxIds: readonly number[], now: number): Promise<void> {
  const [unknown] = await unknownMailboxes(trx, mailboxIds);
  if (unknown !== undefined) throw refused({ field: "mailboxIds", value: String(unknown), message: "there is no such mailbox" });
  await setCampaignMailboxes(trx, id, mailboxIds, now);
}
