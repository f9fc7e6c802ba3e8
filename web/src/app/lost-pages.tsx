import { Button } from "@mantine/core";
import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../components/empty-state.tsx";

export function MissingPage() {
  const { t } = useTranslation();
  return <EmptyState title={t("page.missing")} action={<Link to="/">{t("page.toOverview")}</Link>} />;
}

/** What browsers and the bundler say when a page's program does not come. */
const NOT_FETCHED = /dynamically imported module|module script failed|Unable to preload/i;

/** Stands in the place of a page that did not come, or has a mistake of ours; the frame around it stays usable. */
export function BrokenPage({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  const message = error instanceof Error ? error.message : "";
  const again = () => {
    reset();
    void router.invalidate();
  };
  if (NOT_FETCHED.test(message))
    return (
      <EmptyState title={t("page.notFetched")} action={<Button onClick={again}>{t("action.retry")}</Button>}>
        {t("page.notFetchedHelp")}
      </EmptyState>
    );
  return (
    <EmptyState title={t("page.broken")} action={<Button onClick={() => window.location.reload()}>{t("page.reload")}</Button>}>
      {message}
    </EmptyState>
  );
}
