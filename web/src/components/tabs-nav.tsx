import { Link } from "@tanstack/react-router";
import styles from "./tabs-nav.module.css";

interface Tab {
  readonly to: string;
  readonly text: string;
  /** A number beside the text, such as how many wait for a decision. */
  readonly count?: number | undefined;
}

/** Parts of a page that have addresses of their own. */
export function TabsNav({ label, tabs }: { readonly label: string; readonly tabs: readonly Tab[] }) {
  return (
    <nav aria-label={label} className={styles.tabs}>
      {tabs.map(({ to, text, count }) => (
        <Link key={to} to={to} activeOptions={{ exact: true, includeSearch: false }} className={styles.tab}>
          {text}
          {count !== undefined && count > 0 && <span className={styles.count}>{count}</span>}
        </Link>
      ))}
    </nav>
  );
}
