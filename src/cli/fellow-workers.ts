import { existsSync } from "node:fs";
import type { App } from "../app.ts";
import { systemClock, systemRandom } from "../clock.ts";
import { type Config, keyFileOf } from "../config.ts";
import { mailboxConditions } from "../storage/health.ts";
import { mailboxAccount } from "../storage/mailboxes.ts";
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

/**
 * Throws when the key of this machine does not open the passwords that a PostgreSQL database holds: this process could not log in with
 * them, nor the others with what it would enter.
 */
export async function assertSameKey(app: App, config: Config): Promise<void> {
  if (app.kind !== "postgres") return;
  const path = keyFileOf(config);
  for (const { id, active, hasSecret } of await mailboxConditions(app.reader)) {
    if (!active || !hasSecret) continue;
    // Asking for a password would make the key that is missing.
    const opens = existsSync(path) && (await opensPassword(app, id));
    if (!opens) throw new CommandError(1, otherKeyText(path));
  }
}

async function opensPassword(app: App, mailboxId: number): Promise<boolean> {
  return mailboxAccount(app.reader, mailboxId, app.secrets).then(
    () => true,
    () => false,
  );
}

function otherKeyText(path: string): string {
  const what = existsSync(path) ? `${path} is not the key` : `${path} is missing, the key`;
  return (
    `${what} of the passwords that this database holds; every worker needs the same key file: copy it from the machine where the ` +
    "mailboxes were entered or, if it is lost, stop all workers and enter the mailboxes again with `goniec send`"
  );
}
