import { Button, Menu } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { useMay } from "../../app/session.ts";
import { ProblemNotice } from "../../components/notice.tsx";
import { CancelDialog } from "./cancel-dialog.tsx";
import styles from "./campaign.module.css";
import { DeleteDialog } from "./delete-dialog.tsx";
import { DuplicateDialog } from "./duplicate-dialog.tsx";
import { type Order, useOrder } from "./orders.ts";
import { StartDialog } from "./start-dialog.tsx";
import { TestMailDialog } from "./test-mail-dialog.tsx";

type Asked = "start" | "test" | "duplicate" | "cancel" | "delete";

/** What a person may order the campaign to do in the state that it has. */
export function CampaignActions({ campaign }: { readonly campaign: Campaign }) {
  const [asked, setAsked] = useState<Asked>();
  const close = () => setAsked(undefined);
  if (!useMay("operator")) return null;
  return (
    <>
      <MainAction campaign={campaign} onStart={() => setAsked("start")} />
      <MoreMenu campaign={campaign} onAsk={setAsked} />
      {asked === "start" && <StartDialog campaign={campaign} onClose={close} />}
      {asked === "test" && <TestMailDialog campaign={campaign} onClose={close} />}
      {asked === "duplicate" && <DuplicateDialog campaign={campaign} onClose={close} />}
      {asked === "cancel" && <CancelDialog campaign={campaign} onClose={close} />}
      {asked === "delete" && <DeleteDialog campaign={campaign} onClose={close} />}
    </>
  );
}

function MainAction({ campaign: { id, status, sender }, onStart }: { readonly campaign: Campaign; onStart(): void }) {
  const { t } = useTranslation("campaign");
  // Where it goes on is decided in the older sender, or by a cut-over.
  if (sender === "old-process") return null;
  switch (status) {
    case "DRAFT":
      return (
        <>
          <Button variant="default" renderRoot={(props) => <Link to="/campaigns/new" search={{ draft: id }} {...props} />}>
            {t("action.wizard")}
          </Button>
          <Button onClick={onStart}>{t("action.start")}</Button>
        </>
      );
    case "SCHEDULED":
    case "IN_PROGRESS":
      return <OrderButton id={id} order="pause" variant="default" />;
    case "PAUSED":
      return <OrderButton id={id} order="resume" variant="filled" />;
    case "COMPLETED":
    case "CANCELLED":
      return null;
  }
}

function OrderButton({ id, order, variant }: { readonly id: number; readonly order: Order; readonly variant: string }) {
  const { t } = useTranslation("campaign");
  const given = useOrder(id);
  return (
    <>
      <Button variant={variant} loading={given.isPending} onClick={() => given.mutate(order)}>
        {t(`action.${order}`)}
      </Button>
      {given.isError && (
        <div className={styles.refused}>
          <ProblemNotice problem={given.error} />
        </div>
      )}
    </>
  );
}

const CANCELLABLE: readonly Campaign["status"][] = ["DRAFT", "SCHEDULED", "IN_PROGRESS", "PAUSED"];
const DELETABLE: readonly Campaign["status"][] = ["DRAFT", "COMPLETED", "CANCELLED"];

function MoreMenu({ campaign: { status }, onAsk }: { readonly campaign: Campaign; onAsk(asked: Asked): void }) {
  const { t } = useTranslation("campaign");
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default">{t("nav.more", { ns: "common" })}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onAsk("test")}>{t("action.test")}</Menu.Item>
        <Menu.Item onClick={() => onAsk("duplicate")}>{t("action.duplicate")}</Menu.Item>
        {CANCELLABLE.includes(status) && <Menu.Item onClick={() => onAsk("cancel")}>{t("action.cancel")}</Menu.Item>}
        {DELETABLE.includes(status) && (
          <Menu.Item color="bad" onClick={() => onAsk("delete")}>
            {t("action.delete")}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
