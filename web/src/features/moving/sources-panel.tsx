import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { Badge } from "../../components/badge.tsx";
import { Notice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { browserZone, instantText, zoneText } from "../../format/instants.ts";
import styles from "./moving.module.css";

type Source = Shape<"OldSource">;

/** The databases and files that campaigns came from, and whether they can still be read. */
export function SourcesPanel({ sources }: { readonly sources: readonly Source[] }) {
  const { t } = useTranslation("moving");
  return (
    <Panel title={t("sources.title")} flush>
      <ul className={styles.list}>
        {sources.map((source) => (
          <SourceLine key={source.id} source={source} />
        ))}
      </ul>
    </Panel>
  );
}

function SourceLine({ source: { name, kind, path, readAt, problem } }: { readonly source: Source }) {
  const { t } = useTranslation("moving");
  const zone = browserZone();
  const read =
    readAt === null
      ? t("sources.notRead")
      : t("sources.read", { at: `${instantText(readAt, zone, "second")} (${zoneText(zone, new Date(readAt))})` });
  return (
    <li className={styles.line}>
      <div className={styles.name}>
        <strong>{name}</strong> <Badge>{t(`sources.${kind}`)}</Badge>
      </div>
      <p className={styles.faint}>
        <span className={styles.path}>{path}</span> · {read}
      </p>
      {kind === "csv" && <p className={styles.faint}>{t("sources.onceRead")}</p>}
      {problem !== null && (
        <Notice tone="bad" title={t("sources.problem")}>
          {problem}
        </Notice>
      )}
    </li>
  );
}
