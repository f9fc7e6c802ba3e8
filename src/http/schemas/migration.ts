import { z } from "zod";
import { SENDERS, OWNERS } from "../../domain/ownership.ts";
import { type NextStep, ROLL_OUT_STEPS } from "../../domain/roll-out.ts";
import { SEVERITIES, WATCH_FINDINGS, WATCH_STATES } from "../../domain/watch-findings.ts";
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
