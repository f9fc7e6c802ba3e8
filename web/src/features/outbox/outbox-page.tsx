import "./texts.ts";
import { useQuery } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answerOf, api } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { TabsNav } from "../../components/tabs-nav.tsx";
import { browserZone } from "../../format/instants.ts";

/** The mails of all campaigns: those that leave next, those that left, and those of which nobody knows. */
export function OutboxPage() {
  const { t } = useTranslation("outbox");
  const zone = browserZone();
  const { data: overview } = useQuery({
    queryKey: [KEYS.overview, zone],
    queryFn: () => answerOf(api.GET("/api/v1/overview", { params: { query: { zone } } })),
  });
  return (
    <>
      <PageHeader title={t("title")} lead={t("lead")} />
      <TabsNav
        label={t("tabs.label")}
        tabs={[
          { to: "/outbox", text: t("tabs.next") },
          { to: "/outbox/log", text: t("tabs.log") },
          { to: "/outbox/unconfirmed", text: t("tabs.unconfirmed"), count: overview?.needsPerson.unconfirmed },
        ]}
      />
      <Outlet />
    </>
  );
}
