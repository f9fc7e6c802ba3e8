import { Button } from "@mantine/core";
import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../components/empty-state.tsx";

export function MissingPage() {
  const { t } = useTranslation();
  return <EmptyState title={t("page.missing")} action={<Link to="/">{t("page.toOverview")}</Link>} />;
}

/** A mistake of ours; the rest of the page stays usable. */
export function BrokenPage({ error }: ErrorComponentProps) {
  const { t } = useTranslation();
  return (
    <EmptyState title={t("page.broken")} action={<Button onClick={() => window.location.reload()}>{t("page.reload")}</Button>}>
      {error instanceof Error ? error.message : undefined}
    </EmptyState>
  );
}
