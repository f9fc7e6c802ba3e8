import { createReadStream } from "node:fs";
import { CAMPAIGN_DEFAULTS } from "../domain/campaign.ts";
import type { Instant } from "../domain/instant.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { parseCampaignName } from "../domain/setting-text.ts";
import { readSurveyed, surveyFile } from "../leads/csv-format.ts";
import { namesAddress, squeezedName } from "../leads/header-names.ts";
import { type CsvRecord, isBlank, readRecords } from "../leads/records.ts";
import { AddressReader } from "./address-reader.ts";
import { InstantReader } from "./old-instants.ts";
import type { OldCampaign, OldHandOver, OldLead, OldPicture } from "./old-picture.ts";
import { mailWord } from "./old-vocabulary.ts";
import { RemarkList } from "./remark-list.ts";

export interface ExportReading {
  readonly now: Instant;
  /** IANA name; dates without a zone are in it, unless they are as SQLite writes UTC. */
  readonly zone: string;
  /** Of rows that name no campaign. */
  readonly campaignName?: string;
}

const ALLOWED = "a CSV file with the columns lead (an address), campaign and sent at";

/**
 * Reads another sender's export of what it has mailed, one mail a row: campaigns by their names, leads and hand-overs, nothing else. Refused
 * is a file whose columns cannot be found out; a row that cannot be used is a remark with its number.
 */
export async function readOldExport(path: string, reading: ExportReading): Promise<Result<OldPicture>> {
  const refuse = (fault: { readonly message: string; readonly allowed?: string }) =>
    fail({ field: "older sender's export", value: path, ...fault });
  const survey = await surveyFile(path);
  if (!survey.ok) return refuse(survey.error);
  const written = readSurveyed(survey.value);
  if (!written.ok) return refuse(written.error);
  const { encoding, separator, records } = written.value;
  const columns = columnsOf(records[0] ?? []);
  if (columns.lead === undefined) return refuse({ message: "has no column with the leads' addresses", allowed: ALLOWED });
  if (columns.campaign === undefined && reading.campaignName === undefined)
    return refuse({ message: "has no column with the campaigns' names", allowed: `${ALLOWED}; or name the campaign` });
  const rows = new ExportRows({ ...columns, lead: columns.lead }, reading);
  for await (const { records: chunk, broken } of readRecords(createReadStream(path), encoding, separator)) {
    for (const record of chunk) rows.read(record);
    if (broken !== undefined) rows.breakOff(broken);
  }
  return ok(rows.picture());
}

interface Columns {
  readonly lead: number | undefined;
  readonly campaign: number | undefined;
  readonly sentAt: number | undefined;
  readonly status: number | undefined;
  readonly messageId: number | undefined;
}

/** Names of columns, English and Polish, as `squeezedName` writes them in lower case, the best first. */
const NAMES: Readonly<Record<keyof Columns, string>> = {
  lead: "leademail recipientemail recipient odbiorca adresodbiorcy emailodbiorcy toemail to lead contact kontakt",
  campaign: "campaign campaignname kampania nazwakampanii mailing sequence sekwencja",
  sentAt:
    "sentat sent senton sentdate datesent senttime wyslano wyslane datawyslania datawysylki czaswysylki date data timestamp createdat",
  status: "status stan state",
  messageId: "messageid idwiadomosci",
};

function columnsOf(header: CsvRecord): Columns {
  const keys = header.map((name) => squeezedName(name.trim()).toLowerCase());
  const named = (column: keyof Columns): number | undefined => {
    const found = NAMES[column]
      .split(" ")
      .map((name) => keys.indexOf(name))
      .find((index) => index !== -1);
    return found;
  };
  const address = header.findIndex((name) => namesAddress(name) === "yes");
  return {
    lead: address === -1 ? named("lead") : address,
    campaign: named("campaign"),
    sentAt: named("sentAt"),
    status: named("status"),
    messageId: named("messageId"),
  };
}

class ExportRows {
  readonly #columns: Columns & { readonly lead: number };
  readonly #reading: ExportReading;
  readonly #addresses = new AddressReader();
  readonly #instants: InstantReader;
  readonly #remarks = new RemarkList();
  readonly #campaigns = new Map<string, OldCampaign>();
  readonly #leads = new Map<string, OldLead>();
  /** By campaign and lead: a row that tells nothing new of a mail is that mail again. */
  readonly #handOvers = new Map<string, OldHandOver[]>();
  #row = 0;

  constructor(columns: Columns & { readonly lead: number }, reading: ExportReading) {
    this.#columns = columns;
    this.#reading = reading;
    this.#instants = new InstantReader(reading.zone, reading.now);
  }

  read(record: CsvRecord): void {
    this.#row += 1;
    if (this.#row === 1 || record.every(isBlank)) return;
    const row = `row ${this.#row}`;
    const cell = this.#cell(record, "lead");
    const address = this.#addresses.read(cell);
    if (!address.ok) {
      this.#remarks.add(
        "invalid-addresses",
        "Rows without an address are left out.",
        `${row}: ${JSON.stringify(cell.slice(0, 60))} ${address.error.message}`,
      );
      return;
    }
    const campaign = parseCampaignName(this.#cell(record, "campaign") || (this.#reading.campaignName ?? ""), "campaign");
    if (!campaign.ok) {
      this.#remarks.add("skipped-rows", "Rows without a campaign are left out.", `${row}: ${address.value.address}`);
      return;
    }
    const state = this.#state(record, row);
    if (state !== undefined) this.#add(record, campaign.value, address.value.address, state);
  }

  breakOff(why: string): void {
    this.#remarks.add("skipped-rows", "The file was not read to its end.", `row ${this.#row + 1}: ${why}`);
  }

  picture(): OldPicture {
    for (const mails of this.#handOvers.values()) this.#remarkOnDuplicates(mails);
    const handOvers = [...this.#handOvers.values()].flat().sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
    return {
      mailboxes: [],
      leads: [...this.#leads.values()],
      campaigns: [...this.#campaigns.values()],
      places: [],
      handOvers,
      remarks: [...this.#instants.remarks(), ...this.#remarks.all()],
    };
  }

  /** Undefined where the row says that no mail has left. */
  #state(record: CsvRecord, row: string): OldHandOver["state"] | undefined {
    const status = this.#cell(record, "status");
    const word = status === "" ? undefined : mailWord(status);
    if (word === "not-sent") {
      this.#remarks.add("skipped-rows", "Rows whose status says that no mail has left are left out.", `${row}: ${status}`);
      return undefined;
    }
    if (word === "sent") return "sent";
    const isDated = this.#columns.sentAt === undefined || this.#cell(record, "sentAt") !== "";
    if (word === undefined && isDated) return "sent";
    const text = "Rows that do not say whether the mail has left count as unconfirmed, and are not mailed again.";
    this.#remarks.add("unconfirmed", text, `${row}: ${status === "" ? "no date" : status}`);
    return "unconfirmed";
  }

  #add(record: CsvRecord, name: string, address: string, state: OldHandOver["state"]): void {
    const campaignKey = name.toLowerCase();
    const at = this.#instants.read("sent at", this.#cell(record, "sentAt"), `row ${this.#row}`);
    const id = /^<?([^\s<>]+@[^\s<>]+)>?$/.exec(this.#cell(record, "messageId"))?.[1];
    if (!this.#campaigns.has(campaignKey)) this.#campaigns.set(campaignKey, campaignNamed(campaignKey, name));
    if (!this.#leads.has(address)) this.#leads.set(address, { keys: [address], address, fields: {}, standing: "ACTIVE" });
    const key = `${campaignKey}\n${address}`;
    const before = this.#handOvers.get(key) ?? [];
    this.#handOvers.set(key, before);
    if (before.length > 0 && (at === undefined || before.some((mail) => mail.at === at))) return;
    before.push({
      key: `row:${this.#row}`,
      campaignKey,
      leadKey: address,
      address,
      state,
      ...(at !== undefined && { at }),
      ...(id !== undefined && { rfcMessageId: `<${id}>` }),
    });
  }

  #remarkOnDuplicates(mails: readonly OldHandOver[]): void {
    const [first] = mails;
    if (first === undefined || mails.length < 2) return;
    const text = "Leads that the export has more than once in one campaign; none of them is mailed again.";
    this.#remarks.add("duplicates", text, `${first.address} in campaign ${first.campaignKey}: ${mails.length} mails`);
  }

  #cell(record: CsvRecord, column: keyof Columns): string {
    const index = this.#columns[column];
    return index === undefined ? "" : (record[index] ?? "").trim();
  }
}

/** All that an export tells of a campaign is its name. */
function campaignNamed(key: string, name: string): OldCampaign {
  const { delayMs, windows, holidays, perDayMax } = CAMPAIGN_DEFAULTS;
  return {
    key,
    name,
    oldStatus: "",
    status: "PAUSED",
    settings: { delayMs, perDayMax, windows, holidays },
    mailboxKeys: [],
    questions: [],
  };
}
