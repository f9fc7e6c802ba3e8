import { useTranslation } from "react-i18next";
import type { Shape } from "../api/client.ts";
import { Badge, type Tone } from "./badge.tsx";

type LeadStatus = Shape<"Lead">["status"];

export const LEAD_STATUSES: readonly LeadStatus[] = ["ACTIVE", "ON_HOLD", "BLOCKED"];

const TONES: Readonly<Record<LeadStatus, Tone>> = { ACTIVE: "plain", ON_HOLD: "wait", BLOCKED: "bad" };

interface LeadStatusBadgeProps {
  readonly status: LeadStatus;
  /** Suppression outweighs every status. */
  readonly isSuppressed: boolean;
}

/** Whether a lead may be written to. */
export function LeadStatusBadge({ status, isSuppressed }: LeadStatusBadgeProps) {
  const { t } = useTranslation();
  if (isSuppressed) return <Badge tone="bad">{t("leadStatus.suppressed")}</Badge>;
  return <Badge tone={TONES[status]}>{t(`leadStatus.${status}`)}</Badge>;
}
