import { z } from "zod";
import type { HistoryLine } from "../../storage/event-history.ts";
import { INSTANT, iso } from "./instants.ts";
import { PHRASE_OR_NULL, phraseWire } from "./phrases.ts";

/** A line of the history; the live stream tells the same. */
export const HISTORY_EVENT = z
  .object({
    id: z.int(),
    at: INSTANT,
    kind: z.string().describe("What happened: `campaign-started`, `plan-moved`, `mail-failed`, ..."),
    actor: z.string().describe("Who did it: a person, `engine`, or the command line"),
    cause: z.string().nullable(),
    causePhrase: PHRASE_OR_NULL,
    campaignId: z.int().nullable(),
    leadId: z.int().nullable(),
    mailboxId: z.int().nullable(),
    data: z.unknown().describe("What else is known, by the kind of event; null when nothing is"),
  })
  .meta({ id: "HistoryEvent" });

export type HistoryEvent = z.infer<typeof HISTORY_EVENT>;

export function eventWire({ at, data, ...line }: HistoryLine): HistoryEvent {
  return { ...line, at: iso(at), causePhrase: phraseWire(line.cause), data: data === null ? null : JSON.parse(data) };
}
