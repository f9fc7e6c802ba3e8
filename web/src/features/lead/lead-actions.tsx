import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { AllowDialog } from "./allow-dialog.tsx";
import { EditDialog } from "./edit-dialog.tsx";
import { SuppressDialog } from "./suppress-dialog.tsx";

/** What a person may do with a lead. */
export function LeadActions({ lead }: { readonly lead: Shape<"Lead"> }) {
  const { t } = useTranslation("lead");
  const [opened, setOpened] = useState<"edit" | "suppress" | "allow">();
  const close = () => setOpened(undefined);
  const isSuppressed = lead.suppression !== null;
  return (
    <>
      <Button variant="default" onClick={() => setOpened("edit")}>
        {t("edit")}
      </Button>
      <Button variant="default" onClick={() => setOpened(isSuppressed ? "allow" : "suppress")}>
        {t(isSuppressed ? "allow" : "suppress")}
      </Button>
      <EditDialog opened={opened === "edit"} lead={lead} onClose={close} />
      <SuppressDialog opened={opened === "suppress"} address={lead.address} onClose={close} />
      <AllowDialog opened={opened === "allow"} address={lead.address} onClose={close} />
    </>
  );
}
