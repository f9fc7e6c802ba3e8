import { z } from "zod";
import { type EngineState, engineRemedy, engineText, isAtWork } from "../../domain/engine-state.ts";
import { causeText } from "../../domain/explain.ts";
import { FREEZE_REASONS } from "../../domain/frozen.ts";
import { type ClosedGate, GATES, type MailboxBar } from "../../domain/gates.ts";
import type { Headline } from "../../domain/headline.ts";
import type { Instant } from "../../domain/instant.ts";
import { CAMPAIGN_STATUSES } from "../../domain/states.ts";
import { INSTANT, iso, isoOrNull } from "./instants.ts";
import { PHRASE_OR_NULL, phraseWire } from "./phrases.ts";

export const MAILBOX_BAR = z
  .object({
    mailboxId: z.int(),
    address: z.string(),
    why: z.enum(["off", "attention", "limit", "resting", "min-gap", "busy"]),
    until: INSTANT.nullable().describe("null: an event ends it, not the clock"),
    detail: z.string().nullable(),
    detailPhrase: PHRASE_OR_NULL,
    used: z.int().optional().describe("Of `limit`: mails of the mailbox's local day"),
    max: z.int().optional().describe("Of `limit`"),
  })
  .meta({ id: "MailboxBar" });

/** Which gate it is says which of the others are there. */
export const CLOSED_GATE = z
  .object({
    gate: z.enum(GATES),
    text: z.string().describe("In one sentence, times in the campaign's zone"),
    since: INSTANT.nullable(),
    until: INSTANT.nullable().describe("null: a person or an event opens it, not the clock"),
    status: z.enum(CAMPAIGN_STATUSES).optional().describe("Of `status`"),
    reason: z.enum(FREEZE_REASONS).optional().describe("Of `frozen`"),
    holiday: z.string().optional().describe("Of `holiday`: its name, with the country"),
    gapMs: z.int().optional().describe("Of `pace` and `long-pause`"),
    used: z.int().optional().describe("Of `campaign-limit`: mails of the local day"),
    max: z.int().optional().describe("Of `campaign-limit`"),
    bars: z.array(MAILBOX_BAR).optional().describe("Of `mailboxes`: what keeps each of them; none when there is no mailbox"),
  })
  .meta({ id: "ClosedGate" });

export const ENGINE_STATE = z
  .object({
    kind: z.enum(["one", "several", "silent", "nobody"]),
    isAtWork: z.boolean().describe("Mails leave when they are due"),
    text: z.string(),
    remedy: z.string().nullable(),
    since: INSTANT.nullable(),
    seenAt: INSTANT.nullable().describe("The last sign of life, where one process works or should"),
    host: z.string().nullable(),
    pid: z.int().nullable(),
    workers: z.int().describe("That send"),
  })
  .meta({ id: "EngineState" });

export const HEADLINE = z
  .discriminatedUnion("kind", [
    z.object({ kind: z.literal("completed"), unconfirmed: z.int() }),
    z.object({ kind: z.literal("gate"), gate: CLOSED_GATE }),
    z.object({ kind: z.literal("engine"), engine: ENGINE_STATE }),
    z.object({
      kind: z.literal("next"),
      lead: z.string(),
      mailbox: z.string().nullable(),
      at: INSTANT,
      isDue: z.boolean().describe("Its time has come already"),
    }),
    z.object({ kind: z.literal("waiting-for-answer"), sending: z.int() }),
    z.object({ kind: z.literal("nothing-planned") }),
  ])
  .meta({ id: "Headline", description: "What a campaign does now and why, for a page that says it in words of its own" });

export function barWire(bar: MailboxBar): z.infer<typeof MAILBOX_BAR> {
  return { ...bar, until: isoOrNull(bar.until), detail: bar.detail ?? null, detailPhrase: phraseWire(bar.detail) };
}

export function gateWire(gate: ClosedGate, zone: string): z.infer<typeof CLOSED_GATE> {
  const ends = { since: "since" in gate ? iso(gate.since) : null, until: isoOrNull(gate.until) };
  const wire = { gate: gate.gate, text: causeText(gate, zone), ...ends };
  switch (gate.gate) {
    case "status":
      return { ...wire, status: gate.status };
    case "frozen":
      return { ...wire, reason: gate.frozen.reason };
    case "holiday":
      return { ...wire, holiday: gate.holiday };
    case "pace":
    case "long-pause":
      return { ...wire, gapMs: Math.round(gate.gapMs) };
    case "campaign-limit":
      return { ...wire, used: gate.used, max: gate.max };
    case "mailboxes":
      return { ...wire, bars: gate.bars.map(barWire) };
    case "owner":
    case "start-time":
    case "hours":
      return wire;
  }
}

export function engineWire(engine: EngineState, at: Instant): z.infer<typeof ENGINE_STATE> {
  const one = engine.kind === "one" || engine.kind === "silent" ? engine : undefined;
  return {
    kind: engine.kind,
    isAtWork: isAtWork(engine),
    text: engineText(engine, at),
    remedy: engineRemedy(engine) ?? null,
    since: engine.kind === "nobody" ? null : iso(engine.since),
    seenAt: isoOrNull(one?.seenAt),
    host: one?.host ?? null,
    pid: one?.pid ?? null,
    workers: engine.kind === "several" ? engine.workers : engine.kind === "one" ? 1 : 0,
  };
}

export function headlineWire(headline: Headline, zone: string, at: Instant): z.infer<typeof HEADLINE> {
  switch (headline.kind) {
    case "gate":
      return { kind: "gate", gate: gateWire(headline.gate, zone) };
    case "engine":
      return { kind: "engine", engine: engineWire(headline.engine, at) };
    case "next":
      return {
        kind: "next",
        lead: headline.lead,
        mailbox: headline.mailbox,
        at: iso(headline.scheduledAt),
        isDue: headline.isDue,
      };
    case "completed":
    case "waiting-for-answer":
    case "nothing-planned":
      return headline;
  }
}
