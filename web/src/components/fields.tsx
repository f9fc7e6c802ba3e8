import type { ReactNode } from "react";
import styles from "./fields.module.css";

/** Fields of a form, beside each other where there is room. */
export function Fields({ children }: { readonly children: ReactNode }) {
  return <div className={styles.fields}>{children}</div>;
}

/** What is wrong with a field that has no place of its own to say it. */
export function Fault({ children }: { readonly children: string | undefined }) {
  return children === undefined ? null : <p className={styles.fault}>{children}</p>;
}
