import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import type { Shape } from "../../api/client.ts";
import { Badge } from "../../components/badge.tsx";
import { useSentences } from "../../components/doing.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loading } from "../../components/loading.tsx";
import { Moment } from "../../components/moment.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { type Column, Rows } from "../../components/rows.tsx";
import { useSaid } from "../../components/said/said.ts";
import { instantText, zoneText } from "../../format/instants.ts";
import { monthOf } from "./days.ts";
import { HoursPart } from "./hours-part.tsx";
import { LimitsPart } from "./limits-part.tsx";
import styles from "./plan.module.css";
import { storedQuery, useCalendar, useForecastOfDay } from "./plan-queries.ts";

interface DayPanelProps {
  readonly campaign: Campaign;
  readonly forecast: Shape<"Forecast">;
  readonly day: string;
}

type Mail = Shape<"ForecastOfDay">["items"][number];

/** A day: its open hours and limits, its hours with the mails of each mailbox, and every mail. */
export function DayPanel({ campaign, forecast, day }: DayPanelProps) {
  const { t } = useTranslation("plan");
  const { id, zone } = campaign;
  const ofDay = useForecastOfDay(id, day);
  const calendar = useCalendar(id, monthOf(day));
  const endedBy = forecast.days.find((one) => one.day === day)?.endedBy ?? null;
  const sentences = useSentences(zone);
  const title = `${instantText(`${day}T12:00:00Z`, "UTC", "day")} (${zoneText(zone, new Date(`${day}T12:00:00Z`))})`;
  return (
    <Panel title={title} flush>
      <div className={styles.dayFacts}>
        {calendar.data !== undefined && <LimitsPart calendar={calendar.data} day={day} />}
        {ofDay.data !== undefined && <HoursPart ofDay={ofDay.data} calendar={calendar.data} />}
        {endedBy !== null && <p className={styles.hint}>{t("day.endedBy", { why: sentences.gate(endedBy) })}</p>}
        {forecast.assumesStart && <p className={styles.hint}>{t("day.assumesStart")}</p>}
      </div>
      {ofDay.isPending && <Loading lines={6} />}
      {ofDay.isError && <ProblemNotice problem={ofDay.error} onRetry={() => void ofDay.refetch()} />}
      {ofDay.data !== undefined && <Mails campaign={campaign} ofDay={ofDay.data} />}
    </Panel>
  );
}

function Mails({ campaign, ofDay }: { readonly campaign: Campaign; readonly ofDay: Shape<"ForecastOfDay"> }) {
  const { t } = useTranslation("plan");
  const columns = useColumns(campaign);
  const { items, mails } = ofDay;
  if (items.length === 0) return <EmptyState title={t("day.empty")}>{t("day.emptyHelp")}</EmptyState>;
  return (
    <>
      <Rows label={t("day.mails")} columns={columns} rows={items} keyOf={({ leadId, at }) => leadId ?? at} />
      {mails > items.length && <p className={styles.note}>{t("day.more", { count: mails - items.length })}</p>}
    </>
  );
}

function useColumns({ id, zone }: Campaign): readonly Column<Mail>[] {
  const { t } = useTranslation("plan");
  return [
    {
      key: "at",
      title: t("day.at"),
      width: "minmax(5rem, 6rem)",
      cell: ({ at }) => <Moment at={at} zone={zone} shape="time" />,
    },
    {
      key: "lead",
      title: t("day.lead"),
      width: "minmax(5rem, 2fr)",
      cell: ({ leadId, lead }) =>
        leadId === null ? (
          lead
        ) : (
          <Link to="/leads/$leadId" params={{ leadId: String(leadId) }}>
            {lead}
          </Link>
        ),
    },
    { key: "mailbox", title: t("day.mailbox"), width: "minmax(8rem, 1fr)", cell: ({ mailbox }) => mailbox, optional: true },
    { key: "kind", title: t("day.kind"), width: "minmax(6rem, 1fr)", cell: (mail) => <Kind campaignId={id} mail={mail} /> },
    {
      key: "cause",
      title: t("day.cause"),
      width: "minmax(8rem, 2fr)",
      cell: (mail) => <Cause campaignId={id} mail={mail} />,
      optional: true,
    },
  ];
}

interface MailProps {
  readonly campaignId: number;
  readonly mail: Mail;
}

function useStored({ campaignId, mail }: MailProps): Shape<"PlannedSlot"> | undefined {
  const { data } = useQuery(storedQuery(campaignId));
  return data?.items.find(({ leadId }) => leadId === mail.leadId);
}

/** Whether the mail has a slot of its own already, or is only forecast. */
function Kind(props: MailProps) {
  const { t } = useTranslation("plan");
  const stored = useStored(props);
  if (stored === undefined) return <Badge>{t("day.forecast")}</Badge>;
  return (
    <>
      <Badge tone="calm">{t("day.stored")}</Badge> {stored.movedFrom !== null && <Badge tone="wait">{t("day.moved")}</Badge>}
    </>
  );
}

function Cause(props: MailProps) {
  const say = useSaid();
  const stored = useStored(props);
  const text = stored === undefined ? "" : say(stored.cause, stored.causePhrase);
  return <span title={text}>{text}</span>;
}
