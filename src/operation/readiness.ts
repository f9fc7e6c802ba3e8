import { engineState, isAtWork } from "../domain/engine-state.ts";
import { SECOND_MS } from "../domain/instant.ts";
import { isFrozenInKnownSchema } from "../storage/migrate.ts";
import { StorageError } from "../storage/storage-error.ts";
import { viewWorkers } from "./campaign-views.ts";
import { schedulerLatenessMs } from "./installation-figures.ts";
import { answerWithin } from "./kept-answer.ts";
import type { Questions } from "./questions.ts";

/** What can keep an installation from doing its work; `unusable` is a database that a newer program has changed, or that is damaged. */
export const UNREADY_REASONS = ["database", "unusable", "nobody-in-charge", "late"] as const;
export type UnreadyReason = (typeof UNREADY_REASONS)[number];

const DATABASE_WITHIN_MS = 2 * SECOND_MS;
/** A pass comes every 30 s at the latest, so whoever is later than this stands still. */
export const LATE_AFTER_MS = 60 * SECOND_MS;

/**
 * Why the installation does not do its work; undefined when it does. A frozen one is ready: it stands still on purpose, and a person must
 * reach it to release it.
 *
 * @param sends whether this process is one that sends, and so answers for it that somebody does
 */
export async function unreadyReason(asked: Questions, sends: boolean): Promise<UnreadyReason | undefined> {
  try {
    const found = await answerWithin(
      asked.clock,
      DATABASE_WITHIN_MS,
      reasonByDatabase(asked, sends).then((reason) => ({ reason })),
    );
    return found === undefined ? "database" : found.reason;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return error.kind === "unusable" ? "unusable" : "database";
  }
}

async function reasonByDatabase(asked: Questions, sends: boolean): Promise<UnreadyReason | undefined> {
  if (await isFrozenInKnownSchema(asked.reader)) return undefined;
  const isSomebodyAtWork = isAtWork(engineState(await viewWorkers(asked)));
  if (!isSomebodyAtWork) return sends ? "nobody-in-charge" : undefined;
  return (await schedulerLatenessMs(asked)) > LATE_AFTER_MS ? "late" : undefined;
}
