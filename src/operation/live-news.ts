import type { Kysely } from "kysely";
import { advance, type Position, positionText, readPosition } from "../domain/feed-position.ts";
import type { Instant } from "../domain/instant.ts";
import type { HistoryLine } from "../storage/event-history.ts";
import { latestIds, linesBehind, openEntryIds, sendsBehind } from "../storage/live-feed.ts";
import type { Database } from "../storage/schema.ts";
import type { LoggedSend } from "../storage/send-log.ts";

/** How far somebody has followed the installation: in its history and in its ledger. */
export interface FeedPosition {
  readonly lines: Position;
  readonly sends: Position;
}

/** Whoever is further behind loads what is there anew, which is less work than to be told of all that happened. */
const NEWS_MAX = 1_000;

/** What happened behind a position, and the position after it. */
export interface News {
  readonly lines: readonly HistoryLine[];
  readonly sends: readonly LoggedSend[];
  readonly position: FeedPosition;
}

/** What is new behind `position`, by two questions, and one more for each table that has something pending; undefined when it is too much. */
export async function newsBehind(db: Kysely<Database>, position: FeedPosition, now: Instant): Promise<News | undefined> {
  const lines = await linesBehind(db, position.lines, NEWS_MAX + 1);
  const sends = await sendsBehind(db, position.sends, NEWS_MAX + 1);
  const isNew =
    ({ high }: Position) =>
    (row: { readonly id: number }) =>
      row.id > high;
  const count = Math.max(lines.filter(isNew(position.lines)).length, sends.filter(isNew(position.sends)).length);
  if (count > NEWS_MAX) return undefined;
  const seenLines = lines.map(({ id }) => ({ id, isOpen: false }));
  const seenSends = sends.map(({ id, state }) => ({ id, isOpen: state === "transmitting" }));
  const after = { lines: advance(position.lines, seenLines, now), sends: advance(position.sends, seenSends, now) };
  return { lines, sends, position: after };
}

/** The end of both tables, with the ids before it that may still come. */
export async function endOfFeed(db: Kysely<Database>, now: Instant): Promise<FeedPosition> {
  const lines = endOf(await latestIds(db, "Event"), now);
  const sends = endOf(await latestIds(db, "SendLog"), now);
  const open = (await openEntryIds(db)).filter((id) => id <= sends.high);
  return { lines, sends: { ...sends, open: new Set(open) } };
}

function endOf(ids: readonly number[], now: Instant): Position {
  const before: Position = { high: (ids[0] ?? 1) - 1, missing: new Map(), open: new Set() };
  const rows = ids.map((id) => ({ id, isOpen: false }));
  return advance(before, rows, now);
}

/** The id of a message of the live stream: after it everything up to this position has been told. `e` is the history, `l` the ledger. */
export function feedPositionText({ lines, sends }: FeedPosition): string {
  return `e${positionText(lines)}.l${positionText(sends)}`;
}

/** The position of a message's id; undefined when it is none of ours. */
export function readFeedPosition(text: string, now: Instant): FeedPosition | undefined {
  const [, lineText = "", sendText = ""] = /^e([^.]{1,5000})\.l([^.]{1,5000})$/.exec(text) ?? [];
  const lines = readPosition(lineText, now);
  const sends = readPosition(sendText, now);
  return lines === undefined || sends === undefined ? undefined : { lines, sends };
}

/** Whether somebody who stands at `earlier` can be told what lies between, instead of loading everything anew. */
export function isWithinReach(earlier: FeedPosition, now: FeedPosition): boolean {
  const isNear = (before: Position, after: Position): boolean =>
    before.high <= after.high && after.high - before.high <= NEWS_MAX;
  return isNear(earlier.lines, now.lines) && isNear(earlier.sends, now.sends);
}
