import { Checkbox } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { DecisionButtons } from "../../components/decision/decision-buttons.tsx";
import { durationText, instantText, zoneText } from "../../format/instants.ts";
import { useSaid } from "../../components/said/said.ts";
import { CampaignLink, LeadLink } from "./cells.tsx";
import styles from "./outbox.module.css";

interface UnconfirmedMailProps {
  readonly mail: Shape<"UnconfirmedMail">;
  readonly isChosen: boolean;
  /** Absent where there is nothing to choose from, as `onAsk` is for those who may only look. */
  readonly onChoose: ((isChosen: boolean) => void) | undefined;
  readonly onAsk: ((decision: Shape<"UnconfirmedDecision">) => void) | undefined;
}

/** A mail of which nobody knows, with all that helps to decide. */
export function UnconfirmedMail({ mail, isChosen, onChoose, onAsk }: UnconfirmedMailProps) {
  const { t } = useTranslation("outbox");
  const { lead, leadId, campaign, campaignId, mailbox, handedOverAt, ageMs, zone, reply, replyPhrase, messageId } = mail;
  const say = useSaid();
  return (
    <li className={styles.mail}>
      {onChoose === undefined ? (
        <span />
      ) : (
        <Checkbox
          aria-label={t("unconfirmed.choose", { lead })}
          checked={isChosen}
          onChange={(event) => onChoose(event.target.checked)}
        />
      )}
      <div className={styles.what}>
        <strong>
          <LeadLink id={leadId} lead={lead} />
        </strong>{" "}
        · <CampaignLink id={campaignId} campaign={campaign} />
        <p>
          {t("unconfirmed.handedOver", {
            at: `${instantText(handedOverAt, zone, "full")} (${zoneText(zone, new Date(handedOverAt))})`,
            age: durationText(ageMs),
            mailbox,
          })}
        </p>
        <dl>
          <dt>{t("unconfirmed.reply")}</dt>
          <dd className={styles.words}>{reply === null ? t("unconfirmed.nothingHeard") : say(reply, replyPhrase)}</dd>
          <dt>{t("unconfirmed.messageId")}</dt>
          <dd className={styles.words}>{messageId}</dd>
        </dl>
      </div>
      {onAsk !== undefined && (
        <div className={styles.choices}>
          <DecisionButtons onAsk={onAsk} />
        </div>
      )}
    </li>
  );
}
