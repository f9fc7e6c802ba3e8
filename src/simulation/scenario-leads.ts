import { createReadStream } from "node:fs";
import { dirname, resolve } from "node:path";
import { normalizeAddress } from "../domain/address.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { LEADS_MAX } from "../domain/setting-text.ts";
import type { ScenarioLead } from "./scenario.ts";
import type { Read, SourceValue } from "./scenario-source.ts";
import { readAddress, readList, readText, readWhole } from "./scenario-values.ts";

/** Reads a CSV file of leads; the path is absolute or relative to the working directory. */
export type ReadCsv = (path: string) => Promise<Result<readonly ScenarioLead[]>>;

/** The leads of a file as `goniec send` would take them: rows that give no lead are left out. Refused when none is left. */
export const readCsvLeads: ReadCsv = async (path) => {
  const [{ detectFormat }, { readLeads }] = await Promise.all([
    import("../leads/csv-format.ts"),
    import("../leads/read-leads.ts"),
  ]);
  const format = await detectFormat(path);
  if (!format.ok) return format;
  const leads: ScenarioLead[] = [];
  for await (const batch of readLeads(createReadStream(path), format.value)) {
    for (const { address, fields, priority } of batch.leads)
      leads.push({ address, fields, ...(priority !== undefined && { priority }) });
    if (leads.length > LEADS_MAX)
      return fail({ field: "csv", value: path, message: "holds too many leads", allowed: `up to ${LEADS_MAX}` });
  }
  return leads.length > 0 ? ok(leads) : fail({ field: "csv", value: path, message: "no row of it gives a lead" });
};

/** The leads that a scenario gives to its campaigns. A number stands for `lead-1@example.test` and so on, the same people in every campaign. */
export class LeadBook {
  readonly #readCsv: ReadCsv;
  readonly #addresses = new Map<string, Set<string>>();
  readonly #lastNumber = new Map<string, number>();
  readonly #mentions: { readonly address: string; readonly place: SourceValue }[] = [];

  constructor(readCsv: ReadCsv) {
    this.#readCsv = readCsv;
  }

  /** A number of at least `fewest`, a list of addresses, or `{ csv: path }`. A number given later goes on counting in its campaign. */
  async read(value: SourceValue, campaign: string, fewest: number): Promise<readonly ScenarioLead[] | undefined> {
    const leads = await this.#leads(value, campaign, fewest);
    const known = this.#addressesOf(campaign);
    for (const { address } of leads ?? []) known.add(address);
    return leads;
  }

  /** Reads the address of a lead that some campaign has to have, perhaps one that the file gives it further down. */
  readonly mention: Read<string> = (place) => {
    const address = readAddress(place);
    if (address !== undefined) this.#mentions.push({ address, place });
    return address;
  };

  /** Once all leads are read: refuses the mentioned ones that no campaign ever has, which would wait for ever. */
  checkMentions(): void {
    const campaigns = [...this.#addresses.values()];
    for (const { address, place } of this.#mentions) {
      if (campaigns.some((addresses) => addresses.has(address))) continue;
      place.refuse("is no lead of any campaign", "a lead of the file, such as lead-1@example.test where `leads` is a number");
    }
  }

  async #leads(value: SourceValue, campaign: string, fewest: number): Promise<readonly ScenarioLead[] | undefined> {
    if (value.isMap) return this.#csvLeads(value);
    if (value.isList) return listedLeads(value);
    const count = readWhole(fewest, LEADS_MAX)(value);
    return count === undefined ? undefined : this.#numbered(campaign, count);
  }

  #numbered(campaign: string, count: number): ScenarioLead[] {
    const known = this.#addressesOf(campaign);
    const leads: ScenarioLead[] = [];
    let number = this.#lastNumber.get(campaign) ?? 0;
    while (leads.length < count) {
      number += 1;
      const address = `lead-${number}@example.test`;
      if (!known.has(address)) leads.push({ address, fields: {} });
    }
    this.#lastNumber.set(campaign, number);
    return leads;
  }

  async #csvLeads(value: SourceValue): Promise<readonly ScenarioLead[] | undefined> {
    const map = value.map();
    map?.allowOnly(["csv"], "leads");
    const place = map?.get("csv");
    const path = map?.required("csv", (csv) => csv.text(), "the path of a CSV file");
    if (place === undefined || path === undefined) return undefined;
    const leads = await this.#readCsv(resolve(dirname(value.file.name), path));
    return leads.ok ? leads.value : place.refuse(leads.error.message, leads.error.allowed);
  }

  #addressesOf(campaign: string): Set<string> {
    const known = this.#addresses.get(campaign) ?? new Set();
    this.#addresses.set(campaign, known);
    return known;
  }
}

const listedLeads: Read<readonly ScenarioLead[]> = (value) => {
  const lineOf = new Map<string, number>();
  return readList((item): ScenarioLead | undefined => {
    const normal = readText(normalizeAddress)(item);
    if (normal === undefined) return undefined;
    const { address, display } = normal;
    const before = lineOf.get(address);
    if (before !== undefined) return item.refuse(`is in the list already, in line ${before}`);
    lineOf.set(address, item.line);
    return { address, fields: display === undefined ? {} : { name: display } };
  })(value);
};
