import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { numberText } from "../format/numbers.ts";
import { STATE_TONES } from "./badge.tsx";
import styles from "./state-bar.module.css";

/** In the order of a mail's life; together they are all leads of the campaign. */
export const LEAD_STATES = ["sent", "sending", "retrying", "planned", "waiting", "unconfirmed", "failed", "skipped"] as const;
export type LeadState = (typeof LEAD_STATES)[number];

interface StateBarProps {
  readonly counts: Readonly<Record<LeadState, number>>;
  /** Makes each number a link to the list behind it. */
  readonly linkTo?: (state: LeadState, children: ReactNode) => ReactNode;
}

/** A campaign's leads by state, as a bar and as numbers that add up. */
export function StateBar({ counts, linkTo = (_state, children) => children }: StateBarProps) {
  const { t } = useTranslation();
  const states = LEAD_STATES.filter((state) => counts[state] > 0);
  return (
    <div>
      <div className={styles.bar} aria-hidden="true">
        {states.map((state) => (
          <div key={state} className={styles.part} data-tone={STATE_TONES[state]} style={{ flexGrow: counts[state] }} />
        ))}
      </div>
      <ul className={styles.numbers}>
        {states.map((state) => (
          <li key={state}>
            <span className={styles.dot} data-tone={STATE_TONES[state]} aria-hidden="true" />
            {linkTo(
              state,
              <>
                {t(`state.${state}`)} <strong>{numberText(counts[state])}</strong>
              </>,
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
