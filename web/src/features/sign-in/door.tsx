import type { ReactNode } from "react";
import { Mark } from "../../app/mark.tsx";
import styles from "./door.module.css";

/** The page of somebody who is not signed in yet. */
export function Door({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <main className={styles.door}>
      <div className={styles.card}>
        <div className={styles.brand}>
          <Mark size={34} />
          <span>Goniec</span>
        </div>
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
