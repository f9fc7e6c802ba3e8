import { useTranslation } from "react-i18next";
import { Panel } from "../../components/panel.tsx";
import { numberText } from "../../format/numbers.ts";
import { spanText } from "./difference-text.ts";
import type { Shadow } from "./moving-queries.ts";
import styles from "./moving.module.css";

type Bar = Shadow["sums"]["differences"]["bars"][number];

/** How many mails left how far from their slots. */
export function DifferenceBars({ bars }: { readonly bars: readonly Bar[] }) {
  const { t } = useTranslation("moving");
  const most = Math.max(1, ...bars.map(({ mails }) => mails));
  return (
    <Panel title={t("difference.title")}>
      <ul className={styles.bars}>
        {bars.map(({ fromMs, toMs, mails }) => (
          <li key={`${fromMs} ${toMs}`}>
            <span>{spanText(t, fromMs, toMs)}</span>
            <span className={styles.track} aria-hidden="true">
              <span className={styles.bar} style={{ width: `${(mails / most) * 100}%` }} />
            </span>
            <span className={styles.count}>{numberText(mails)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
