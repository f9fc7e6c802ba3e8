import { Modal, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { Badge, StateBadge } from "../../components/badge.tsx";
import { Doing, useSentences } from "../../components/doing.tsx";
import { Facts } from "../../components/facts.tsx";
import { Loading } from "../../components/loading.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { instantText, zoneText } from "../../format/instants.ts";
import styles from "./lead.module.css";
import { useLeadWords } from "./lead-words.ts";

interface WhyDialogProps {
  readonly opened: boolean;
  readonly lead: Shape<"Lead">;
  readonly campaign: Shape<"LeadCampaign">;
  onClose(): void;
}

/** Everything that decides whether and when the lead gets its mail in a campaign. */
export function WhyDialog({ opened, lead, campaign, onClose }: WhyDialogProps) {
  const { t } = useTranslation("lead");
  const { campaignId: id, name } = campaign;
  const explained = useQuery({
    queryKey: [KEYS.lead, lead.id, "why", id],
    queryFn: () => answerOf(api.GET("/api/v1/campaigns/{id}/explain", { params: { path: { id }, query: { leadId: lead.id } } })),
    enabled: opened,
  });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size="lg"
      title={t("why.title", { lead: lead.address, campaign: name })}
      closeButtonProps={{ "aria-label": t("action.close", { ns: "common" }) }}
    >
      {explained.isPending && <Loading lines={10} />}
      {explained.isError && <ProblemNotice problem={explained.error} onRetry={() => void explained.refetch()} />}
      {explained.data !== undefined && <Reasons explained={explained.data} />}
    </Modal>
  );
}

function Reasons({ explained }: { readonly explained: Shape<"Explanation"> }) {
  const { t } = useTranslation("lead");
  const words = useLeadWords();
  const { lead, doing, zone, gates } = explained;
  const sentences = useSentences(zone);
  if (lead === null) return null;
  const reason = lead.bar === null ? lead.reason && words.reason(lead.reason, lead.reasonPhrase) : words.bar(lead.bar);
  const untilText = (until: string | null): string =>
    until === null ? "" : `${instantText(until, zone, "full")} (${zoneText(zone, new Date(until))})`;
  return (
    <Stack gap="md">
      <Facts
        facts={[
          [t("why.state"), <StateBadge key="state" state={lead.state} />],
          ...(reason === null ? [] : [[t("why.reason"), reason] as const]),
          [t("why.campaignDoes"), <Doing key="doing" doing={doing} zone={zone} />],
        ]}
      />
      <GateList title={t("why.leadGates")}>
        {lead.gates.map(({ gate, isOpen, until }) => (
          <GateLine key={gate} gate={gate} isOpen={isOpen}>
            {!isOpen && t(`why.leadGate.${gate}`, { until: untilText(until) })}
          </GateLine>
        ))}
      </GateList>
      <GateList title={t("why.campaignGates")}>
        {gates.map(({ gate, isOpen, closed }) => (
          <GateLine key={gate} gate={gate} isOpen={isOpen}>
            {closed !== null && sentences.gate(closed)}
          </GateLine>
        ))}
      </GateList>
    </Stack>
  );
}

function GateList({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <h3>{title}</h3>
      <ul className={styles.gates}>{children}</ul>
    </section>
  );
}

interface GateLineProps {
  readonly gate: string;
  readonly isOpen: boolean;
  readonly children: ReactNode;
}

function GateLine({ gate, isOpen, children }: GateLineProps) {
  const { t } = useTranslation("lead");
  return (
    <li>
      <Badge tone={isOpen ? "good" : "wait"}>{t(isOpen ? "why.open" : "why.closed")}</Badge>
      <strong>{t(`doing.gateName.${gate}`, { ns: "common", defaultValue: gate })}</strong>
      <span>{children}</span>
    </li>
  );
}
