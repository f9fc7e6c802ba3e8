import type { Words } from "../migrate.ts";

/** Which worker keeps a connection to a mailbox's server: where several share a database, the others leave it alone meanwhile. */
export const keptMailboxes = (w: Words): string[] => [
  `ALTER TABLE "Mailbox" ADD COLUMN "keptBy" TEXT`,
  `ALTER TABLE "Mailbox" ADD COLUMN "keptUntil" ${w.instant}`,
];
