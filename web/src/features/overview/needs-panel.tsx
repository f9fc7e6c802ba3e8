import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { Badge } from "../../components/badge.tsx";
import { Panel } from "../../components/panel.tsx";
import { useSaid } from "../../components/said/said.ts";
import styles from "./overview.module.css";

/** What no program can decide. */
export function NeedsPanel({ overview: { needsPerson } }: { readonly overview: Shape<"Overview"> }) {
  const { t } = useTranslation("overview");
  const say = useSaid();
  const { unconfirmed, mailboxes, failedLast24h, failedSince } = needsPerson;
  const isCalm = unconfirmed === 0 && mailboxes.length === 0 && failedLast24h === 0;
  return (
    <Panel title={t("needs.title")}>
      {isCalm ? (
        <p className={styles.calm}>{t("needs.nothing")}</p>
      ) : (
        <ul className={styles.needs}>
          {unconfirmed > 0 && (
            <li>
              <Badge tone="doubt">?</Badge> <Link to="/outbox/unconfirmed">{t("needs.unconfirmed", { count: unconfirmed })}</Link>
            </li>
          )}
          {mailboxes.map(({ id, address, attention, attentionPhrase }) => (
            <li key={id}>
              <Badge tone="bad">!</Badge>{" "}
              <Link to="/mailboxes">{t("needs.mailbox", { address, attention: say(attention, attentionPhrase) })}</Link>
            </li>
          ))}
          {failedLast24h > 0 && (
            <li>
              <Badge tone="bad">!</Badge>{" "}
              <Link to="/outbox/log" search={{ state: "failed", from: failedSince }}>
                {t("needs.failed", { count: failedLast24h })}
              </Link>
            </li>
          )}
        </ul>
      )}
    </Panel>
  );
}
