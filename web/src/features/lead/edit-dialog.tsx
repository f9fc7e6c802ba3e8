import { Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { EditForm } from "./edit-form.tsx";

interface EditDialogProps {
  readonly opened: boolean;
  readonly lead: Shape<"Lead">;
  onClose(): void;
}

/** Edits a lead as it was when the dialog was opened; whoever was quicker meanwhile is not overwritten. */
export function EditDialog({ opened, lead, onClose }: EditDialogProps) {
  const { t } = useTranslation("lead");
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size="lg"
      title={t("form.title")}
      closeButtonProps={{ "aria-label": t("action.close", { ns: "common" }) }}
    >
      <EditForm lead={lead} onDone={onClose} />
    </Modal>
  );
}
