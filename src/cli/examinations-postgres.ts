import type { App } from "../app.ts";
import { systemClock, systemRandom } from "../clock.ts";
import type { Config } from "../config.ts";
import { withoutPassword } from "../domain/database-address.ts";
import { durationText } from "../domain/duration.ts";
import { SECOND_MS } from "../domain/instant.ts";
import { CONNECTIONS_PER_PROCESS_MAX } from "../storage/postgres.ts";
import { type ServerHealth, serverHealth, type SessionHealth, sessionHealth } from "../storage/postgres-health.ts";
import { viewWorkers } from "../operation/campaign-views.ts";
import { type Examination, inOrder, wrong } from "./examination.ts";

/** Looks at the server of a PostgreSQL database and at the way to it. */
export async function examinePostgres(app: App, { database }: Config): Promise<Examination[]> {
  const health = await serverHealth(app.reader);
  const living = (await viewWorkers(app)).filter(({ state }) => state !== "dead").length;
  return [
    inOrder("server", `PostgreSQL ${health.version} at ${withoutPassword(database)}`),
    examineDurability(health),
    examineSessions(await sessionHealth(database, systemRandom.id(), systemClock)),
    examineConnections(health, living),
    examineServerClock(health.at - systemClock.now()),
  ];
}

function examineDurability({ fsync, fullPageWrites, synchronousCommit }: ServerHealth): Examination {
  const text = `fsync=${fsync}, full_page_writes=${fullPageWrites}, synchronous_commit=on where goniec needs it (${synchronousCommit} for others)`;
  if (fsync === "on" && fullPageWrites === "on") return inOrder("durability", text);
  return wrong(
    "durability",
    `${text}: after a power cut the server may not know any more which mails have left`,
    "set fsync and full_page_writes to on in postgresql.conf, and reload the server",
  );
}

/** What a pooler that shares sessions breaks: nobody would know any more which worker lives. */
export function examineSessions({ keepsLocks, hearsNotifications }: SessionHealth): Examination {
  if (keepsLocks && hearsNotifications) return inOrder("sessions", "advisory locks last and notifications arrive");
  const broken = [
    ...(keepsLocks ? [] : ["advisory locks do not last"]),
    ...(hearsNotifications ? [] : ["notifications do not arrive"]),
  ];
  return wrong(
    "sessions",
    `${broken.join(", and ")}: a pooler between here and the server gives each transaction another session`,
    "set PgBouncer to pool_mode=session for this database, or give goniec the server's own address",
  );
}

function examineConnections({ connectionsUsed, connectionsMax }: ServerHealth, living: number): Examination {
  const wanted = living * CONNECTIONS_PER_PROCESS_MAX;
  const text =
    `${connectionsUsed} of ${connectionsMax} in use by all programs; a worker takes up to ${CONNECTIONS_PER_PROCESS_MAX}` +
    (living > 1 ? `, the ${living} that live up to ${wanted}` : "");
  const remedy = "raise max_connections (or the limit of the database or the user), or run fewer workers";
  const isShort = wanted > connectionsMax || connectionsMax - connectionsUsed < CONNECTIONS_PER_PROCESS_MAX;
  return isShort ? wrong("connections", text, remedy) : inOrder("connections", text);
}

/** Only to be known: hours, limits and gaps go by the server's clock on all machines. */
function examineServerClock(aheadMs: number): Examination {
  const offMs = Math.round(Math.abs(aheadMs) / SECOND_MS) * SECOND_MS;
  const place = offMs === 0 ? "agrees with" : `is ${durationText(offMs)} ${aheadMs > 0 ? "behind" : "ahead of"}`;
  return inOrder("server's clock", `this machine's clock ${place} the server's, by which all workers go`);
}
