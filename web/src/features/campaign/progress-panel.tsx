import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { Panel } from "../../components/panel.tsx";
import { StateBar } from "../../components/state-bar.tsx";
import { numberText, shareText } from "../../format/numbers.ts";
import styles from "./campaign.module.css";
import { EndLine } from "./end-line.tsx";

/** How far the campaign is: what was sent, of all leads, and when it will be done. */
export function ProgressPanel({ campaign }: { readonly campaign: Campaign }) {
  const { t } = useTranslation("campaign");
  const { id, leads, counts } = campaign;
  return (
    <div className={styles.progress}>
      <Panel>
        <div className={styles.progressHead}>
          <p className={styles.line}>
            <strong>{t("progress.share", { share: shareText(counts.sent, leads) })}</strong>{" "}
            {t("progress.of", { sent: numberText(counts.sent), count: leads, leads: numberText(leads) })}
          </p>
          <p className={styles.line}>
            <EndLine campaign={campaign} />
          </p>
        </div>
        <StateBar
          counts={counts}
          linkTo={(state, children) => (
            <Link to="/campaigns/$campaignId/leads" params={{ campaignId: String(id) }} search={{ state }}>
              {children}
            </Link>
          )}
        />
      </Panel>
    </div>
  );
}
