import "./texts.ts";
import { Button } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { systemQuery } from "../../api/system.ts";
import { useMay } from "../../app/session.ts";
import { useSentences } from "../../components/doing.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loading } from "../../components/loading.tsx";
import { Notice, ProblemNotice } from "../../components/notice.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Panel } from "../../components/panel.tsx";
import { browserZone } from "../../format/instants.ts";
import { DaysPanel } from "./days-panel.tsx";
import { NeedsPanel } from "./needs-panel.tsx";
import { NextPanel } from "./next-panel.tsx";
import styles from "./overview.module.css";
import { TodayPanel } from "./today-panel.tsx";

/** What is happening over all campaigns, and what needs a person. */
export function OverviewPage() {
  const { t } = useTranslation("overview");
  const mayChange = useMay("operator");
  const zone = browserZone();
  const overview = useQuery({
    queryKey: [KEYS.overview, zone],
    queryFn: () => answerOf(api.GET("/api/v1/overview", { params: { query: { zone } } })),
    placeholderData: keepPreviousData,
  });
  const isFrozen = Boolean(useQuery(systemQuery).data?.frozen);
  const action = mayChange && (
    <Button component={Link} to="/campaigns/new">
      {t("new")}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t("title")}
        lead={overview.data && !isFrozen && <EngineLine overview={overview.data} />}
        actions={action}
      />
      {overview.isError && <ProblemNotice problem={overview.error} onRetry={() => void overview.refetch()} />}
      {overview.isPending && <Loading lines={8} />}
      {overview.data !== undefined && <Panels overview={overview.data} />}
    </>
  );
}

type Overview = Shape<"Overview">;

function Panels({ overview }: { readonly overview: Overview }) {
  const isNew = overview.days.every(({ sent, failed }) => sent + failed === 0) && overview.next.length === 0;
  return (
    <div className={styles.panels}>
      {isNew && <Welcome />}
      <TodayPanel overview={overview} />
      <NeedsPanel overview={overview} />
      <NextPanel overview={overview} />
      <DaysPanel days={overview.days} />
    </div>
  );
}

function Welcome() {
  const { t } = useTranslation("overview");
  return (
    <div className={styles.wide}>
      <Panel>
        <EmptyState title={t("welcome.title")} action={<Link to="/mailboxes">{t("nav.mailboxes", { ns: "common" })}</Link>}>
          {t("welcome.text")}
        </EmptyState>
      </Panel>
    </div>
  );
}

function EngineLine({ overview }: { readonly overview: Overview }) {
  const { engine } = overview;
  const text = useSentences(overview.zone).engine(engine);
  return engine.isAtWork ? text : <Notice tone="bad">{text}</Notice>;
}
