import { FIELD_CHARACTERS_MAX } from "../domain/lead-fields.ts";
import type { Judging } from "./judging.ts";
import type { OldLead } from "./old-picture.ts";
import { type LeadRow, type StoredValue, textOf } from "./old-rows.ts";
import { idList, lacksGreeting, leadStanding } from "./old-vocabulary.ts";
import type { RemarkList } from "./remark-list.ts";

/** A lead, with what its rows say of its places. */
export interface JudgedLead {
  readonly lead: OldLead;
  /** No mail can be written to it: that database says that it lacks its greeting. */
  readonly lacksGreeting: boolean;
  /** Keys of the campaigns that it is blocked in; `all` when the list cannot be read. */
  readonly blockedIn: ReadonlySet<string> | "all";
}

/** The field of each column; the greeting has another name here. */
const FIELDS = {
  firstName: "firstName",
  lastName: "lastName",
  title: "title",
  company: "company",
  greetingForm: "greeting",
  language: "language",
} as const satisfies Partial<Record<keyof LeadRow, string>>;

/** The leads of that database by the keys of their rows; rows whose addresses differ in case only are one lead. */
export function judgeLeads(rows: readonly LeadRow[], judging: Judging): Map<string, JudgedLead> {
  const { remarks } = judging;
  const byAddress = new Map<string, JudgedLead>();
  for (const row of rows) {
    const address = judging.addresses.read(textOf(row.email) ?? "");
    if (row.id === null) continue;
    if (!address.ok) {
      const text = "Leads whose address is none are left out.";
      remarks.add("invalid-addresses", text, `lead ${row.id}: ${JSON.stringify(address.error.value)} ${address.error.message}`);
      continue;
    }
    const judged = judgeLead(row, row.id, address.value.address, judging);
    const before = byAddress.get(address.value.address);
    if (before !== undefined) {
      const keys = [...before.lead.keys, row.id].join(", ");
      remarks.add("merged-leads", "Leads whose addresses differ in case only become one.", `${address.value.address} (${keys})`);
    }
    byAddress.set(address.value.address, before === undefined ? judged : merge(before, judged));
  }
  return new Map([...byAddress.values()].flatMap((judged) => judged.lead.keys.map((key) => [key, judged] as const)));
}

function judgeLead(row: LeadRow, key: string, address: string, { instants, remarks }: Judging): JudgedLead {
  const { standing, reason, unknown } = leadStanding(row);
  if (unknown !== undefined) {
    remarks.add(
      "unclear",
      `Leads with the status ${JSON.stringify(unknown)}, which is not known here, are put on hold.`,
      address,
    );
  }
  const createdAt = instants.read("Lead.createdAt", row.createdAt, `lead ${key}`);
  const blockedIn = idList(row.blockedCampaigns);
  if (blockedIn === undefined) {
    const text = "Leads whose blockedCampaigns cannot be read get no mail in any of these campaigns.";
    remarks.add("unclear", text, `${address}: ${(textOf(row.blockedCampaigns) ?? "").slice(0, 60)}`);
  }
  return {
    lead: {
      keys: [key],
      address,
      fields: fieldsOf(row, address, remarks),
      standing,
      ...(reason !== undefined && { standingReason: reason }),
      ...(createdAt !== undefined && { createdAt }),
    },
    lacksGreeting: lacksGreeting(row.status),
    blockedIn: blockedIn === undefined ? "all" : new Set(blockedIn),
  };
}

function fieldsOf(row: LeadRow, address: string, remarks: RemarkList): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [column, field] of Object.entries(FIELDS)) {
    const value: StoredValue = row[column as keyof typeof FIELDS];
    const text = textOf(value);
    if (text === undefined) continue;
    if (text.length <= FIELD_CHARACTERS_MAX) fields[field] = text;
    else remarks.add("unclear", `Values of more than ${FIELD_CHARACTERS_MAX} characters are left out.`, `${address}: ${column}`);
  }
  return fields;
}

const SEVERITY = ["ACTIVE", "TEST", "ON_HOLD", "BLOCKED"] as const satisfies readonly OldLead["standing"][];

/** What bars one of the two bars both: it is one person. */
function merge(one: JudgedLead, other: JudgedLead): JudgedLead {
  const [a, b] = [one.lead, other.lead];
  const stricter = SEVERITY.indexOf(b.standing) > SEVERITY.indexOf(a.standing) ? b : a;
  const { standing, standingReason } = stricter;
  const created = [a.createdAt, b.createdAt].filter((at) => at !== undefined);
  return {
    lead: {
      keys: [...a.keys, ...b.keys],
      address: a.address,
      fields: { ...b.fields, ...a.fields },
      standing,
      ...(standingReason !== undefined && { standingReason }),
      ...(created.length > 0 && { createdAt: Math.min(...created) }),
    },
    lacksGreeting: one.lacksGreeting || other.lacksGreeting,
    blockedIn: one.blockedIn === "all" || other.blockedIn === "all" ? "all" : new Set([...one.blockedIn, ...other.blockedIn]),
  };
}
