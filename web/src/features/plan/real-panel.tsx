import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import type { Shape } from "../../api/client.ts";
import { Chart, type Series } from "../../components/chart.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loading } from "../../components/loading.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { durationText, instantText } from "../../format/instants.ts";
import styles from "./plan.module.css";
import { useNumbers } from "./plan-queries.ts";

interface RealPanelProps {
  readonly campaign: Campaign;
  readonly forecast: Shape<"Forecast">;
}

type DayNumbers = Shape<"DayNumbers">;

/** What was sent day by day beside what is to come, and how late mails began. */
export function RealPanel({ campaign: { id, zone }, forecast }: RealPanelProps) {
  const { t } = useTranslation("plan");
  const numbers = useNumbers(id, zone);
  if (numbers.isPending) return <Loading lines={6} />;
  if (numbers.data === undefined) return <ProblemNotice problem={numbers.error} onRetry={() => void numbers.refetch()} />;
  return (
    <>
      <Panel title={t("real.title")}>
        <DaysChart days={numbers.data.days} forecast={forecast} />
      </Panel>
      <Panel title={t("slip.title")}>
        <p className={styles.hint}>{t("slip.help")}</p>
        <SlipChart days={numbers.data.days} />
      </Panel>
    </>
  );
}

const COMING_DAYS = 30;
const dayText = (day: string): string => instantText(`${day}T12:00:00Z`, "UTC", "day");

function DaysChart({ days, forecast }: { readonly days: readonly DayNumbers[]; readonly forecast: Shape<"Forecast"> }) {
  const { t, i18n } = useTranslation("plan");
  const chart = useMemo(() => {
    const coming = forecast.days.slice(0, COMING_DAYS);
    const first = days.findIndex(({ sent, failed }) => sent + failed > 0);
    const past = first === -1 ? [] : days.slice(first);
    const all = [...new Set([...past.map(({ day }) => day), ...coming.map(({ day }) => day)])].toSorted();
    const real = new Map(past.map((one) => [one.day, one]));
    const mails = new Map(coming.map((one) => [one.day, one.mails]));
    const series: readonly Series[] = [
      { label: t("real.sent"), tone: "good", kind: "bars", values: all.map((day) => real.get(day)?.sent ?? null) },
      { label: t("real.failed"), tone: "bad", kind: "bars", values: all.map((day) => real.get(day)?.failed ?? null) },
      { label: t("real.coming"), tone: "calm", kind: "bars", values: all.map((day) => mails.get(day) ?? null) },
    ];
    return { points: all.map(dayText), series };
    // The texts are the language's.
  }, [days, forecast, t, i18n.language]);
  if (chart.points.length === 0) return <EmptyState title={t("real.empty")} />;
  return <Chart label={t("real.label")} points={chart.points} series={chart.series} />;
}

function SlipChart({ days }: { readonly days: readonly DayNumbers[] }) {
  const { t, i18n } = useTranslation("plan");
  const chart = useMemo(() => {
    const known = days.filter(({ slip }) => slip !== null);
    const series: readonly Series[] = [
      { label: t("slip.mean"), tone: "calm", kind: "line", values: known.map(({ slip }) => slip?.meanMs ?? null) },
      { label: t("slip.p95"), tone: "wait", kind: "line", values: known.map(({ slip }) => slip?.p95Ms ?? null) },
    ];
    return { points: known.map(({ day }) => dayText(day)), series };
    // The texts are the language's.
  }, [days, t, i18n.language]);
  if (chart.points.length === 0) return <EmptyState title={t("slip.empty")} />;
  return <Chart label={t("slip.title")} points={chart.points} series={chart.series} height={140} valueText={durationText} />;
}
