import type { Insertable } from "kysely";
import type { Database } from "../../src/storage/schema.ts";
import type { ApiWorld } from "./api-world.ts";

type Entry = Partial<Insertable<Database["SendLog"]>> & { readonly mailboxId: number };

/** Entries as a worker would have made them, of which a test says only what it is about; their ids. */
export function addEntries(world: ApiWorld, entries: readonly Entry[]): Promise<number[]> {
  return world.app.write(async (trx, now) => {
    const rows = entries.map((entry) => ({
      kind: "campaign" as const,
      step: 1,
      attempt: 1,
      toAddress: "nobody@example.test",
      rfcMessageId: "<1@acme.test>",
      state: "rejected" as const,
      worker: "worker",
      fence: 1,
      startedAt: now,
      ...entry,
    }));
    const made = await trx.insertInto("SendLog").values(rows).returning("id").execute();
    return made.map(({ id }) => id);
  });
}
