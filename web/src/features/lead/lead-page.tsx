import "./texts.ts";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { useMay } from "../../app/session.ts";
import { LeadStatusBadge } from "../../components/lead-status.tsx";
import { Loading } from "../../components/loading.tsx";
import { Notice, ProblemNotice } from "../../components/notice.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useSaid } from "../../components/said/said.ts";
import { browserZone, instantText } from "../../format/instants.ts";
import { CampaignsPanel } from "./campaigns-panel.tsx";
import { KnownPanel } from "./known-panel.tsx";
import styles from "./lead.module.css";
import { LeadActions } from "./lead-actions.tsx";
import { LinePanel } from "./line-panel.tsx";

/** All that was sent to a lead, all that is to come, and what is known of it. */
export function LeadPage() {
  const leadId = Number(useParams({ from: "/signed-in/leads/$leadId" }).leadId);
  const timeline = useQuery({
    queryKey: [KEYS.lead, leadId],
    queryFn: () => answerOf(api.GET("/api/v1/leads/{id}/timeline", { params: { path: { id: leadId } } })),
    placeholderData: keepPreviousData,
  });
  if (timeline.isPending) return <Loading lines={12} />;
  if (timeline.data === undefined) return <ProblemNotice problem={timeline.error} onRetry={() => void timeline.refetch()} />;
  return <Lead key={leadId} timeline={timeline.data} />;
}

function Lead({ timeline }: { readonly timeline: Shape<"LeadTimeline"> }) {
  const { lead } = timeline;
  const mayChange = useMay("operator");
  return (
    <>
      <PageHeader
        title={lead.address}
        badge={<LeadStatusBadge status={lead.status} isSuppressed={lead.suppression !== null} />}
        actions={mayChange && <LeadActions lead={lead} />}
      />
      {lead.suppression !== null && <Suppressed suppression={lead.suppression} />}
      <div className={styles.panels}>
        <LinePanel timeline={timeline} />
        <div className={styles.side}>
          <CampaignsPanel timeline={timeline} />
          <KnownPanel lead={lead} />
        </div>
      </div>
    </>
  );
}

function Suppressed({ suppression }: { readonly suppression: NonNullable<Shape<"Lead">["suppression"]> }) {
  const { t } = useTranslation("lead");
  const { source, createdAt } = suppression;
  const reason = useSaid()(suppression.reason, suppression.reasonPhrase);
  return (
    <div className={styles.suppressed}>
      <Notice tone="wait">{t("suppressedBy", { at: instantText(createdAt, browserZone(), "date"), by: source, reason })}</Notice>
    </div>
  );
}
