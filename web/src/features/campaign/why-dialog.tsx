import { Modal, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { Badge } from "../../components/badge.tsx";
import { Doing, useSentences } from "../../components/doing.tsx";
import { Loading } from "../../components/loading.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { instantText, zoneText } from "../../format/instants.ts";
import { numberText } from "../../format/numbers.ts";
import styles from "./campaign.module.css";
import { useGateSetting } from "./gate-setting.ts";

type Explanation = Shape<"Explanation">;
type Gate = Shape<"Gate">;

interface WhyDialogProps {
  readonly campaign: Campaign;
  readonly opened: boolean;
  onClose(): void;
}

/** Every gate that the next mail passes, in the order in which the engine asks them, and what each mailbox says. */
export function WhyDialog({ campaign, opened, onClose }: WhyDialogProps) {
  const { t } = useTranslation("campaign");
  const explained = useQuery({
    queryKey: [KEYS.campaign, campaign.id, "explain"],
    queryFn: () => answerOf(api.GET("/api/v1/campaigns/{id}/explain", { params: { path: { id: campaign.id }, query: {} } })),
    enabled: opened,
  });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size="lg"
      title={t("why.title")}
      closeButtonProps={{ "aria-label": t("action.close", { ns: "common" }) }}
    >
      {explained.isPending && <Loading lines={10} />}
      {explained.isError && <ProblemNotice problem={explained.error} onRetry={() => void explained.refetch()} />}
      {explained.data !== undefined && <Reasons campaign={campaign} explained={explained.data} />}
    </Modal>
  );
}

function Reasons({ campaign, explained }: { readonly campaign: Campaign; readonly explained: Explanation }) {
  const { t } = useTranslation("campaign");
  const { doing, zone, at, gates, engine, nextAt } = explained;
  const sentences = useSentences(zone);
  return (
    <Stack gap="md">
      <strong>
        <Doing doing={doing} zone={zone} />
      </strong>
      <ul className={styles.gates}>
        <li>
          <Mark isOpen={engine.isAtWork} />
          <div>
            <strong>{t("doing.gateName.engine", { ns: "common" })}</strong>: {sentences.engine(engine)}
          </div>
        </li>
        {gates.map((gate) => (
          <GateLine key={gate.gate} gate={gate} campaign={campaign} />
        ))}
      </ul>
      <Mailboxes mailboxes={explained.mailboxes} zone={zone} />
      <p className={styles.hint}>
        {nextAt !== null && `${t("why.nextAt", { at: instantText(nextAt, zone, "full") })} `}
        {t("why.asOf", { at: instantText(at, zone, "time"), zone: zoneText(zone, new Date(at)) })}
      </p>
    </Stack>
  );
}

function Mark({ isOpen }: { readonly isOpen: boolean }) {
  const { t } = useTranslation("campaign");
  return <Badge tone={isOpen ? "good" : "wait"}>{t(isOpen ? "why.isOpen" : "why.isClosed")}</Badge>;
}

function GateLine({
  gate: { gate, isOpen, closed, text, remedy },
  campaign,
}: {
  readonly gate: Gate;
  readonly campaign: Campaign;
}) {
  const { t } = useTranslation("campaign");
  const sentences = useSentences(campaign.zone);
  const setting = useGateSetting(campaign)(gate);
  const said = closed === null ? t(`why.open_${gate}`, { defaultValue: text }) : sentences.gate(closed);
  return (
    <li>
      <Mark isOpen={isOpen} />
      <div>
        <strong>{t(`doing.gateName.${gate}`, { ns: "common" })}</strong>: {said}
        {setting !== undefined && <div className={styles.hint}>{t("why.setting", { setting })}</div>}
        {remedy !== null && (
          <div className={styles.hint}>{t("why.remedy", { remedy: t(remedyKey(closed), { defaultValue: remedy }) })}</div>
        )}
      </div>
    </li>
  );
}

function remedyKey(closed: Gate["closed"]): string {
  const isOther = closed?.gate === "status" ? closed.status === "PAUSED" : closed?.bars?.length === 0;
  return `why.remedyOf.${closed?.gate}${isOther ? "Other" : ""}`;
}

function Mailboxes({ mailboxes, zone }: Pick<Explanation, "mailboxes" | "zone">) {
  const { t } = useTranslation("campaign");
  const sentences = useSentences(zone);
  if (mailboxes.length === 0) return null;
  return (
    <div>
      <h3>{t("doing.gateName.mailboxes", { ns: "common" })}</h3>
      <ul className={styles.gates}>
        {mailboxes.map(({ id, address, usedToday, perDayMax, bar }) => (
          <li key={id}>
            <Mark isOpen={bar === null} />
            <div>
              {bar === null ? t("why.mailboxOpen", { address }) : sentences.bar(bar)}
              <div className={styles.hint}>
                {perDayMax === null
                  ? t("why.usedNoLimit", { used: numberText(usedToday) })
                  : t("why.used", { used: numberText(usedToday), max: numberText(perDayMax) })}
              </div>
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
