import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { MailPreview } from "../../components/mail-preview.tsx";
import { Moment } from "../../components/moment.tsx";
import { OutcomeBadge } from "../../components/outcome.tsx";
import { useSaid } from "../../components/said/said.ts";
import { browserZone, instantText } from "../../format/instants.ts";
import styles from "./lead.module.css";

interface PastTryProps {
  readonly entry: Shape<"PastTry">;
  /** Of its campaign. */
  readonly zone: string;
}

/** A mail that was tried: with what the server said, and the text as it was sent. */
export function PastTry({ entry, zone }: PastTryProps) {
  const { t } = useTranslation("lead");
  const [isRead, setRead] = useState(false);
  const { at, state, outcome, campaign, campaignId, mailbox, attempt, reply, replyPhrase, nextTryAt, text } = entry;
  const say = useSaid();
  return (
    <li data-kind="try">
      <div className={styles.what}>
        <OutcomeBadge state={state} outcome={outcome} /> {text !== null && <strong>{text.subject}</strong>}
      </div>
      <div className={styles.more}>
        <Moment at={at} zone={zone} shape="full" withZone={zone !== browserZone()} />
        <Link to="/campaigns/$campaignId" params={{ campaignId: String(campaignId) }}>
          {campaign}
        </Link>
        <span>{t("line.from", { mailbox })}</span>
        {attempt > 1 && <span>{t("line.attempt", { attempt })}</span>}
        {nextTryAt !== null && <span>{t("line.nextTry", { at: instantText(nextTryAt, zone, "full") })}</span>}
      </div>
      {reply !== null && (
        <blockquote className={styles.reply} aria-label={t("line.reply")}>
          {say(reply, replyPhrase)}
        </blockquote>
      )}
      {text === null ? (
        <p className={styles.quiet}>{t("line.noText")}</p>
      ) : (
        <details className={styles.text} onToggle={(event) => setRead(event.currentTarget.open)}>
          <summary>{t("line.text")}</summary>
          {isRead && <MailPreview subject={text.subject} text={text.text} html={text.html} from={mailbox} />}
        </details>
      )}
    </li>
  );
}
