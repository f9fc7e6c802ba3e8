import { z } from "zod";
import { SENDERS, OWNERS } from "../../domain/ownership.ts";
import { type NextStep, ROLL_OUT_STEPS } from "../../domain/roll-out.ts";
import { SEVERITIES, WATCH_FINDINGS, WATCH_STATES } from "../../domain/watch-findings.ts";
import type { Result } from "../../domain/result.ts";
import type { Told } from "../../legacy/roll-back.ts";
import type { MovingView } from "../../legacy/watch.ts";
import type { OldSource } from "../../storage/ownership.ts";
import { STATUS } from "./campaigns.ts";
import { INSTANT, iso, isoOrNull } from "./instants.ts";

export const OLD_SOURCE = z
  .object({
    id: z.int(),
    name: z.string().describe("By which people tell it from others, wherever its file lies"),
    kind: z.enum(["prisma", "csv"]).describe("A database that is read again, or an export that was read once"),
    path: z.string(),
    createdAt: INSTANT,
    readAt: INSTANT.nullable().describe("When it was last read to its end"),
    problem: z.string().nullable().describe("Why it could not be read since"),
  })
  .meta({ id: "OldSource" });

const FINDING = z
  .object({
    kind: z.enum(WATCH_FINDINGS),
    severity: z.enum(SEVERITIES).describe("An alarm holds the next cut-over up; a notice is to be known"),
    count: z.int(),
    examples: z.array(z.string()).describe("The first few: leads, or days with their limits"),
    text: z.string().describe("One sentence in English"),
  })
  .meta({ id: "WatchFinding" });

const COUNTS = z
  .object({
    mailedThere: z.int().describe("Leads that the older sender has mailed"),
    duplicatesThere: z.int().describe("Its mails beyond one to each lead"),
    mailedHere: z.int().describe("Mails that Goniec, or the fallback sender, has handed over"),
    open: z.int().describe("Leads that nobody has mailed yet"),
  })
  .meta({ id: "MovingCounts" });

export const MOVING_CAMPAIGN = z
  .object({
    id: z.int(),
    name: z.string(),
    status: STATUS,
    owner: z.enum(OWNERS),
    sender: z.enum(SENDERS),
    source: z.string().describe("The name of its `OldSource`"),
    oldStatus: z.string().describe("Its status in the older sender, as last read"),
    questions: z.array(z.string()).describe("What a person has to look at before the cut-over, each in an English sentence"),
    importedAt: INSTANT.nullable().describe("When all of it had been taken over; null while that is under way"),
    cutOverAt: INSTANT.nullable(),
    rolledBackAt: INSTANT.nullable(),
    watchUntil: INSTANT.nullable(),
    watch: z
      .enum(WATCH_STATES)
      .describe("none: it is not Goniec's, or never was another's; alarmed: it has found what must not be"),
    findings: z.array(FINDING),
    counts: COUNTS,
  })
  .meta({ id: "MovingCampaign" });

export const NEXT_STEP = z
  .object({
    step: z.enum(ROLL_OUT_STEPS),
    campaign: z.string().nullable(),
    until: INSTANT.nullable(),
    text: z.string().describe("What to do, in one English sentence"),
  })
  .meta({ id: "RollOutStep" });

export const CUT_OVER_ORDER = z
  .strictObject({
    resume: z.boolean().default(false).describe("Let it go on here at once; it stays paused otherwise"),
    acceptQuestions: z.boolean().default(false).describe("A person has looked at what the import left open"),
    skipWatch: z.boolean().default(false).describe("Do not wait for the watch of another campaign"),
  })
  .meta({ id: "CutOverOrder" });

export const ROLL_BACK_ORDER = z
  .strictObject({
    to: z
      .enum(["old-process", "fallback"])
      .default("old-process")
      .describe("The deprecated fallback sender needs no older database"),
    writeBack: z.boolean().default(false).describe("Write the mails that are missing there into the older sender's database"),
  })
  .meta({ id: "RollBackOrder" });

export const SWITCHED = z.object({
  changed: z.boolean().describe("False when it was so already"),
  campaign: MOVING_CAMPAIGN,
});

const TOLD = z
  .object({
    isKnown: z
      .boolean()
      .describe("The older sender's database knows every mail that Goniec has handed over; else do not let it go on there"),
    mails: z.int().nullable().describe("Mails that left from here; null when that database could not be read"),
    missing: z.int().nullable().describe("Leads that it would mail a second time"),
    missingExamples: z.array(z.string()),
    notThere: z.array(z.string()).describe("The first leads that were mailed from here and that it does not have at all"),
    problem: z.string().nullable().describe("Why it could not be read or written to"),
  })
  .meta({ id: "ToldOlderSender" });

export const ROLLED_BACK = SWITCHED.extend({ told: TOLD.nullable().describe("null for the fallback sender") });

const LISTED_MAX = 20;

export function toldWire(told: Result<Told>): z.infer<typeof TOLD> {
  if (!told.ok)
    return { isKnown: false, mails: null, missing: null, missingExamples: [], notThere: [], problem: told.error.message };
  const { mails, missing, notThere } = told.value;
  return {
    isKnown: missing.length === 0,
    mails,
    missing: missing.length,
    missingExamples: missing.slice(0, LISTED_MAX).map(({ address }) => address),
    notThere: notThere.slice(0, LISTED_MAX),
    problem: null,
  };
}

export const sourceWire = ({ id, name, kind, path, createdAt, readAt, problem }: OldSource): z.infer<typeof OLD_SOURCE> => ({
  ...{ id, name, kind, path, problem },
  createdAt: iso(createdAt),
  readAt: isoOrNull(readAt),
});

export function movingWire({ campaign, counts, state, findings }: MovingView): z.infer<typeof MOVING_CAMPAIGN> {
  const { id, name, status, owner, sender, oldStatus } = campaign;
  return {
    ...{ id, name, status, owner, sender, oldStatus },
    source: campaign.source.name,
    questions: [...campaign.questions],
    importedAt: isoOrNull(campaign.importedAt),
    cutOverAt: isoOrNull(campaign.cutOverAt),
    rolledBackAt: isoOrNull(campaign.rolledBackAt),
    watchUntil: isoOrNull(campaign.watchUntil),
    watch: state,
    findings: findings.map((finding) => ({ ...finding, examples: [...finding.examples] })),
    counts,
  };
}

export const nextStepWire = ({ step, campaign, until, text }: NextStep): z.infer<typeof NEXT_STEP> => ({
  ...{ step, text },
  campaign: campaign ?? null,
  until: isoOrNull(until),
});
