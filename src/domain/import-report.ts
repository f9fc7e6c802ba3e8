/** What a file of leads would bring, as the dry run has found it. */
export interface CheckReport {
  /** Rows that are not blank; the five counts below add up to it. */
  readonly rows: number;
  /** Addresses that no lead has yet. */
  readonly newLeads: number;
  /** Leads that are known, and new in the campaign. */
  readonly knownElsewhere: number;
  /** Leads that the campaign has already: their fields are brought up to date, their place and state are not touched. */
  readonly inCampaign: number;
  /** Rows with an address that an earlier row has. */
  readonly duplicates: number;
  /** Rows that give no lead for another reason. */
  readonly rejected: number;
  /** Of the leads that the file gives, those that are never written to: they are taken in, and skipped with that reason. */
  readonly suppressed: number;
  /** Leads that a person has blocked or put on hold; skipped too. */
  readonly barred: number;
  /** Leads to whom a mail of some campaign was, or may have been, handed over before. They are written to again. */
  readonly contacted: number;
}

/** What is known of an address before its row is brought in. */
export interface KnownAddress {
  readonly isLead: boolean;
  readonly isInCampaign: boolean;
  readonly isSuppressed: boolean;
  readonly isBarred: boolean;
  readonly isContacted: boolean;
}

export const EMPTY_REPORT: CheckReport = {
  rows: 0,
  newLeads: 0,
  knownElsewhere: 0,
  inCampaign: 0,
  duplicates: 0,
  rejected: 0,
  suppressed: 0,
  barred: 0,
  contacted: 0,
};

/** The report with some more rows: what is known of those that give a lead, and how many of the others are duplicates. */
export function addToReport(
  report: CheckReport,
  leads: readonly KnownAddress[],
  refused: { readonly duplicates: number; readonly rejected: number },
): CheckReport {
  const count = (is: (known: KnownAddress) => boolean): number => leads.filter(is).length;
  return {
    rows: report.rows + leads.length + refused.duplicates + refused.rejected,
    newLeads: report.newLeads + count(({ isLead }) => !isLead),
    knownElsewhere: report.knownElsewhere + count(({ isLead, isInCampaign }) => isLead && !isInCampaign),
    inCampaign: report.inCampaign + count(({ isInCampaign }) => isInCampaign),
    duplicates: report.duplicates + refused.duplicates,
    rejected: report.rejected + refused.rejected,
    suppressed: report.suppressed + count(({ isSuppressed }) => isSuppressed),
    barred: report.barred + count(({ isBarred }) => isBarred),
    contacted: report.contacted + count(({ isContacted }) => isContacted),
  };
}
