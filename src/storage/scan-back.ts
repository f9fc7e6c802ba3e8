import type { Clock } from "../engine/ports.ts";

/** Rows that one statement looks at: a few milliseconds, for which SQLite keeps the event loop and all conversations waiting. */
const STRETCH_ROWS = 5_000;
/** Then whoever asked gets what was found, and a place to go on from. */
const STRETCHES_MAX = 4;

/** A long list of rows, newest first, of which a filter may let through few or none. */
export interface Backward<Row extends { readonly id: number }> {
  /** Whether there is a filter that no index answers; without one, each row that is looked at is a row of the page. */
  readonly isSifted: boolean;
  /** The id of the row that lies `skip` rows behind the first one below `beforeId`; undefined when there are fewer. */
  idBehind(beforeId: number, skip: number): Promise<number | undefined>;
  /** The first `count` rows with ids in [fromId, beforeId) that pass the filter. */
  rows(beforeId: number, fromId: number, count: number): Promise<Row[]>;
}

export interface ScannedPage<Row> {
  readonly rows: Row[];
  /** The next page begins below this id; undefined when this one is the last. */
  readonly nextBeforeId?: number;
  /** The search was broken off at its bound, so that the page may be short, or empty, and still not the last. */
  readonly isPartial: boolean;
}

/** A page of a list that may have ten million rows, by looking at a bounded number of them; others have a turn after each stretch. */
export async function scanBack<Row extends { readonly id: number }>(
  list: Backward<Row>,
  beforeId: number,
  limit: number,
  clock: Pick<Clock, "setTimer">,
): Promise<ScannedPage<Row>> {
  const found: Row[] = [];
  let before = beforeId;
  for (let stretch = 0; stretch < STRETCHES_MAX; stretch += 1) {
    const end = list.isSifted ? await list.idBehind(before, STRETCH_ROWS - 1) : undefined;
    found.push(...(await list.rows(before, end ?? 0, limit + 1 - found.length)));
    const last = found[limit - 1];
    if (found.length > limit && last !== undefined)
      return { rows: found.slice(0, limit), nextBeforeId: last.id, isPartial: false };
    if (end === undefined) return { rows: found, isPartial: false };
    before = end;
    await new Promise<void>((resolve) => void clock.setTimer(0, resolve));
  }
  return { rows: found, nextBeforeId: before, isPartial: true };
}
