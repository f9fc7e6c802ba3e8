import type { Instant } from "../domain/instant.ts";
import { judgeCampaigns } from "./judge-old-campaigns.ts";
import { judgeHandOvers } from "./judge-old-hand-overs.ts";
import { type JudgedLead, judgeLeads } from "./judge-old-leads.ts";
import { judgeMailboxes } from "./judge-old-mailboxes.ts";
import { judgePlaces } from "./judge-old-places.ts";
import { AddressReader } from "./address-reader.ts";
import type { Judging } from "./judging.ts";
import { InstantReader } from "./old-instants.ts";
import type { OldHandOver, OldLead, OldPicture, Remark } from "./old-picture.ts";
import type { OldRows } from "./old-rows.ts";
import { countryCodes } from "./old-vocabulary.ts";
import { RemarkList } from "./remark-list.ts";

export interface OldRowsContext {
  readonly now: Instant;
  readonly zone: string;
  /** Country codes for which there are holidays. */
  readonly countries: ReadonlySet<string>;
}

/** What the rows of an older sender's database mean here. */
export function judgeOldRows(rows: OldRows, { now, zone, countries }: OldRowsContext): OldPicture {
  const judging: Judging = { remarks: new RemarkList(), instants: new InstantReader(zone, now), addresses: new AddressReader() };
  const { remarks, instants } = judging;
  const leads = judgeLeads(rows.leads, judging);
  const mailboxes = judgeMailboxes(rows.mailboxes, rows.salespeople, remarks);
  const judged = [...new Set(leads.values())];
  const hasGreetings = judged.some(({ lead }) => lead.fields["greeting"] !== undefined);
  const usualCountries = usualCountriesOf(rows, countries);
  const parts = { mailboxes, countries, usualCountries, hasGreetings, zone, now, ...judging };
  const campaigns = judgeCampaigns(rows.campaigns, parts);
  const keys = new Set(campaigns.map(({ key }) => key));
  const handOvers = judgeHandOvers(rows, { campaigns: keys, logged: new Set() }, judging);
  return {
    mailboxes: mailboxes.map(({ mailbox }) => mailbox),
    leads: judged.map(({ lead }) => lead),
    campaigns,
    places: judgePlaces(rows.places, { campaigns: keys, leads, ...judging }),
    handOvers: withLeads(handOvers, judged),
    remarks: [...missingRemarks(rows.missing), ...instants.remarks(), ...remarks.all()],
  };
}

/** A mail whose row has lost its lead may be to one that was entered again. */
function withLeads(handOvers: readonly OldHandOver[], leads: readonly JudgedLead[]): OldHandOver[] {
  const byAddress = new Map<string, OldLead>(leads.map(({ lead }) => [lead.address, lead]));
  return handOvers.map((handOver) => {
    const leadKey = handOver.leadKey ?? byAddress.get(handOver.address)?.keys[0];
    return leadKey === undefined ? handOver : { ...handOver, leadKey };
  });
}

function usualCountriesOf({ holidays, settings }: OldRows, known: ReadonlySet<string>): string[] {
  const named = (rows: readonly Pick<OldRows["settings"][number], "country" | "countryCode">[]) =>
    [...new Set(rows.flatMap((row) => [...countryCodes(row.countryCode), ...countryCodes(row.country)]))].filter((code) =>
      known.has(code),
    );
  return [named(holidays), named(settings)].find((codes) => codes.length > 0) ?? ["PL"];
}

function missingRemarks(missing: readonly string[]): Remark[] {
  if (missing.length === 0) return [];
  return [
    { kind: "missing-columns", text: "This generation of the database lacks them.", count: missing.length, examples: missing },
  ];
}
