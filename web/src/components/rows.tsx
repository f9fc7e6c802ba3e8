import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import styles from "./rows.module.css";

/** A column of a table: its heading, and what it shows of a row. */
export interface Column<Row> {
  readonly key: string;
  readonly title: ReactNode;
  /** A CSS grid track, such as `minmax(12rem, 2fr)`. */
  readonly width: string;
  readonly cell: (row: Row) => ReactNode;
  readonly align?: "end";
  /** Left out where there is no room for it. */
  readonly optional?: boolean;
}

interface RowsProps<Row> {
  /** What the table lists, for those who cannot see it. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string | number;
  /** There are more rows: called when the end comes near. */
  readonly onEnd?: (() => void) | undefined;
  readonly busy?: boolean;
  /** Of all rows, where it is known. */
  readonly total?: number;
}

const ROW_PX = 38;
const AHEAD_ROWS = 12;
/** Lists up to this many rows grow with the page; longer ones scroll in a box of their own and draw only what is seen. */
const GROWING_MAX = 60;

/** A table of any length. */
export function Rows<Row>({ label, columns, rows, keyOf, onEnd, busy = false, total }: RowsProps<Row>) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: AHEAD_ROWS,
  });
  const seen = virtual.getVirtualItems();
  const lastSeen = seen.at(-1)?.index ?? 0;
  const isNearEnd = lastSeen >= rows.length - AHEAD_ROWS;
  useEffect(() => {
    if (isNearEnd && !busy) onEnd?.();
  }, [isNearEnd, busy, onEnd]);
  const tracks = (shown: readonly Column<Row>[]): string => shown.map(({ width }) => width).join(" ");
  // Of columns that are left out, no track may keep its width.
  const templates = { "--columns": tracks(columns), "--columns-narrow": tracks(columns.filter(({ optional }) => !optional)) };
  const isBoxed = rows.length > GROWING_MAX || onEnd !== undefined;
  return (
    <div
      ref={box}
      className={styles.box}
      data-boxed={isBoxed || undefined}
      tabIndex={isBoxed ? 0 : undefined}
      role="region"
      aria-label={label}
    >
      <div
        role="table"
        aria-label={label}
        aria-rowcount={total ?? rows.length}
        className={styles.table}
        style={templates as object}
      >
        <div role="row" className={styles.head}>
          {columns.map((column) => (
            <div key={column.key} role="columnheader" data-align={column.align} data-optional={column.optional || undefined}>
              {column.title}
            </div>
          ))}
        </div>
        <div role="rowgroup" className={styles.body} style={{ height: virtual.getTotalSize() }}>
          {seen.map(({ index, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <div
                key={keyOf(row)}
                role="row"
                aria-rowindex={index + 1}
                className={styles.row}
                style={{ transform: `translateY(${start}px)` }}
              >
                {columns.map((column) => (
                  <div key={column.key} role="cell" data-align={column.align} data-optional={column.optional || undefined}>
                    {column.cell(row)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      {busy && <div className={styles.more}>{t("list.loading")}</div>}
    </div>
  );
}
