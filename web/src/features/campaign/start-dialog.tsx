import { Button, Group, Modal, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { Badge } from "../../components/badge.tsx";
import { Loading } from "../../components/loading.tsx";
import { Notice, ProblemNotice } from "../../components/notice.tsx";
import styles from "./campaign.module.css";
import { EndLine } from "./end-line.tsx";
import { useOrder } from "./orders.ts";

type Check = Shape<"StartCheck">;

/** Shows what is to be seen to before the campaign starts, and starts it. */
export function StartDialog({ campaign, onClose }: { readonly campaign: Campaign; onClose(): void }) {
  const { t } = useTranslation("campaign");
  const started = useOrder(campaign.id, onClose);
  const checks = useQuery({
    queryKey: [KEYS.campaign, campaign.id, "checks"],
    queryFn: () => answerOf(api.GET("/api/v1/campaigns/{id}/checks", { params: { path: { id: campaign.id } } })),
  });
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      title={t("start.title", { name: campaign.name })}
      closeButtonProps={{ "aria-label": t("action.close", { ns: "common" }) }}
    >
      <Stack gap="md">
        {checks.isPending && <Loading lines={2} />}
        {checks.isError && <ProblemNotice problem={checks.error} onRetry={() => void checks.refetch()} />}
        {checks.data !== undefined && <Checks checks={checks.data} />}
        <p className={styles.line}>
          <EndLine campaign={campaign} />
        </p>
        {started.isError && <ProblemNotice problem={started.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("action.cancel", { ns: "common" })}
          </Button>
          <Button disabled={checks.data?.canStart !== true} loading={started.isPending} onClick={() => started.mutate("start")}>
            {t("action.start")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Checks({ checks: { canStart, checks } }: { readonly checks: Shape<"StartChecks"> }) {
  const { t } = useTranslation("campaign");
  if (checks.length === 0) return <Notice tone="good">{t("start.ready")}</Notice>;
  return (
    <>
      {!canStart && <Notice tone="bad">{t("start.blocked")}</Notice>}
      <ul className={styles.plainList}>
        {checks.map((check) => (
          <CheckLine key={`${check.check} ${check.subject}`} check={check} />
        ))}
      </ul>
    </>
  );
}

function CheckLine({ check: { check, severity, text, remedy, subject, leads } }: { readonly check: Check }) {
  const { t } = useTranslation("campaign");
  const said = { subject: subject ?? "", count: leads ?? 0 };
  return (
    <li>
      <Badge tone={severity === "blocking" ? "bad" : "wait"}>{t(`start.${severity}`)}</Badge>{" "}
      {t(`start.check.${check}`, { ...said, defaultValue: text })}
      <div className={styles.hint}>{t(`start.remedy.${check}`, { ...said, defaultValue: remedy })}</div>
    </li>
  );
}
