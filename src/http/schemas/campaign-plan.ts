import { z } from "zod";
import type { HistoryLine } from "../../storage/event-history.ts";
import type { listPlan } from "../../storage/plan-list.ts";
import { INSTANT, iso, isoOrNull } from "./instants.ts";
import { PHRASE_OR_NULL, phraseWire } from "./phrases.ts";

export const PLANNED_SLOT = z
  .object({
    id: z.int().describe("Of the mail's row in the plan"),
    leadId: z.int(),
    lead: z.string(),
    mailboxId: z.int().nullable(),
    mailbox: z.string().nullable(),
    at: INSTANT,
    cause: z.string().describe("What put it there"),
    causePhrase: PHRASE_OR_NULL,
    movedFrom: INSTANT.nullable(),
    movedAt: INSTANT.nullable(),
    attempt: z.int().describe("Tries so far that the recipient's server refused for now"),
    notBefore: INSTANT.nullable().describe("Of a retry"),
  })
  .meta({ id: "PlannedSlot" });

type StoredSlot = Awaited<ReturnType<typeof listPlan>>[number];

export function slotWire({ scheduledAt, movedFrom, movedAt, notBefore, ...slot }: StoredSlot): z.infer<typeof PLANNED_SLOT> {
  return {
    ...slot,
    causePhrase: phraseWire(slot.cause),
    at: iso(scheduledAt),
    movedFrom: isoOrNull(movedFrom),
    movedAt: isoOrNull(movedAt),
    notBefore: isoOrNull(notBefore),
  };
}

const MOVE = z.object({
  id: z.int(),
  lead: z.string(),
  from: INSTANT,
  to: INSTANT,
  cause: z.string(),
  causePhrase: PHRASE_OR_NULL,
});

export const PLAN_MOVES = z
  .object({
    id: z.int(),
    at: INSTANT,
    cause: z.string().nullable().describe("Of the first of the moves"),
    causePhrase: PHRASE_OR_NULL,
    moves: z.array(MOVE),
  })
  .meta({ id: "PlanMoves" });

/** As engine/refill.ts records them. */
const RECORDED = z.array(z.object({ id: z.int(), address: z.string(), from: z.int(), at: z.int(), cause: z.string() }));

export function movesWire({ id, at, cause, data }: HistoryLine): z.infer<typeof PLAN_MOVES> {
  const moves = RECORDED.safeParse(data === null ? [] : JSON.parse(data)).data ?? [];
  return {
    id,
    at: iso(at),
    cause,
    causePhrase: phraseWire(cause),
    moves: moves.map((move) => ({
      id: move.id,
      lead: move.address,
      from: iso(move.from),
      to: iso(move.at),
      cause: move.cause,
      causePhrase: phraseWire(move.cause),
    })),
  };
}
