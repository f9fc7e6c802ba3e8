import type { Kysely } from "kysely";
import { DAY_MS, type Instant } from "../domain/instant.ts";
import { fail, ok, type Problem, type Result } from "../domain/result.ts";
import type { Clock } from "../engine/ports.ts";
import { newHandOvers } from "../storage/legacy-hand-overs.ts";
import { knownAddresses, type LinkedLead, linkedLeads, placesHere } from "../storage/legacy-known.ts";
import { knownMailboxes } from "../storage/legacy-mailboxes.ts";
import { type LinkedCampaign, linkedCampaigns, sourceByName, type SourceThere } from "../storage/legacy-sources.ts";
import type { Database } from "../storage/schema.ts";
import { type CampaignForesight, foreseeCampaign } from "./foresee-campaign.ts";
import type { OldCampaign, OldHandOver, OldLead, OldMailbox, OldPicture, OldPlace, Remark } from "./old-picture.ts";
import { partOf, withSteadyKeys } from "./picture-part.ts";
import { isSameDatabase } from "./same-database.ts";

export interface ImportOrder {
  readonly source: SourceThere;
  readonly picture: OldPicture;
  /** Only this campaign, with its leads and mailboxes. */
  readonly campaign?: string | undefined;
  /** Whether the older sender's process may still work on campaigns that come in now. */
  readonly hasOldProcess: boolean;
  readonly actor: string;
}

export interface ImportQuestions {
  readonly reader: Kysely<Database>;
  readonly clock: Pick<Clock, "now">;
}

/** What an import will do: what of the older sender's is not known here yet, and what becomes of it. */
export interface ImportPlan {
  readonly order: Omit<ImportOrder, "picture">;
  readonly mailboxes: readonly OldMailbox[];
  /** Addresses of mailboxes that are here already. */
  readonly knownMailboxes: ReadonlySet<string>;
  readonly leads: LeadPlan;
  readonly campaigns: readonly CampaignPlan[];
  readonly remarks: readonly Remark[];
}

export interface LeadPlan {
  readonly total: number;
  /** Not here under any key or address. */
  readonly added: number;
  readonly standings: Readonly<Record<OldLead["standing"], number>>;
  /** Leads of which something is new. */
  readonly news: readonly OldLead[];
}

export interface CampaignPlan extends CampaignForesight {
  readonly old: OldCampaign;
  readonly here: LinkedCampaign | undefined;
  readonly newHandOvers: readonly OldHandOver[];
  /** When it was made; before all of its mails. */
  readonly createdAt: Instant;
}

/** Finds what an import will do, and does nothing. Refused: another database than the one that the source is known by, and no campaign. */
export async function planImport({ reader, clock }: ImportQuestions, order: ImportOrder): Promise<Result<ImportPlan>> {
  const known = await sourceByName(reader, order.source.name);
  const linked = known === undefined ? [] : await linkedCampaigns(reader, known.id);
  const stranger = strangerProblem(order, known?.kind, linked);
  if (stranger !== undefined) return fail(stranger);
  const whole = order.source.kind === "csv" ? withSteadyKeys(order.picture) : order.picture;
  const part = order.campaign === undefined ? ok(whole) : partOf(whole, order.campaign);
  if (!part.ok) return part;
  const picture = part.value;
  const links = known === undefined ? [] : await linkedLeads(reader, known.id);
  const { picture: _picture, ...rest } = order;
  return ok({
    order: rest,
    mailboxes: picture.mailboxes,
    knownMailboxes: await knownMailboxes(
      reader,
      picture.mailboxes.map(({ address }) => address),
    ),
    leads: await planLeads(reader, picture.leads, links),
    campaigns: await planCampaigns(reader, picture, links, { sourceId: known?.id ?? 0, linked, now: clock.now() }),
    remarks: picture.remarks,
  });
}

/** A source is known by its name, wherever its file lies; but it must be the same one. */
function strangerProblem(
  { source, picture }: ImportOrder,
  kind: SourceThere["kind"] | undefined,
  linked: readonly LinkedCampaign[],
): Problem | undefined {
  const { name, path } = source;
  const problem = (message: string): Problem => ({
    field: "--source",
    value: name,
    message,
    allowed: "another name for it, with --source",
  });
  if (kind !== undefined && kind !== source.kind)
    return problem(
      `is ${kind === "csv" ? "an export" : "a database"}, and ${path} is ${kind === "csv" ? "a database" : "an export"}`,
    );
  if (kind === "csv" || isSameDatabase(picture, linked)) return undefined;
  return problem(`${path} is another database than the one that was imported as ${JSON.stringify(name)} before`);
}

async function planLeads(reader: Kysely<Database>, leads: readonly OldLead[], links: readonly LinkedLead[]): Promise<LeadPlan> {
  const byKey = new Map(links.map((link) => [link.legacyId, link]));
  const known = await knownAddresses(
    reader,
    leads.map(({ address }) => address),
  );
  const standings = { ACTIVE: 0, ON_HOLD: 0, BLOCKED: 0, TEST: 0 };
  for (const { standing } of leads) standings[standing] += 1;
  const isKnown = ({ keys, address }: OldLead): boolean => known.has(address) || keys.some((key) => byKey.has(key));
  return {
    total: leads.length,
    added: leads.filter((lead) => !isKnown(lead)).length,
    standings,
    news: leads.filter((lead) => hasNews(lead, byKey)),
  };
}

function hasNews({ keys, standing, fields }: OldLead, byKey: ReadonlyMap<string, LinkedLead>): boolean {
  return keys.some((key) => {
    const link = byKey.get(key);
    return link === undefined || link.standing !== standing || (link.fields === "{}" && Object.keys(fields).length > 0);
  });
}

interface KnownSource {
  readonly sourceId: number;
  readonly linked: readonly LinkedCampaign[];
  readonly now: Instant;
}

async function planCampaigns(
  reader: Kysely<Database>,
  picture: OldPicture,
  links: readonly LinkedLead[],
  { sourceId, linked, now }: KnownSource,
): Promise<CampaignPlan[]> {
  const addressOf = addressesOf(picture.leads, links);
  const places = groupBy(picture.places);
  const handOvers = groupBy(picture.handOvers);
  const plans: CampaignPlan[] = [];
  for (const old of picture.campaigns) {
    const here = linked.find(({ legacyId }) => legacyId === old.key);
    // What a person has deleted here stays so.
    if (here?.isDeleted === true) continue;
    const mine = { places: places.get(old.key) ?? [], handOvers: handOvers.get(old.key) ?? [] };
    const known = here === undefined ? [] : await placesHere(reader, here.campaignId, sourceId);
    const foresight = foreseeCampaign({ old, here, ...mine, placesHere: known, addressOf });
    const news = here === undefined ? mine.handOvers : await newHandOvers(reader, sourceId, mine.handOvers);
    plans.push({ ...foresight, old, here, newHandOvers: news, createdAt: madeAt(old, mine.handOvers, now) });
  }
  return plans;
}

/** What nothing dates was made before today, whose limits its undated mails must not use up. */
function madeAt({ createdAt }: OldCampaign, handOvers: readonly OldHandOver[], now: Instant): Instant {
  const first = handOvers.find(({ at }) => at !== undefined)?.at;
  return createdAt ?? Math.min(first ?? now, now - 2 * DAY_MS);
}

function addressesOf(leads: readonly OldLead[], links: readonly LinkedLead[]): (leadKey: string) => string | undefined {
  const linked = new Map(links.map(({ legacyId, address }) => [legacyId, address]));
  const addresses = new Map(
    leads.flatMap(({ keys, address }) => {
      const known = keys.map((key) => linked.get(key)).find((one) => one !== undefined);
      return keys.map((key) => [key, linked.get(key) ?? known ?? address] as const);
    }),
  );
  return (leadKey) => addresses.get(leadKey) ?? linked.get(leadKey);
}

function groupBy<T extends OldPlace | OldHandOver>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(row.campaignKey);
    if (group === undefined) groups.set(row.campaignKey, [row]);
    else group.push(row);
  }
  return groups;
}
