import { Button, Checkbox, Group, Modal, Radio, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { Notice } from "../../components/notice.tsx";
import { type Moving, type Taker, useRollBack } from "./moving-queries.ts";
import styles from "./moving.module.css";
import { Refusal } from "./refusal.tsx";

interface RollBackProps {
  readonly campaign: Moving;
  readonly canGoBack: boolean;
  onClose(): void;
}

/** Gives the campaign back to the older sender, and then says whether that one knows whom Goniec has mailed. */
export function RollBackDialog({ campaign, canGoBack, onClose }: RollBackProps) {
  const { t } = useTranslation("moving");
  const { id, name } = campaign;
  const takers: readonly Taker[] = [
    ...(canGoBack ? (["old-process"] as const) : []),
    ...(campaign.sender === "goniec" ? (["fallback"] as const) : []),
  ];
  const [to, setTo] = useState<Taker>(takers[0] ?? "fallback");
  const [writeBack, setWriteBack] = useState(false);
  const given = useRollBack(id);
  if (given.data !== undefined) return <Given name={name} told={given.data.told} onClose={onClose} />;
  return (
    <ConfirmDialog
      opened
      danger
      title={t("rollBack.title", { name })}
      action={t("rollBack.confirm")}
      typed={name}
      busy={given.isPending}
      onConfirm={() => given.mutate({ to, writeBack: writeBack && to === "old-process" })}
      onClose={onClose}
    >
      <Stack gap="md">
        <p className={styles.words}>{t("rollBack.text")}</p>
        <Radio.Group
          label={t("rollBack.to")}
          value={to}
          onChange={(chosen) => setTo(chosen === "fallback" ? "fallback" : "old-process")}
        >
          <Stack gap="xs" mt="xs">
            {takers.map((taker) => (
              <Radio key={taker} value={taker} label={t(`rollBack.${taker}`)} description={t(`rollBack.${taker}Help`)} />
            ))}
          </Stack>
        </Radio.Group>
        {to === "old-process" && (
          <Checkbox
            label={t("rollBack.writeBack")}
            description={t("rollBack.writeBackHelp")}
            checked={writeBack}
            onChange={(event) => setWriteBack(event.target.checked)}
          />
        )}
        <Refusal problem={given.error} />
      </Stack>
    </ConfirmDialog>
  );
}

interface GivenProps {
  readonly name: string;
  readonly told: Shape<"ToldOlderSender"> | null;
  onClose(): void;
}

/** Stays until it was read: what it says keeps leads from getting a second mail. */
function Given({ name, told, onClose }: GivenProps) {
  const { t } = useTranslation("moving");
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("rollBack.done", { name })}
      closeButtonProps={{ "aria-label": t("action.close", { ns: "common" }) }}
    >
      <Stack gap="md">
        {told !== null && <Told name={name} told={told} />}
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            {t("action.close", { ns: "common" })}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Told({ name, told }: { readonly name: string; readonly told: Shape<"ToldOlderSender"> }) {
  const { t } = useTranslation("moving");
  const { isKnown, mails, missing, missingExamples, notThere, problem } = told;
  return (
    <>
      {isKnown ? (
        <Notice tone="good">{t("rollBack.known", { count: mails ?? 0 })}</Notice>
      ) : (
        <>
          <Notice tone="bad">
            {missing === null ? t("rollBack.unknown") : t("rollBack.missing", { count: missing })} {problem}
            <Addresses addresses={missingExamples} />
          </Notice>
          <p className={styles.words}>{t("rollBack.howTo")}</p>
          <code className={styles.command}>{`goniec rollback "${name}" --write-back`}</code>
        </>
      )}
      {notThere.length > 0 && (
        <div>
          {t("rollBack.notThere")}
          <Addresses addresses={notThere} />
        </div>
      )}
    </>
  );
}

function Addresses({ addresses }: { readonly addresses: readonly string[] }) {
  if (addresses.length === 0) return null;
  return (
    <ul className={styles.refusals}>
      {addresses.map((address) => (
        <li key={address}>{address}</li>
      ))}
    </ul>
  );
}
