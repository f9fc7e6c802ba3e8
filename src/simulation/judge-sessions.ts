import { type Evidence, type MailboxRecord, wallAt } from "./judge-evidence.ts";
import { timeText, type Violation, violation } from "./judge-violation.ts";

/** One session per mailbox at a time, a connection kept for the next mail included, whatever the number of campaigns and workers. */
export function judgeSessions(evidence: Evidence): Violation[] {
  return [...evidence.mailboxes.values()].flatMap((mailbox) => overlaps(evidence, mailbox));
}

function overlaps(evidence: Evidence, { address, sessions }: MailboxRecord): Violation[] {
  const found: Violation[] = [];
  let latestEndMs = Number.NEGATIVE_INFINITY;
  for (const { openedMs, leftMs, worker } of sessions) {
    if (openedMs < latestEndMs) {
      const at = wallAt(evidence, openedMs);
      const when = timeText(evidence.scenario.zone, at);
      found.push(violation("one-session", { at }, `worker ${worker} opened a second session of ${address} at ${when}`));
    }
    latestEndMs = Math.max(latestEndMs, leftMs);
  }
  return found;
}
