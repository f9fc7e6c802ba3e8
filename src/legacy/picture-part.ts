import { fail, ok, type Result } from "../domain/result.ts";
import type { OldHandOver, OldPicture } from "./old-picture.ts";

const NAMES_SHOWN = 10;

/** Of the picture only one campaign, with its leads and mailboxes. */
export function partOf(picture: OldPicture, name: string): Result<OldPicture> {
  const campaign = picture.campaigns.find((one) => one.name === name);
  if (campaign === undefined) {
    const names = picture.campaigns.map((one) => one.name);
    const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : "";
    const allowed = names.length === 0 ? "nothing: it has no campaign" : `${names.slice(0, NAMES_SHOWN).join(", ")}${more}`;
    return fail({ field: "--campaign", value: name, message: "the older sender has no campaign of this name", allowed });
  }
  const isMine = ({ campaignKey }: { readonly campaignKey: string }): boolean => campaignKey === campaign.key;
  const places = picture.places.filter(isMine);
  const handOvers = picture.handOvers.filter(isMine);
  const leadKeys = new Set([...places, ...handOvers].map(({ leadKey }) => leadKey));
  const mailboxKeys = new Set([...campaign.mailboxKeys, ...handOvers.map(({ mailboxKey }) => mailboxKey)]);
  return ok({
    ...picture,
    campaigns: [campaign],
    places,
    handOvers,
    leads: picture.leads.filter(({ keys }) => keys.some((key) => leadKeys.has(key))),
    mailboxes: picture.mailboxes.filter(({ key }) => mailboxKeys.has(key)),
  });
}

/** A file's rows have no name of their own, and a later file has others before them: here they are known by what they say. */
export function withSteadyKeys(picture: OldPicture): OldPicture {
  const times = new Map<string, number>();
  const handOvers = picture.handOvers.map((handOver) => {
    const said = saidBy(handOver);
    const time = (times.get(said) ?? 0) + 1;
    times.set(said, time);
    return { ...handOver, key: time === 1 ? said : `${said} ${time}` };
  });
  return { ...picture, handOvers };
}

const saidBy = ({ campaignKey, address, at }: OldHandOver): string => JSON.stringify([campaignKey, address, at ?? null]);
