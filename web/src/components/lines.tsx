import type { CSSProperties, ReactNode } from "react";
import styles from "./lines.module.css";

interface LinesProps {
  /** CSS grid tracks of a line, where there is room for more than one. */
  readonly columns: string;
  /** Each a `li`. */
  readonly children: ReactNode;
}

/** A list of things that need more than a row each. */
export function Lines({ columns, children }: LinesProps) {
  return (
    <ul className={styles.lines} style={{ "--line-columns": columns } as CSSProperties}>
      {children}
    </ul>
  );
}

/** What a line is about, with its state beside it. */
export function LineName({ children }: { readonly children: ReactNode }) {
  return <div className={styles.name}>{children}</div>;
}
