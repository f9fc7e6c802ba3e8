import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../app/session.ts";
import { CutOverDialog } from "./cut-over-dialog.tsx";
import type { Moving } from "./moving-queries.ts";
import { RollBackDialog } from "./roll-back-dialog.tsx";

interface MovingActionsProps {
  readonly campaign: Moving;
  /** Whether there is a database of the older sender that could take the campaign back. */
  readonly canGoBack: boolean;
}

/** The switch between the senders, for those who may. */
export function MovingActions({ campaign, canGoBack }: MovingActionsProps) {
  const { t } = useTranslation("moving");
  const [asked, setAsked] = useState<"cutOver" | "rollBack">();
  const close = () => setAsked(undefined);
  const mayChange = useMay("operator");
  return (
    <>
      <Button
        variant="default"
        renderRoot={(props) => <Link to="/campaigns/$campaignId" params={{ campaignId: String(campaign.id) }} {...props} />}
      >
        {t("campaign.open")}
      </Button>
      {mayChange && campaign.sender !== "old-process" && (
        <Button variant="default" onClick={() => setAsked("rollBack")}>
          {t("rollBack.open")}
        </Button>
      )}
      {mayChange && campaign.sender !== "goniec" && <Button onClick={() => setAsked("cutOver")}>{t("cutOver.open")}</Button>}
      {asked === "cutOver" && <CutOverDialog campaign={campaign} onClose={close} />}
      {asked === "rollBack" && <RollBackDialog campaign={campaign} canGoBack={canGoBack} onClose={close} />}
    </>
  );
}
