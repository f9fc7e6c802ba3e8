import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { Badge, type Tone } from "../../components/badge.tsx";
import { useSaid } from "../../components/said/said.ts";
import { instantText, zoneText } from "../../format/instants.ts";
import { numberText } from "../../format/numbers.ts";
import styles from "./wizard.module.css";

const TONES: Readonly<Record<string, Tone>> = {
  ready: "good",
  off: "plain",
  attention: "bad",
  limit: "wait",
  resting: "wait",
  "min-gap": "calm",
  busy: "accent",
};

/** What the mailbox may do now, with the server's words where it said why not. */
export function MailboxState({ mailbox }: { readonly mailbox: Shape<"Mailbox"> }) {
  const { t } = useTranslation("wizard");
  const say = useSaid();
  const { state, attention, restingUntil, restReason, today, perDayMax, zone } = mailbox;
  const isResting = state === "resting" && restReason !== null;
  const rest = isResting ? say(restReason, mailbox.restReasonPhrase) : null;
  const words = attention === null ? rest : say(attention, mailbox.attentionPhrase);
  const used = { used: numberText(today.used), max: perDayMax === null ? "" : numberText(perDayMax) };
  return (
    <div className={styles.state}>
      <span>
        <Badge tone={TONES[state] ?? "plain"}>{t(`mailboxState.${state}`, { defaultValue: state })}</Badge>{" "}
        {t(perDayMax === null ? "mailboxState.today" : "mailboxState.todayOf", used)}
      </span>
      {state === "resting" && restingUntil !== null && (
        <span>{t("mailboxState.until", { at: instantText(restingUntil, zone), zone: zoneText(zone) })}</span>
      )}
      {words !== null && <q className={styles.words}>{words}</q>}
    </div>
  );
}
