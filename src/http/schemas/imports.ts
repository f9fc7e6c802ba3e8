import { z } from "zod";
import { IMPORT_STATES } from "../../domain/import-states.ts";
import type { ImportView } from "../../operation/imports.ts";
import { INSTANT, iso } from "./instants.ts";
import { PHRASE_OR_NULL, phraseWire } from "./phrases.ts";

const COLUMN = z.object({
  index: z.int().describe("From 0"),
  header: z.string().describe("As it stands in the file; empty in a file without a header"),
  field: z.string().describe("`email`, `priority`, or the name of the field that takes its values; empty: left out"),
});

const FORMAT = z.object({
  encoding: z.string(),
  separator: z.string(),
  header: z.boolean(),
  columns: z.array(COLUMN),
});

const DOUBT = z.object({
  message: z.string(),
  messagePhrase: PHRASE_OR_NULL,
  allowed: z.string().nullable(),
  allowedPhrase: PHRASE_OR_NULL,
});

const REPORT = z
  .object({
    rows: z.int().describe("Rows that are not blank; the next five add up to it"),
    newLeads: z.int(),
    knownElsewhere: z.int().describe("Known leads that are new in the campaign"),
    inCampaign: z.int().describe("Already in the campaign: their fields are brought up to date"),
    duplicates: z.int().describe("Rows with an address that an earlier row has"),
    rejected: z.int().describe("Rows that give no lead for another reason"),
    suppressed: z.int().describe("Of the leads, those that are never written to"),
    barred: z.int().describe("Of the leads, those that a person has blocked or put on hold"),
    contacted: z.int().describe("Of the leads, those that some campaign has written to before"),
  })
  .meta({ id: "ImportReport" });

export const IMPORT = z
  .object({
    id: z.int(),
    fileName: z.string(),
    bytes: z.int(),
    state: z.enum(IMPORT_STATES),
    campaignId: z.int().nullable(),
    format: FORMAT.extend({
      sample: z.array(z.array(z.string())).describe("The first rows below the header"),
      doubt: DOUBT.nullable().describe("What a person has to decide"),
    })
      .nullable()
      .describe("How the file seems to be written"),
    mapping: FORMAT.nullable().describe("The columns as they were chosen for the dry run"),
    report: REPORT.nullable().describe("What the dry run has found"),
    rowsTotal: z.int().nullable(),
    rowsDone: z.int(),
    added: z.int(),
    known: z.int(),
    rejected: z.int(),
    problem: z.string().nullable().describe("Why it failed, or was ended"),
    problemPhrase: PHRASE_OR_NULL,
    createdBy: z.string(),
    createdAt: INSTANT,
    updatedAt: INSTANT,
  })
  .meta({ id: "Import" });

export function importWire({ format, mapping, report, createdAt, updatedAt, ...rest }: ImportView): z.infer<typeof IMPORT> {
  return {
    ...rest,
    format:
      format === undefined
        ? null
        : { ...formatWire(format), sample: format.sample.map((row) => [...row]), doubt: doubtWire(format.doubt) },
    mapping: mapping === undefined ? null : formatWire(mapping),
    report: report ?? null,
    problemPhrase: phraseWire(rest.problem),
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
  };
}

function formatWire({ encoding, separator, header, columns }: NonNullable<ImportView["mapping"]>): z.infer<typeof FORMAT> {
  return {
    encoding,
    separator,
    header,
    columns: columns.map(({ index, header: text, field }) => ({ index, header: text, field })),
  };
}

function doubtWire(doubt: NonNullable<ImportView["format"]>["doubt"]): z.infer<typeof DOUBT> | null {
  if (doubt === undefined) return null;
  const { message, allowed } = doubt;
  return { message, messagePhrase: phraseWire(message), allowed: allowed ?? null, allowedPhrase: phraseWire(allowed) };
}
