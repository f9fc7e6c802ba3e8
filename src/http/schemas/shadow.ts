import { z } from "zod";
import { LEAD_BARS } from "../../domain/intent.ts";
import { SENDERS } from "../../domain/ownership.ts";
import type { OldMail } from "../../domain/shadow-facts.ts";
import { SHADOW_FINDINGS, type ShadowExample, type ShadowFinding } from "../../domain/shadow-findings.ts";
import type { ShadowSums } from "../../domain/shadow-report.ts";
import { SEVERITIES } from "../../domain/watch-findings.ts";
import type { Shadow } from "../../legacy/shadow.ts";
import { pageOf } from "../page.ts";
import { INSTANT, iso, isoOrNull } from "./instants.ts";

const BAR = z.enum(LEAD_BARS).nullable().describe("Why Goniec would not have mailed the lead; `contacted`: it had been mailed");
const DURATION = z.int().describe("Milliseconds");

const SUMS = z
  .object({
    mailed: z.int().describe("Mails of the older sender since the comparison began: `matched` and `notPlanned`"),
    matched: z.int().describe("To leads that Goniec had planned"),
    notPlanned: z.int(),
    onTime: z.int().describe("Of the matched ones, within `toleranceMs` of their slots"),
    toleranceMs: DURATION,
    overdue: z.int().describe("Planned, due, and not mailed"),
    differences: z.object({
      medianMs: DURATION.nullable().describe(
        "How much later than planned the middle one of the matched mails left; negative: earlier",
      ),
      bars: z.array(
        z.object({
          fromMs: DURATION.nullable().describe("Inclusive; null: without an end"),
          toMs: DURATION.nullable().describe("Exclusive"),
          mails: z.int(),
        }),
      ),
    }),
    gaps: z
      .object({ count: z.int(), smallestMs: DURATION, meanMs: DURATION })
      .nullable()
      .describe("Between mails of one local day"),
    smallestAllowedMs: DURATION.describe("The smallest gap that Goniec would leave"),
  })
  .meta({ id: "ShadowSums" });

const EXAMPLE = z.object({
  lead: z.string().nullable(),
  mailbox: z.string().nullable(),
  at: INSTANT.nullable(),
  mails: z
    .array(z.object({ at: INSTANT.nullable(), mailbox: z.string().nullable() }))
    .describe("Of duplicates: the lead's mails"),
  bar: BAR,
  day: z.string().nullable().describe("Of a limit: the local day"),
  used: z.int().nullable(),
  max: z.int().nullable(),
  holiday: z.string().nullable(),
  gapMs: DURATION.nullable().describe("Since the mail before"),
});

const FINDING = z
  .object({
    kind: z.enum(SHADOW_FINDINGS),
    severity: z.enum(SEVERITIES).describe("alarm: the older sender did what Goniec would not do; notice: the two differ"),
    count: z.int(),
    examples: z.array(EXAMPLE).describe("The first few"),
    text: z.string().describe("One sentence in English"),
  })
  .meta({ id: "ShadowFinding" });

const MAIL = z
  .object({
    leadId: z.int(),
    lead: z.string(),
    at: INSTANT.describe("When the older sender mailed it"),
    mailbox: z.string().nullable(),
    plannedAt: INSTANT.nullable().describe("Where Goniec's plan had it last; null: not planned"),
    plannedMailbox: z.string().nullable(),
    differenceMs: DURATION.nullable().describe("How much later than planned it left"),
    bar: BAR,
  })
  .meta({ id: "ShadowMail" });

const NEXT = z.object({ leadId: z.int(), lead: z.string(), plannedAt: INSTANT, mailbox: z.string().nullable() });

export const SHADOW = z
  .object({
    id: z.int(),
    name: z.string(),
    sender: z.enum(SENDERS),
    source: z.string().describe("The name of its `OldSource`"),
    oldStatus: z.string(),
    zone: z.string(),
    since: INSTANT.describe("Mails from then on are compared"),
    knownTo: INSTANT.nullable().describe("Until when the older sender's mails are known"),
    sums: SUMS,
    findings: z.array(FINDING).describe("The most serious first; none when both agree"),
    next: z.array(NEXT).describe("What Goniec would send next, were the campaign its own"),
    mails: pageOf(MAIL).describe("The older sender's mails, newest first"),
  })
  .meta({ id: "CampaignShadow" });

type Wire = z.infer<typeof SHADOW>;

export function shadowWire(shadow: Shadow, mails: Wire["mails"]): Wire {
  const { campaign, sender, zone, since, knownTo, sums, findings, next } = shadow;
  const { id, name, source, oldStatus } = campaign;
  return {
    ...{ id, name, source, oldStatus, sender, zone, mails },
    since: iso(since),
    knownTo: isoOrNull(knownTo),
    sums: sumsWire(sums),
    findings: findings.map(findingWire),
    next: next.map(({ leadId, lead, at, mailbox }) => ({ leadId, lead, plannedAt: iso(at), mailbox: mailbox ?? null })),
  };
}

export function comparedMailWire({ leadId, lead, at, mailbox, plan, bar }: OldMail): z.infer<typeof MAIL> {
  return {
    leadId,
    lead,
    at: iso(at),
    mailbox: mailbox ?? null,
    plannedAt: isoOrNull(plan?.at),
    plannedMailbox: plan?.mailbox ?? null,
    differenceMs: plan === undefined ? null : at - plan.at,
    bar: bar ?? null,
  };
}

function sumsWire({ differences, gaps, ...sums }: ShadowSums): Wire["sums"] {
  return {
    ...sums,
    differences: {
      medianMs: differences.medianMs ?? null,
      bars: differences.bars.map(({ fromMs, toMs, mails }) => ({ fromMs: fromMs ?? null, toMs: toMs ?? null, mails })),
    },
    gaps: gaps ?? null,
  };
}

function findingWire({ examples, ...finding }: ShadowFinding): Wire["findings"][number] {
  return { ...finding, examples: examples.map(exampleWire) };
}

function exampleWire({ lead, mailbox, at, mails, bar, day, used, max, holiday, gapMs }: ShadowExample): z.infer<typeof EXAMPLE> {
  return {
    lead: lead ?? null,
    mailbox: mailbox ?? null,
    at: isoOrNull(at),
    mails: (mails ?? []).map((mail) => ({ at: isoOrNull(mail.at), mailbox: mail.mailbox ?? null })),
    bar: bar ?? null,
    day: day ?? null,
    used: used ?? null,
    max: max ?? null,
    holiday: holiday ?? null,
    gapMs: gapMs ?? null,
  };
}
