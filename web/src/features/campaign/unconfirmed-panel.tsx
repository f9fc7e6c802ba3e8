import { Group } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { useMay } from "../../app/session.ts";
import { Badge } from "../../components/badge.tsx";
import { DecisionButtons } from "../../components/decision/decision-buttons.tsx";
import { DecisionDialog, type Question } from "../../components/decision/decision-dialog.tsx";
import { Loading } from "../../components/loading.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { useSaid } from "../../components/said/said.ts";
import { instantText, zoneText } from "../../format/instants.ts";
import styles from "./campaign.module.css";
import { LeadLink } from "./lead-link.tsx";

type Unconfirmed = Shape<"UnconfirmedMail">;

const SHOWN = 20;

/** Mails of which nobody knows whether the server took them, each with its two choices. */
export function UnconfirmedPanel({ campaign: { id } }: { readonly campaign: Campaign }) {
  const { t } = useTranslation("campaign");
  const mails = useQuery({
    queryKey: [KEYS.unconfirmed, "campaign", id],
    queryFn: () => answerOf(api.GET("/api/v1/unconfirmed", { params: { query: { campaignId: id, limit: SHOWN } } })),
    placeholderData: keepPreviousData,
  });
  return (
    <div className={styles.wide}>
      <Panel title={t("unconfirmed.title")}>
        <p className={styles.hint}>{t("unconfirmed.help")}</p>
        {mails.isPending && <Loading lines={2} />}
        {mails.isError && <ProblemNotice problem={mails.error} onRetry={() => void mails.refetch()} />}
        <ul className={styles.decisions}>
          {mails.data?.items.map((mail) => (
            <UnconfirmedLine key={mail.id} mail={mail} />
          ))}
        </ul>
      </Panel>
    </div>
  );
}

function UnconfirmedLine({ mail }: { readonly mail: Unconfirmed }) {
  const { t } = useTranslation("campaign");
  const mayDecide = useMay("operator");
  const [question, setQuestion] = useState<Question>();
  const [isAsking, setAsking] = useState(false);
  const ask = (decision: Question["decision"]) => {
    setQuestion({ decision, mails: [mail] });
    setAsking(true);
  };
  const { leadId, lead, mailbox, handedOverAt, zone, reply, replyPhrase, reason, reasonPhrase } = mail;
  const say = useSaid();
  const handedOver = { at: instantText(handedOverAt, zone, "full"), zone: zoneText(zone, new Date(handedOverAt)), mailbox };
  return (
    <li>
      <div>
        <Badge tone="doubt">?</Badge> <LeadLink id={leadId} address={lead} />
        <div className={styles.hint}>{t("unconfirmed.handedOver", handedOver)}</div>
        <div className={styles.hint}>{reply === null ? say(reason, reasonPhrase) : say(reply, replyPhrase)}</div>
      </div>
      {mayDecide && (
        <Group gap="xs">
          <DecisionButtons onAsk={ask} />
        </Group>
      )}
      <DecisionDialog opened={isAsking} question={question} onClose={() => setAsking(false)} />
    </li>
  );
}
