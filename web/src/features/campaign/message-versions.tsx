import { Button, Group, Modal, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { useLongList } from "../../api/use-long-list.ts";
import { Badge } from "../../components/badge.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loading } from "../../components/loading.tsx";
import { ListState, LoadMore } from "../../components/list-state.tsx";
import { MailPreview } from "../../components/mail-preview.tsx";
import { Moment } from "../../components/moment.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { zoneText } from "../../format/instants.ts";
import styles from "./campaign.module.css";

type Message = Shape<"Message">;

interface MessageVersionsProps {
  readonly campaign: Campaign;
  /** Takes the text of an earlier version into the editor; absent for who may only read. */
  readonly onTake?: (message: Message) => void;
}

const PAGE_VERSIONS = 20;

/** Every text that the campaign has had. */
export function MessageVersions({ campaign, onTake }: MessageVersionsProps) {
  const { t } = useTranslation("campaign");
  const [shown, setShown] = useState<number>();
  const versions = useVersions(campaign.id);
  return (
    <Panel title={t("versions.title", { zone: zoneText(campaign.zone) })}>
      <ListState list={versions} lines={2} empty={<EmptyState title={t("versions.none")} />}>
        <ul className={styles.versions}>
          {versions.rows.map(({ id, subject, createdAt, isCurrent }) => (
            <li key={id}>
              <span>
                <Moment at={createdAt} zone={campaign.zone} shape="second" /> {subject}{" "}
                {isCurrent && <Badge tone="good">{t("versions.current")}</Badge>}
              </span>
              <Button size="compact-sm" variant="default" aria-label={t("versions.showOf", { id })} onClick={() => setShown(id)}>
                {t("versions.show")}
              </Button>
            </li>
          ))}
        </ul>
      </ListState>
      <LoadMore list={versions} />
      {shown !== undefined && (
        <VersionDialog campaignId={campaign.id} messageId={shown} onTake={onTake} onClose={() => setShown(undefined)} />
      )}
    </Panel>
  );
}

function useVersions(id: number) {
  return useLongList({
    queryKey: [KEYS.campaign, id, "versions"],
    ask: (page) =>
      answerOf(
        api.GET("/api/v1/campaigns/{id}/message/versions", {
          params: { path: { id }, query: { limit: PAGE_VERSIONS, ...page } },
        }),
      ),
    keyOf: (version) => version.id,
    isDrawnWhole: true,
  });
}

interface VersionDialogProps {
  readonly campaignId: number;
  readonly messageId: number;
  readonly onTake: ((message: Message) => void) | undefined;
  onClose(): void;
}

function VersionDialog({ campaignId, messageId, onTake, onClose }: VersionDialogProps) {
  const { t } = useTranslation("campaign");
  const version = useQuery({
    queryKey: [KEYS.campaign, campaignId, "version", messageId],
    queryFn: () =>
      answerOf(
        api.GET("/api/v1/campaigns/{id}/message/versions/{messageId}", { params: { path: { id: campaignId, messageId } } }),
      ),
    staleTime: "static",
  });
  const take = (message: Message) => {
    onTake?.(message);
    onClose();
  };
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      title={t("versions.dialog")}
      closeButtonProps={{ "aria-label": t("action.close", { ns: "common" }) }}
    >
      {version.isPending && <Loading lines={8} />}
      {version.isError && <ProblemNotice problem={version.error} />}
      {version.data !== undefined && (
        <Stack gap="md">
          <MailPreview subject={version.data.subject} text={version.data.text} html={version.data.html} />
          {onTake !== undefined && (
            <Group justify="flex-end">
              <Button onClick={() => take(version.data)}>{t("versions.take")}</Button>
            </Group>
          )}
        </Stack>
      )}
    </Modal>
  );
}
