import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { Facts } from "../../components/facts.tsx";
import { Moment } from "../../components/moment.tsx";
import { Panel } from "../../components/panel.tsx";
import styles from "./lead.module.css";

/** The lead's own fields; those of a campaign's file stand beside that campaign's mails. */
export function KnownPanel({ lead: { fields, createdAt, updatedAt } }: { readonly lead: Shape<"Lead"> }) {
  const { t } = useTranslation("lead");
  const known = Object.entries(fields);
  return (
    <Panel title={t("known.title")}>
      {known.length === 0 && <p className={styles.quiet}>{t("known.none")}</p>}
      <Facts
        facts={[
          ...known,
          [t("known.added"), <Moment key="added" at={createdAt} shape="date" />],
          [t("known.changed"), <Moment key="changed" at={updatedAt} shape="date" />],
        ]}
      />
    </Panel>
  );
}
