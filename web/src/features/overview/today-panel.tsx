import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { Panel } from "../../components/panel.tsx";
import { numberText } from "../../format/numbers.ts";
import styles from "./overview.module.css";

/** The day's numbers; each leads to the list behind it. */
export function TodayPanel({ overview: { today, campaigns } }: { readonly overview: Shape<"Overview"> }) {
  const { t } = useTranslation("overview");
  return (
    <Panel title={t("today.title")}>
      <dl className={styles.numbers}>
        <Figure label={t("today.sent")} value={<ToLog state="sent" from={today.startsAt} count={today.sent} />} />
        <Figure
          label={t("today.still")}
          value={
            <>
              {today.isPartial && <small>{t("today.partial")} </small>}
              <Link to="/outbox">{numberText(today.stillPlanned)}</Link>
            </>
          }
        />
        <Figure label={t("today.failed")} value={<ToLog state="failed" from={today.startsAt} count={today.failed} />} />
        <Figure
          label={t("today.running")}
          value={
            <Link to="/campaigns" search={{ state: "IN_PROGRESS" }}>
              {numberText(campaigns.running)}
            </Link>
          }
        />
      </dl>
    </Panel>
  );
}

interface ToLogProps {
  readonly state: "sent" | "failed";
  readonly from: string;
  readonly count: number;
}

/** A number of campaign mails with the tries that it counts behind it. */
function ToLog({ state, from, count }: ToLogProps) {
  return (
    <Link to="/outbox/log" search={{ state, kind: "campaign", from }}>
      {numberText(count)}
    </Link>
  );
}

function Figure({ label, value }: { readonly label: string; readonly value: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}
