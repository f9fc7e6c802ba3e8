import { useTranslation } from "react-i18next";
import { Badge } from "../../components/badge.tsx";
import { browserZone, instantText } from "../../format/instants.ts";
import type { Moving } from "./moving-queries.ts";

/** How the watch of a cut-over stands. */
export function WatchBadge({ campaign: { watch, watchUntil, findings } }: { readonly campaign: Moving }) {
  const { t } = useTranslation("moving");
  switch (watch) {
    case "none":
      return "–";
    case "running":
      return <Badge tone="wait">{t("watch.running", { at: instantText(watchUntil ?? "", browserZone()) })}</Badge>;
    case "passed":
      return <Badge tone="good">{t("watch.passed")}</Badge>;
    case "alarmed":
      return <Badge tone="bad">{t("watch.alarmed", { count: findings.length })}</Badge>;
  }
}
