import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { browserZone, zoneText } from "../../format/instants.ts";
import styles from "./outbox.module.css";

export function LeadLink({ id, lead }: { readonly id: number | null; readonly lead: string }) {
  if (id === null) return lead;
  return (
    <Link to="/leads/$leadId" params={{ leadId: String(id) }}>
      {lead}
    </Link>
  );
}

export function CampaignLink({ id, campaign }: { readonly id: number | null; readonly campaign: string | null }) {
  if (id === null) return "–";
  return (
    <Link to="/campaigns/$campaignId" params={{ campaignId: String(id) }}>
      {campaign}
    </Link>
  );
}

/** Said once for a table: of which zone all its times are, wherever their campaigns are at home. */
export function TableZone() {
  const { t } = useTranslation("outbox");
  return <span className={styles.zone}>{t("zone", { zone: zoneText(browserZone()) })}</span>;
}
