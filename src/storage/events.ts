import type { Transaction } from "kysely";
import type { EventRecord } from "../engine/ports.ts";
import type { Database } from "./schema.ts";

/** Adds a line to the history: what happened, who or what did it, and why. Lines are never changed. */
export async function recordEvent(trx: Transaction<Database>, event: EventRecord): Promise<void> {
  await trx
    .insertInto("Event")
    .values({
      at: event.at,
      kind: event.kind,
      actor: event.actor,
      campaignId: event.campaignId ?? null,
      leadId: event.leadId ?? null,
      mailboxId: event.mailboxId ?? null,
      cause: event.cause ?? null,
      data: event.data === undefined ? null : JSON.stringify(event.data),
    })
    .execute();
}
