import { type ReactNode, useEffect } from "react";
import styles from "./page-header.module.css";

interface PageHeaderProps {
  readonly title: string;
  /** Beside the title: a state, a count. */
  readonly badge?: ReactNode;
  /** One sentence below the title. */
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
}

/** The head of a page; also names the browser's tab. */
export function PageHeader({ title, badge, lead, actions }: PageHeaderProps) {
  useEffect(() => {
    document.title = `${title} · Goniec`;
  }, [title]);
  return (
    <header className={styles.header}>
      <div className={styles.words}>
        <div className={styles.title}>
          <h1>{title}</h1>
          {badge}
        </div>
        {lead !== undefined && <div className={styles.lead}>{lead}</div>}
      </div>
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </header>
  );
}
