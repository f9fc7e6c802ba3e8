import { type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";
import { type ListedRows, useRowWindow } from "./row-window.ts";
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

interface RowsProps<Row> extends ListedRows<Row> {
  /** What the table lists, for those who cannot see it. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  /** Of all rows, where it is known. */
  readonly total?: number;
}

/** Lists up to this many rows grow with the page; longer ones scroll in a box of their own and draw only what is seen. */
const GROWING_MAX = 60;
/** What `aria-rowcount` says when nobody knows. */
const COUNT_UNKNOWN = -1;

/** A table of any length; what `useLongList` gives fits into it. */
export function Rows<Row>({ label, columns, total, ...list }: RowsProps<Row>) {
  const { rows, keyOf, onEnd, busy = false } = list;
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const { drawn, heightPx } = useRowWindow(box, list);
  const isBoxed = rows.length > GROWING_MAX || onEnd !== undefined;
  return (
    <div
      ref={box}
      className={styles.box}
      data-boxed={isBoxed || undefined}
      data-scroll-restoration-id={label}
      tabIndex={isBoxed ? 0 : undefined}
      role="region"
      aria-label={label}
    >
      <div
        role="table"
        aria-label={label}
        aria-rowcount={total ?? (onEnd === undefined ? rows.length : COUNT_UNKNOWN)}
        className={styles.table}
        style={tracksOf(columns)}
      >
        <Head columns={columns} />
        <div role="rowgroup" className={styles.body} style={{ height: heightPx }}>
          {drawn.map(({ index, start }) => {
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

function Head<Row>({ columns }: { readonly columns: readonly Column<Row>[] }) {
  return (
    <div role="row" className={styles.head}>
      {columns.map(({ key, align, optional, title }) => (
        <div key={key} role="columnheader" data-align={align} data-optional={optional || undefined}>
          {title}
        </div>
      ))}
    </div>
  );
}

/** Of columns that are left out, no track may keep its width. */
function tracksOf<Row>(columns: readonly Column<Row>[]): Readonly<Record<string, string>> {
  const tracks = (shown: readonly Column<Row>[]): string => shown.map(({ width }) => width).join(" ");
  return { "--columns": tracks(columns), "--columns-narrow": tracks(columns.filter(({ optional }) => !optional)) };
}
