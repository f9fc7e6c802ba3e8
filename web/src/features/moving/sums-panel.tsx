import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Facts } from "../../components/facts.tsx";
import { Moment } from "../../components/moment.tsx";
import { Panel } from "../../components/panel.tsx";
import { durationText, zoneText } from "../../format/instants.ts";
import { numberText } from "../../format/numbers.ts";
import { differenceText } from "./difference-text.ts";
import type { Shadow } from "./moving-queries.ts";
import styles from "./moving.module.css";

/** The comparison added up: of the mails that left there, how many had a slot here. */
export function SumsPanel({ shadow: { sums, since, knownTo, zone } }: { readonly shadow: Shadow }) {
  const { t } = useTranslation("moving");
  const { mailed, matched, onTime, toleranceMs, notPlanned, overdue, differences, gaps, smallestAllowedMs } = sums;
  const facts: (readonly [string, ReactNode])[] = [
    [t("shadow.since"), <Moment key="since" at={since} zone={zone} />],
    [t("shadow.knownTo"), knownTo === null ? t("shadow.never") : <Moment key="to" at={knownTo} zone={zone} shape="second" />],
    ...(differences.medianMs === null ? [] : [[t("shadow.median"), differenceText(t, differences.medianMs)] as const]),
    ...(gaps === null
      ? []
      : [
          [t("shadow.meanGap"), durationText(gaps.meanMs)] as const,
          [t("shadow.smallestGap"), durationText(gaps.smallestMs)] as const,
          [t("shadow.smallestAllowed"), durationText(smallestAllowedMs)] as const,
        ]),
  ];
  return (
    <Panel
      title={t("shadow.title")}
      actions={<span className={styles.zone}>{t("shadow.zone", { zone: zoneText(zone, new Date(since)) })}</span>}
    >
      <dl className={styles.numbers}>
        <Figure label={t("shadow.mailed")} count={mailed} />
        <Figure label={t("shadow.matched")} count={matched}>
          {matched > 0 && t("shadow.onTime", { count: onTime, by: durationText(toleranceMs) })}
        </Figure>
        <Figure label={t("shadow.notPlanned")} count={notPlanned} />
        <Figure label={t("shadow.overdue")} count={overdue} />
      </dl>
      <Facts facts={facts} />
    </Panel>
  );
}

interface FigureProps {
  readonly label: string;
  readonly count: number;
  readonly children?: ReactNode;
}

function Figure({ label, count, children }: FigureProps) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        {numberText(count)} <small>{children}</small>
      </dd>
    </div>
  );
}
