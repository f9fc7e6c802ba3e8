import { Drawer } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answerOf, api } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { Loading } from "../../components/loading.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { draftOf, newDraft } from "./draft.ts";
import { MailboxForm } from "./mailbox-form.tsx";
import type { Mailbox } from "./mailbox-queries.ts";

interface MailboxDrawerProps {
  readonly opened: boolean;
  /** The one to edit; without it a new one is added. */
  readonly mailbox: Mailbox | undefined;
  onClose(): void;
}

/** Where a mailbox is added or edited, beside the list. */
export function MailboxDrawer({ opened, mailbox, onClose }: MailboxDrawerProps) {
  const { t } = useTranslation("mailboxes");
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size="lg"
      title={mailbox === undefined ? t("add") : mailbox.address}
      closeButtonProps={{ "aria-label": t("action.close", { ns: "common" }) }}
    >
      {mailbox === undefined ? (
        <NewMailbox onClose={onClose} />
      ) : (
        <MailboxForm mailbox={mailbox} begin={draftOf(mailbox)} onClose={onClose} />
      )}
    </Drawer>
  );
}

function NewMailbox({ onClose }: { onClose(): void }) {
  const settings = useQuery({ queryKey: [KEYS.settings], queryFn: () => answerOf(api.GET("/api/v1/settings")) });
  if (settings.isError) return <ProblemNotice problem={settings.error} onRetry={() => void settings.refetch()} />;
  if (settings.isPending) return <Loading lines={8} />;
  return <MailboxForm mailbox={undefined} begin={newDraft(settings.data.mailboxDefaults)} onClose={onClose} />;
}
