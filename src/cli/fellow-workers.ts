import type { App } from "../app.ts";
import { systemClock, systemRandom } from "../clock.ts";
import type { Config } from "../config.ts";
import { sessionHealth } from "../storage/postgres-health.ts";
import { viewWorkers } from "../operation/campaign-views.ts";
import { examineSessions } from "./examinations-postgres.ts";
import { CommandError } from "./io.ts";

/** How many other processes send from this database; asked while this one has no engine running. */
export async function othersAtWork(app: App): Promise<number> {
  return (await viewWorkers(app)).filter(({ state }) => state === "working").length;
}

/**
 * Throws when this process must not send beside others from a PostgreSQL database: behind a pooler that shares sessions they would take it
 * for dead and its mails for abandoned.
 */
export async function assertSessions(app: App, { database }: Config): Promise<void> {
  if (app.kind !== "postgres") return;
  const { ok, text, remedy } = examineSessions(await sessionHealth(database, systemRandom.id(), systemClock));
  if (!ok) throw new CommandError(1, `${text}; ${remedy}`);
}
