import { type Kysely, sql } from "kysely";
import type { Clock } from "../engine/ports.ts";
import { type ScannedPage, scanBack } from "./scan-back.ts";
import type { Database } from "./schema.ts";

/** Which lines of the history are asked for; what is left out does not matter. */
export interface EventFilter {
  readonly campaignId?: number | undefined;
  readonly mailboxId?: number | undefined;
  readonly leadId?: number | undefined;
  readonly kind?: string | undefined;
  readonly actor?: string | undefined;
  /** Only what happened to campaigns, leads and mailboxes, and nothing of people and their access. */
  readonly ofWorkOnly: boolean;
}

export type HistoryLine = Awaited<ReturnType<ReturnType<typeof selectLines>["execute"]>>[number];

const SUBJECTS = ["campaignId", "leadId", "mailboxId"] as const;

/** A page of the installation's history, the newest line first, from below the id `beforeId` on. */
export async function eventPage(
  db: Kysely<Database>,
  filter: EventFilter,
  { beforeId, limit }: { readonly beforeId: number; readonly limit: number },
  clock: Clock,
): Promise<ScannedPage<HistoryLine>> {
  const [indexed, ...others] = SUBJECTS.filter((subject) => filter[subject] !== undefined);
  // Whoever asks for a subject gets lines of work anyway.
  const isForWork = filter.ofWorkOnly && indexed === undefined;
  const basis = () =>
    db
      .selectFrom("Event as e")
      .$if(indexed !== undefined, (some) => some.where(`e.${indexed as "leadId"}`, "=", filter[indexed as "leadId"] as number));
  const list = {
    isSifted: others.length > 0 || filter.kind !== undefined || filter.actor !== undefined || isForWork,
    async idBehind(before: number, skip: number): Promise<number | undefined> {
      const line = await basis()
        .select("e.id")
        .where("e.id", "<", before)
        .orderBy("e.id", "desc")
        .offset(skip)
        .limit(1)
        .executeTakeFirst();
      return line?.id;
    },
    rows: (before: number, from: number, count: number) => {
      let lines = selectLines(basis()).where("e.id", "<", before).where("e.id", ">=", from);
      // Sums and not columns, so that no planner thinks of an index that would have to be sorted.
      for (const subject of others) lines = lines.where(sql`e.${sql.ref(subject)} + 0`, "=", filter[subject] as number);
      if (filter.kind !== undefined) lines = lines.where("e.kind", "=", filter.kind);
      if (filter.actor !== undefined) lines = lines.where("e.actor", "=", filter.actor);
      if (isForWork) lines = lines.where(OF_WORK);
      return lines.orderBy("e.id", "desc").limit(count).execute();
    },
  };
  return scanBack(list, beforeId, limit, clock);
}

const OF_WORK = sql<boolean>`(e."campaignId" IS NOT NULL OR e."leadId" IS NOT NULL OR e."mailboxId" IS NOT NULL)`;

function selectLines(lines: ReturnType<typeof basisOf>) {
  return lines.select(["e.id", "e.at", "e.kind", "e.actor", "e.cause", "e.campaignId", "e.leadId", "e.mailboxId", "e.data"]);
}

const basisOf = (db: Kysely<Database>) => db.selectFrom("Event as e");
