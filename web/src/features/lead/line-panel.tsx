import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { StateBadge } from "../../components/badge.tsx";
import { useEventText } from "../../components/events/event-text.ts";
import { Moment } from "../../components/moment.tsx";
import { Panel } from "../../components/panel.tsx";
import { browserZone, instantText, zoneText } from "../../format/instants.ts";
import styles from "./lead.module.css";
import { useLeadWords } from "./lead-words.ts";
import { PastTry } from "./past-try.tsx";

type Timeline = Shape<"LeadTimeline">;

/** What is to come, now, and what was, on one line: the farther up, the later. */
export function LinePanel({ timeline }: { readonly timeline: Timeline }) {
  const { t } = useTranslation("lead");
  const { coming, past, at, isPastCut, lead } = timeline;
  const zones = new Map(timeline.campaigns.map(({ campaignId, zone }) => [campaignId, zone]));
  const zoneOf = (campaignId: number | null): string => zones.get(campaignId ?? 0) ?? browserZone();
  return (
    <Panel
      title={t("line.title")}
      actions={<span className={styles.zone}>{t("line.zone", { zone: zoneText(browserZone()) })}</span>}
    >
      <ol className={styles.line}>
        {coming.length === 0 && <li className={styles.quiet}>{t("line.nothingComes")}</li>}
        {coming.toReversed().map((mail) => (
          <Coming key={mail.campaign.campaignId} mail={mail} now={at} />
        ))}
        <li className={styles.now}>{t("line.now", { at: instantText(at, browserZone(), "time") })}</li>
        {past.length === 0 && <li className={styles.quiet}>{t("line.nothingPast")}</li>}
        {past.map((entry) =>
          entry.kind === "try" ? (
            <PastTry key={`try ${entry.id}`} entry={entry} zone={zoneOf(entry.campaignId)} />
          ) : (
            <PastEvent key={`${entry.at} ${entry.event} ${entry.campaignId}`} entry={entry} zone={zoneOf(entry.campaignId)} />
          ),
        )}
      </ol>
      {isPastCut && (
        <p className={styles.quiet}>
          {t("line.cut")}{" "}
          <Link to="/outbox/log" search={{ lead: lead.address }}>
            {t("line.log")}
          </Link>
        </p>
      )}
    </Panel>
  );
}

function Coming({ mail, now }: { readonly mail: Shape<"ComingMail">; readonly now: string }) {
  const { t } = useTranslation("lead");
  const { campaign, lead } = mail;
  const [sentence, ...more] = useLeadWords().coming(mail, now);
  const mailbox = lead.planned?.mailbox;
  return (
    <li data-kind="coming">
      <div className={styles.what}>
        <StateBadge state={lead.state} /> <strong>{sentence}</strong>
      </div>
      <div className={styles.more}>
        <Link to="/campaigns/$campaignId" params={{ campaignId: String(campaign.campaignId) }}>
          {campaign.name}
        </Link>
        {mailbox !== null && mailbox !== undefined && <span>{t("coming.mailbox", { mailbox })}</span>}
        {more.map((text) => (
          <span key={text}>{text}</span>
        ))}
      </div>
    </li>
  );
}

function PastEvent({ entry, zone }: { readonly entry: Shape<"PastEvent">; readonly zone: string }) {
  const { t } = useTranslation("lead");
  const textOf = useEventText();
  const words = useLeadWords();
  const { at, event, actor, cause, causePhrase } = entry;
  return (
    <li data-kind="event">
      <div className={styles.what}>{textOf(event)}</div>
      <div className={styles.more}>
        <Moment at={at} zone={zone} shape="full" withZone={zone !== browserZone()} />
        <span>{t("line.by", { actor: actor === "engine" ? "Goniec" : actor })}</span>
        {cause !== null && <span>{words.reason(cause, causePhrase)}</span>}
      </div>
    </li>
  );
}
