import { localDay, utcDay } from "../domain/days.ts";
import type { HolidayCalendar } from "../domain/holidays.ts";
import type { Instant } from "../domain/instant.ts";
import { judgeCampaigns } from "./judge-old-campaigns.ts";
import { judgeHandOvers } from "./judge-old-hand-overs.ts";
import { type JudgedLead, judgeLeads } from "./judge-old-leads.ts";
import { judgeMailboxes } from "./judge-old-mailboxes.ts";
import { judgePlaces } from "./judge-old-places.ts";
import { AddressReader } from "./address-reader.ts";
import type { Judging } from "./judging.ts";
import { InstantReader } from "./old-instants.ts";
import type { OldCampaign, OldHandOver, OldLead, OldPicture, OldPlace, Remark } from "./old-picture.ts";
import { type HolidayRow, type OldRows, textOf } from "./old-rows.ts";
import { countryCodes } from "./old-vocabulary.ts";
import { RemarkList } from "./remark-list.ts";

export interface OldRowsContext {
  readonly now: Instant;
  readonly zone: string;
  /** Country codes for which there are holidays. */
  readonly countries: ReadonlySet<string>;
  /** Of all those countries. */
  readonly holidays: HolidayCalendar;
}

/** What the rows of an older sender's database mean here. */
export function judgeOldRows(rows: OldRows, context: OldRowsContext): OldPicture {
  const { now, zone, countries } = context;
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
  const places = judgePlaces(rows.places, { campaigns: keys, leads, ...judging });
  const handOvers = judgeHandOvers(rows, { campaigns: keys, logged: new Set() }, judging);
  remarkOnHolidays(rows.holidays, context, judging);
  return {
    mailboxes: mailboxes.map(({ mailbox }) => mailbox),
    leads: judged.map(({ lead }) => lead),
    campaigns: campaigns.map((campaign) => withQuestions(campaign, { places, handOvers, leads })),
    places,
    handOvers: withLeads(handOvers, judged),
    remarks: [...missingRemarks(rows.missing), ...instants.remarks(), ...remarks.all()],
  };
}

interface CampaignContents {
  readonly places: readonly OldPlace[];
  readonly handOvers: readonly OldHandOver[];
  readonly leads: ReadonlyMap<string, JudgedLead>;
}

/** Adds what only a campaign's leads and mails show. */
function withQuestions(campaign: OldCampaign, { places, handOvers, leads }: CampaignContents): OldCampaign {
  const mailed = handOvers.filter(({ campaignKey }) => campaignKey === campaign.key);
  const contacted = new Set(mailed.map(({ address }) => address));
  const greets = JSON.stringify(campaign.message ?? {}).includes("{{ greeting }}");
  const ungreeted = places.filter(({ campaignKey, leadKey, barred }) => {
    const lead = leads.get(leadKey)?.lead;
    if (campaignKey !== campaign.key || barred !== undefined || lead?.standing !== "ACTIVE" || contacted.has(lead.address))
      return false;
    return lead.fields["greeting"] === undefined;
  });
  const undated = mailed.filter(({ key, at }) => key.startsWith("log:") && at === undefined);
  return {
    ...campaign,
    questions: [
      ...campaign.questions,
      ...(greets && ungreeted.length > 0
        ? [`${ungreeted.length} of its open leads have no greeting, and get no mail until they have one.`]
        : []),
      ...(undated.length > 0
        ? [`The dates of ${undated.length} of its mails cannot be read, so today's limits may not know them all.`]
        : []),
    ],
  };
}

/** That sender's own days off are not taken over, so those that the public calendars lack are named. */
function remarkOnHolidays(
  rows: readonly HolidayRow[],
  { now, zone, holidays }: OldRowsContext,
  { instants, remarks }: Judging,
): void {
  for (const [index, row] of rows.entries()) {
    const at = instants.read("Holiday.date", row.date, `holiday ${index + 1}`, true);
    if (at === undefined || at < now) continue;
    // Midnight of that day stands there as UTC's or as that of the place.
    const days = [utcDay(at), localDay(zone, at).day];
    if (days.some((day) => holidays.nameOn(day) !== undefined)) continue;
    const text = "Days off of the older sender that no public calendar of its countries has; mails would leave on them.";
    remarks.add("unclear", text, `${days[1]} ${textOf(row.name) ?? ""}`.trim());
  }
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
