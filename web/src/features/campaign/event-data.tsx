import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { numberText } from "../../format/numbers.ts";
import styles from "./campaign.module.css";
import { LeadLink } from "./lead-link.tsx";

type Event = Shape<"HistoryEvent">;

/** What else is known of something that happened: in words where they are known, else as the server has it. */
export function EventData({ event: { kind, leadId, data } }: { readonly event: Event }) {
  const { t } = useTranslation("campaign");
  const known = typeof data === "object" && data !== null ? (data as Record<string, unknown>) : {};
  const number = (name: string): string => (typeof known[name] === "number" ? numberText(known[name]) : "–");
  const text = (name: string): string => (typeof known[name] === "string" ? known[name] : "–");
  const words = () => {
    switch (kind) {
      case "leads-added":
        return t("history.added", { added: number("added"), known: number("known") });
      case "import-started":
      case "import-done":
      case "import-failed":
      case "import-cancelled":
        return t("history.import", {
          file: text("fileName"),
          added: number("added"),
          known: number("known"),
          rejected: number("rejected"),
        });
      case "plan-moved":
        return Array.isArray(data) ? t("history.moved", { count: data.length }) : undefined;
      case "campaign-renamed":
        return t("history.renamed", { name: text("name") });
      case "lead-priority-set":
        return t("history.priority", { priority: number("priority") });
      default:
        return undefined;
    }
  };
  const said = words();
  return (
    <>
      {leadId !== null && (
        <div className={styles.hint}>
          <LeadLink id={leadId} address={t("history.lead")} />
        </div>
      )}
      {said !== undefined && <div className={styles.hint}>{said}</div>}
      {kind === "settings-changed" && <div className={styles.hint}>{partsText(Object.keys(known), t)}</div>}
      {said === undefined && data !== null && data !== undefined && (
        <details className={styles.hint}>
          <summary>{t("history.data")}</summary>
          <pre className={styles.raw}>{JSON.stringify(data, null, 2)}</pre>
        </details>
      )}
    </>
  );
}

/** The names of the settings behind columns such as `jitterMin`; one that this page does not know stays as it is. */
function partsText(columns: readonly string[], t: (key: string, fallback: string) => string): string {
  const parts = columns.map((column) => column.replace(/^(jitter|longPause).*/, "$1"));
  return [...new Set(parts)].map((part) => t(`settings.part.${part}`, part)).join(", ");
}
