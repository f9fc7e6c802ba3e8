import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { Moment } from "../../components/moment.tsx";
import styles from "./inbox.module.css";

interface MailListProps {
  readonly mails: readonly Shape<"ReceivedMail">[];
  /** The number of the mail that is being read. */
  readonly chosen: number | undefined;
}

/** The newest first. */
export function MailList({ mails, chosen }: MailListProps) {
  const { t } = useTranslation("inbox");
  return (
    <ul className={styles.list}>
      {mails.map(({ number, from, to, receivedAt }) => (
        <li key={number}>
          <Link to="/inbox" search={{ mail: number }} className={styles.line} aria-current={number === chosen || undefined}>
            <span className={styles.to}>{to}</span>
            <span className={styles.at}>
              <Moment at={receivedAt} shape="time" withZone />
            </span>
            <span className={styles.from}>{t("from", { from })}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
