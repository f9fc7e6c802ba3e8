import "./texts.ts";
import { Outlet } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../../app/session.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { TabsNav } from "../../components/tabs-nav.tsx";

/** What is set for the installation as a whole, and what keeps it going. */
export function SettingsPage() {
  const { t } = useTranslation("settings");
  const isOwner = useMay("owner");
  const users = { to: "/settings/users", text: t("tabs.users") };
  return (
    <>
      <PageHeader title={t("title")} />
      <TabsNav
        label={t("tabs.label")}
        tabs={[
          { to: "/settings", text: t("tabs.defaults") },
          ...(isOwner ? [users] : []),
          { to: "/settings/tokens", text: t("tabs.tokens") },
          { to: "/settings/suppression", text: t("tabs.suppression") },
          { to: "/settings/system", text: t("tabs.system") },
        ]}
      />
      <Outlet />
    </>
  );
}
