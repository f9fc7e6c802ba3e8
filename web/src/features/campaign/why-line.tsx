import { UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { Doing } from "../../components/doing.tsx";
import styles from "./campaign.module.css";
import { WhyDialog } from "./why-dialog.tsx";

/** What the campaign does, in one sentence that opens the reasons. */
export function WhyLine({ campaign }: { readonly campaign: Campaign }) {
  const { t } = useTranslation("campaign");
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <UnstyledButton className={styles.why} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <Doing doing={campaign.doing} zone={campaign.zone} /> <span className={styles.whyMark}>{t("why.open")}</span>
      </UnstyledButton>
      <WhyDialog campaign={campaign} opened={isOpen} onClose={() => setOpen(false)} />
    </>
  );
}
