import type { Campaign } from "../../api/campaign.ts";

/** What a person may set of a campaign. */
export interface SettingsDraft {
  readonly name: string;
  readonly settings: Campaign["settings"];
  readonly mailboxIds: readonly number[];
}

export const draftOf = ({ name, settings, mailboxIds }: Campaign): SettingsDraft => ({ name, settings, mailboxIds });

/** The parts that differ, by the names of their texts. */
export function changedParts(before: SettingsDraft, after: SettingsDraft): string[] {
  const isOther = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);
  const keys = Object.keys(after.settings) as (keyof Campaign["settings"])[];
  return [
    ...(before.name === after.name ? [] : ["name"]),
    ...keys.filter((key) => isOther(before.settings[key], after.settings[key])),
    ...(isOther(before.mailboxIds, after.mailboxIds) ? ["mailboxIds"] : []),
  ];
}
