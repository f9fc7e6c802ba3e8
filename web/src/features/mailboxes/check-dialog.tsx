import { Button, Group, Modal, Stack } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { CheckResult } from "./check-result.tsx";
import { checkStored, type Mailbox } from "./mailbox-queries.ts";

/** Tries a stored mailbox step by step; open while there is one. */
export function CheckDialog({ mailbox, onClose }: { readonly mailbox: Mailbox | undefined; onClose(): void }) {
  const { t } = useTranslation("mailboxes");
  return (
    <Modal
      opened={mailbox !== undefined}
      onClose={onClose}
      size="lg"
      title={t("check.title", { address: mailbox?.address })}
      closeButtonProps={{ "aria-label": t("action.close", { ns: "common" }) }}
    >
      {mailbox !== undefined && <Check id={mailbox.id} />}
    </Modal>
  );
}

function Check({ id }: { readonly id: number }) {
  const { t } = useTranslation("mailboxes");
  const check = useMutation({ mutationFn: checkStored });
  const { mutate } = check;
  useEffect(() => mutate(id), [mutate, id]);
  return (
    <Stack gap="md">
      <CheckResult check={check.data} isPending={check.isPending} problem={check.error} />
      <Group justify="flex-end">
        <Button variant="default" loading={check.isPending} onClick={() => check.mutate(id)}>
          {t("check.again")}
        </Button>
      </Group>
    </Stack>
  );
}
