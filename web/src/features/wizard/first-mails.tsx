import { Button } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { RenderedMail } from "./lead-preview.tsx";
import { useFirstLeads } from "./leads.ts";
import styles from "./wizard.module.css";

const SHOWN_MAX = 3;

/** The first mails as they would leave, one after the other. */
export function FirstMails({ draft }: { readonly draft: Campaign }) {
  const { t } = useTranslation("wizard");
  const [chosen, setChosen] = useState(0);
  const first = useFirstLeads(draft.id, "").data?.slice(0, SHOWN_MAX) ?? [];
  const index = Math.min(chosen, Math.max(0, first.length - 1));
  const lead = first[index];
  return (
    <div className={styles.stack}>
      {lead === undefined ? (
        <p className={styles.hint}>{t("preview.noLeads")}</p>
      ) : (
        <div className={styles.turn}>
          <span role="status">{t("first.place", { number: index + 1, count: first.length, lead: lead.address })}</span>
          {first.length > 1 && (
            <Button.Group>
              <Turn isEnd={index === 0} onTurn={() => setChosen(index - 1)}>
                {t("first.before")}
              </Turn>
              <Turn isEnd={index === first.length - 1} onTurn={() => setChosen(index + 1)}>
                {t("first.after")}
              </Turn>
            </Button.Group>
          )}
        </div>
      )}
      <RenderedMail draft={draft} leadId={lead?.leadId} to={lead?.address} />
    </div>
  );
}

interface TurnProps {
  readonly isEnd: boolean;
  readonly onTurn: () => void;
  readonly children: ReactNode;
}

/** At the end it does nothing and keeps the focus, which a disabled button would lose. */
function Turn({ isEnd, onTurn, children }: TurnProps) {
  return (
    <Button variant="default" aria-disabled={isEnd} {...(isEnd ? { "data-disabled": true } : { onClick: onTurn })}>
      {children}
    </Button>
  );
}
