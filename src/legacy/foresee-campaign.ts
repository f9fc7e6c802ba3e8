import { type KnownMails, meaningOf } from "../domain/old-hand-over.ts";
import { followedStatus, hasEnded } from "../domain/old-status.ts";
import { type CampaignStatus, LEAD_STATES, type LeadState } from "../domain/states.ts";
import { type Brought, NOTHING_BROUGHT } from "../storage/legacy-hand-overs.ts";
import type { PlaceHere } from "../storage/legacy-known.ts";
import type { LinkedCampaign } from "../storage/legacy-sources.ts";
import type { StateCounts } from "../storage/reports.ts";
import type { OldCampaign, OldHandOver, OldPlace } from "./old-picture.ts";

/** A campaign there and here, before it is brought in. */
export interface CampaignBefore {
  readonly old: OldCampaign;
  readonly places: readonly OldPlace[];
  readonly handOvers: readonly OldHandOver[];
  /** Undefined of one that no import has made yet. */
  readonly here: LinkedCampaign | undefined;
  readonly placesHere: readonly PlaceHere[];
  /** The address of the lead that one of theirs is here, or will be. */
  addressOf(leadKey: string): string | undefined;
}

/** What the campaign will be, and what of it is new. */
export interface CampaignForesight {
  readonly status: CampaignStatus;
  readonly before: StateCounts;
  readonly after: StateCounts;
  readonly brought: Brought;
  /** Places that are not here, and those that are barred there since. */
  readonly newPlaces: readonly OldPlace[];
}

interface Foreseen extends KnownMails {
  state: LeadState;
  readonly wasEnded: boolean;
}

const MOVABLE: readonly LeadState[] = ["waiting", "planned", "retrying"];

/** Says what the import will make of a campaign, by the rules by which it writes, and writes nothing. */
export function foreseeCampaign(campaign: CampaignBefore): CampaignForesight {
  const { old, here, placesHere } = campaign;
  const status = here === undefined ? old.status : here.follows ? followedStatus(here.status, old.status) : here.status;
  const leads = new Map<string, Foreseen>(
    placesHere.map(({ address, hasEnded: wasEnded, ...place }) => [address, { ...place, wasEnded }]),
  );
  const before = counted(leads.values());
  const newPlaces = foreseePlaces(campaign, leads, hasEnded(status));
  const brought = foreseeHandOvers(campaign, leads);
  if (here?.follows === true) for (const lead of leads.values()) settle(lead, hasEnded(status));
  return { status, before, after: counted(leads.values()), brought, newPlaces };
}

function foreseePlaces({ places, addressOf }: CampaignBefore, leads: Map<string, Foreseen>, isOver: boolean): OldPlace[] {
  return places.filter(({ leadKey, barred }) => {
    const address = addressOf(leadKey);
    const known = address === undefined ? undefined : leads.get(address);
    if (address === undefined) return false;
    if (known === undefined) {
      const isSkipped = isOver || barred !== undefined;
      leads.set(address, { state: isSkipped ? "skipped" : "waiting", told: [], wasEnded: false });
      return true;
    }
    if (barred === undefined || !MOVABLE.includes(known.state)) return false;
    known.state = "skipped";
    return true;
  });
}

function foreseeHandOvers({ handOvers, addressOf }: CampaignBefore, leads: Map<string, Foreseen>): Brought {
  const brought = { ...NOTHING_BROUGHT };
  for (const handOver of handOvers) {
    const address = (handOver.leadKey === undefined ? undefined : addressOf(handOver.leadKey)) ?? handOver.address;
    const lead = leads.get(address) ?? { state: "waiting", told: [], wasEnded: false };
    const meaning = meaningOf(handOver, lead);
    if (meaning.kind === "nothing") continue;
    const isFirst = lead.entry === undefined;
    if (isFirst) brought.entered += 1;
    else if (meaning.kind === "told-anew") brought.answered += 1;
    else if (meaning.kind === "repeated") brought.repeated += 1;
    const isAnswered = meaning.kind === "told-anew" && lead.entry?.isOurs === false && lead.state === "unconfirmed";
    const told = meaning.kind === "told-anew" ? lead.told.filter(({ key }) => key !== meaning.before) : lead.told;
    leads.set(address, {
      ...lead,
      state: isFirst || isAnswered ? handOver.state : lead.state,
      entry: lead.entry ?? { isOurs: false, at: handOver.at ?? null, rfcMessageId: handOver.rfcMessageId ?? "" },
      told: [...told, handOver],
    });
  }
  return brought;
}

function settle(lead: Foreseen, isOver: boolean): void {
  if (isOver && MOVABLE.includes(lead.state)) lead.state = "skipped";
  if (!isOver && lead.wasEnded && lead.state === "skipped") lead.state = "waiting";
}

function counted(leads: Iterable<Foreseen>): StateCounts {
  const counts = Object.fromEntries(LEAD_STATES.map((state) => [state, 0])) as Record<LeadState, number>;
  for (const { state } of leads) counts[state] += 1;
  return counts;
}
