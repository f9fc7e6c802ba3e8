import { useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import type { RowKey } from "../api/long-list.ts";
import type { Seen } from "../api/use-long-list.ts";

export interface ListedRows<Row> {
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => RowKey;
  /** Changes when the rows are those of another list. */
  readonly listId?: string | undefined;
  /** There are more rows: called when the end comes near. */
  readonly onEnd?: (() => void) | undefined;
  /** Told of the rows that are seen, when scrolling has come to a rest. */
  readonly onSeen?: ((seen: Seen) => void) | undefined;
  readonly busy?: boolean;
}

const ROW_PX = 38;
const AHEAD_ROWS = 12;
/** Whoever scrolls through a list looks at nothing yet. */
const REST_MS = 200;

type Box = RefObject<HTMLDivElement | null>;

/** Which rows are drawn: those that are seen in the box, and a few on either side. */
export function useRowWindow<Row>(box: Box, list: ListedRows<Row>) {
  const { rows, onEnd, busy } = list;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: AHEAD_ROWS,
  });
  const drawn = virtual.getVirtualItems();
  const isNearEnd = (drawn.at(-1)?.index ?? 0) >= rows.length - AHEAD_ROWS;
  useEffect(() => {
    if (isNearEnd && !busy) onEnd?.();
  }, [isNearEnd, busy, onEnd]);
  useHeldPlace(box, list);
  useTellSeen(list, virtual.range);
  return { drawn, heightPx: virtual.getTotalSize() };
}

/** Keeps the rows that are read where they are when rows come or go above them; another list is read from its beginning. */
function useHeldPlace<Row>(box: Box, { rows, keyOf, listId }: ListedRows<Row>): void {
  const before = useRef({ rows, listId });
  useLayoutEffect(() => {
    const known = before.current;
    before.current = { rows, listId };
    const { current } = box;
    if (current === null || current.scrollTop === 0 || known.rows === rows) return;
    if (known.listId !== listId) current.scrollTop = 0;
    else current.scrollTop += ROW_PX * rowsMoved(known.rows, rows, keyOf, Math.floor(current.scrollTop / ROW_PX));
  }, [box, rows, keyOf, listId]);
}

/** By how many rows the topmost of those that are seen, or the next that is still there, has moved. */
function rowsMoved<Row>(before: readonly Row[], rows: readonly Row[], keyOf: (row: Row) => RowKey, top: number): number {
  for (const [index, row] of before.slice(top, top + AHEAD_ROWS).entries()) {
    const key = keyOf(row);
    const now = rows.findIndex((one) => keyOf(one) === key);
    if (now !== -1) return now - top - index;
  }
  return 0;
}

function useTellSeen<Row>(
  { rows, keyOf, onSeen }: ListedRows<Row>,
  range: { readonly startIndex: number; readonly endIndex: number } | null,
): void {
  const [first, last] = [rows[range?.startIndex ?? 0], rows[range?.endIndex ?? 0]];
  const firstKey = first && keyOf(first);
  const lastKey = last && keyOf(last);
  useEffect(() => {
    if (onSeen === undefined || firstKey === undefined || lastKey === undefined) return undefined;
    const rest = window.setTimeout(() => onSeen({ first: firstKey, last: lastKey }), REST_MS);
    return () => window.clearTimeout(rest);
  }, [firstKey, lastKey, onSeen]);
}
