import "./texts.ts";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { forecastQuery } from "../../api/campaign.ts";
import type { Shape } from "../../api/client.ts";
import { Loading } from "../../components/loading.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { useCampaign } from "../../components/use-campaign.ts";
import { localDay } from "../../format/instants.ts";
import { DayPanel } from "./day-panel.tsx";
import { MonthPanel } from "./month-panel.tsx";
import { MovesPanel } from "./moves-panel.tsx";
import styles from "./plan.module.css";
import { RealPanel } from "./real-panel.tsx";

/** When mails leave: a month, a day with its hours and mails, why the plan moved, and how it went against what was planned. */
export function PlanTab() {
  const campaign = useCampaign();
  const forecast = useQuery(forecastQuery(campaign.id));
  if (forecast.isPending) return <Loading lines={12} />;
  if (forecast.data === undefined) return <ProblemNotice problem={forecast.error} onRetry={() => void forecast.refetch()} />;
  return <Plan forecast={forecast.data} />;
}

function Plan({ forecast }: { readonly forecast: Shape<"Forecast"> }) {
  const campaign = useCampaign();
  const today = localDay(forecast.at, campaign.zone);
  const [day, setDay] = useState(() => forecast.days[0]?.day ?? today);
  return (
    <div className={styles.plan}>
      <MonthPanel campaign={campaign} forecast={forecast} today={today} day={day} onDay={setDay} />
      <DayPanel campaign={campaign} forecast={forecast} day={day} />
      <RealPanel campaign={campaign} forecast={forecast} />
      <MovesPanel campaign={campaign} />
    </div>
  );
}
