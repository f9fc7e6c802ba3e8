import { useCampaign } from "../../components/use-campaign.ts";
import styles from "./campaign.module.css";
import { NextPanel } from "./next-panel.tsx";
import { TriesPanel } from "./tries-panel.tsx";
import { UnconfirmedPanel } from "./unconfirmed-panel.tsx";

/** What is happening in the campaign at this moment: what waits for a person, what leaves next, and what has just left. */
export function NowTab() {
  const campaign = useCampaign();
  return (
    <div className={styles.now}>
      {campaign.counts.unconfirmed > 0 && <UnconfirmedPanel campaign={campaign} />}
      <NextPanel campaign={campaign} />
      <TriesPanel campaign={campaign} />
    </div>
  );
}
