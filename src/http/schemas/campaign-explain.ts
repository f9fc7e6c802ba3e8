import { z } from "zod";
import type { LeadExplanation, LeadPlace } from "../../domain/explain-lead.ts";
import type { ExplainedGate } from "../../domain/explain.ts";
import { GATES, mailboxBar, usedOn } from "../../domain/gates.ts";
import { localDay } from "../../domain/days.ts";
import { LEAD_STATES, LEDGER_STATES } from "../../domain/states.ts";
import type { Explained } from "../../operation/explain.ts";
import {
  barWire,
  CLOSED_GATE,
  ENGINE_STATE,
  engineWire,
  gateWire,
  HEADLINE,
  headlineWire,
  MAILBOX_BAR,
} from "./campaign-gates.ts";
import { INSTANT, iso, isoOrNull } from "./instants.ts";
import { LEAD_BAR, leadBarWire } from "./lead-bar.ts";
import { PHRASE_OR_NULL, phraseWire } from "./phrases.ts";

const GATE = z
  .object({
    gate: z.enum(GATES),
    isOpen: z.boolean(),
    text: z.string(),
    setting: z.string().describe("By which setting, with its value"),
    remedy: z.string().nullable().describe("The smallest change that would open it now"),
    closed: CLOSED_GATE.nullable().describe("What closes it, as data"),
  })
  .meta({ id: "Gate" });

const MAILBOX = z
  .object({
    id: z.int(),
    address: z.string(),
    usedToday: z.int().describe("Mails of all campaigns in the mailbox's own local day"),
    perDayMax: z.int().nullable(),
    bar: MAILBOX_BAR.nullable().describe("What keeps it from taking a mail now"),
  })
  .meta({ id: "CampaignMailbox" });

const PLANNED = z
  .object({ lead: z.string(), mailbox: z.string().nullable(), at: INSTANT, cause: z.string(), causePhrase: PHRASE_OR_NULL })
  .meta({ id: "NextMail" });

const TRY = z
  .object({
    attempt: z.int(),
    at: INSTANT,
    mailbox: z.string(),
    state: z.enum(LEDGER_STATES),
    handedOverAt: INSTANT.nullable(),
    reply: z.string().nullable(),
    replyPhrase: PHRASE_OR_NULL,
    nextTryAt: INSTANT.nullable(),
  })
  .meta({ id: "LeadTry" });

export const EXPLAINED_LEAD = z
  .object({
    address: z.string(),
    state: z.enum(LEAD_STATES),
    reason: z.string().nullable(),
    reasonPhrase: PHRASE_OR_NULL,
    headline: z.string(),
    ahead: z.int().describe("Open leads of the campaign that come before it"),
    bar: LEAD_BAR.nullable().describe("Why it gets no mail, whatever its state"),
    planned: z
      .object({
        at: INSTANT,
        notBefore: INSTANT.nullable(),
        mailbox: z.string().nullable(),
        cause: z.string(),
        causePhrase: PHRASE_OR_NULL,
        movedFrom: INSTANT.nullable(),
        claimedAt: INSTANT.nullable(),
      })
      .nullable(),
    gates: z.array(
      z.object({
        gate: z.enum(["suppression", "retry", "lease"]),
        isOpen: z.boolean(),
        until: INSTANT.nullable(),
        text: z.string(),
        remedy: z.string().nullable(),
      }),
    ),
    tries: z.array(TRY),
  })
  .meta({ id: "ExplainedLead" });

export const EXPLANATION = z
  .object({
    at: INSTANT,
    status: z.string(),
    zone: z.string(),
    headline: z.string(),
    doing: HEADLINE,
    nextAt: INSTANT.nullable().describe("When the next mail can leave by the clock alone"),
    gates: z.array(GATE).describe("In the order in which the engine asks them"),
    mailboxes: z.array(MAILBOX),
    engine: ENGINE_STATE,
    next: z.array(PLANNED).describe("The next planned mails"),
    lead: EXPLAINED_LEAD.nullable(),
  })
  .meta({ id: "Explanation" });

export function explanationWire(explained: Explained): z.infer<typeof EXPLANATION> {
  const { at, zone, facts, explanation, lead } = explained;
  return {
    at: iso(at),
    status: explained.report.status,
    zone,
    headline: explained.headline,
    doing: headlineWire(explained.said, zone, at),
    nextAt: isoOrNull(explanation.nextAt),
    gates: explanation.gates.map((gate) => explainedGateWire(gate, zone)),
    mailboxes: facts.mailboxes.map((mailbox) => {
      const bar = mailboxBar(mailbox, at);
      const { id, address } = mailbox;
      const usedToday = usedOn(mailbox.usage, localDay(mailbox.zone, at).day);
      return { id, address, usedToday, perDayMax: mailbox.perDayMax ?? null, bar: bar === undefined ? null : barWire(bar) };
    }),
    engine: engineWire(explained.engine, at),
    next: explained.next.map(({ scheduledAt, ...mail }) => ({
      ...mail,
      at: iso(scheduledAt),
      causePhrase: phraseWire(mail.cause),
    })),
    lead: lead === undefined ? null : leadWire(lead.place, lead.explanation),
  };
}

function explainedGateWire({ gate, open, text, setting, remedy, closed }: ExplainedGate, zone: string): z.infer<typeof GATE> {
  return {
    gate,
    isOpen: open,
    text,
    setting,
    remedy: remedy ?? null,
    closed: closed === undefined ? null : gateWire(closed, zone),
  };
}

export function leadWire(place: LeadPlace, { headline, gates }: LeadExplanation): z.infer<typeof EXPLAINED_LEAD> {
  const { address, state, reason, ahead, bar, row } = place;
  return {
    ...{ address, state, headline, ahead },
    reason: reason ?? null,
    reasonPhrase: phraseWire(reason),
    bar: leadBarWire(bar),
    planned:
      row === undefined
        ? null
        : {
            at: iso(row.scheduledAt),
            notBefore: isoOrNull(row.notBefore),
            mailbox: row.mailbox ?? null,
            cause: row.cause,
            causePhrase: phraseWire(row.cause),
            movedFrom: isoOrNull(row.movedFrom),
            claimedAt: isoOrNull(row.claimedAt),
          },
    gates: gates.map((gate) => ({
      gate: gate.gate,
      isOpen: gate.open,
      until: isoOrNull(gate.until),
      text: gate.text,
      remedy: gate.remedy ?? null,
    })),
    tries: place.tries.map((one) => ({
      ...one,
      at: iso(one.at),
      handedOverAt: isoOrNull(one.handedOverAt),
      reply: one.reply ?? null,
      replyPhrase: phraseWire(one.reply),
      nextTryAt: isoOrNull(one.nextTryAt),
    })),
  };
}
