import { useTranslation } from "react-i18next";
import { Badge, type Tone } from "./badge.tsx";

interface OutcomeProps {
  /** The ledger's state of the try. */
  readonly state: string;
  /** The class of its outcome; null while there is none. */
  readonly outcome: string | null;
}

const LEDGER_TONES: Readonly<Record<string, Tone>> = {
  transmitting: "accent",
  sent: "good",
  rejected: "bad",
  unconfirmed: "doubt",
};

/** Refusals after which the mail is tried again by itself. */
const FOR_NOW: ReadonlySet<string> = new Set(["recipient-temporary", "greylisted", "mailbox-trouble", "withheld"]);

/** What became of a try, in words; what this page does not know is shown raw. */
export function OutcomeBadge({ state, outcome }: OutcomeProps) {
  const { t } = useTranslation();
  const isOver = state === "rejected" && outcome !== null;
  const tone = isOver && FOR_NOW.has(outcome) ? "wait" : (LEDGER_TONES[state] ?? "plain");
  const text = isOver ? t(`outcome.${outcome}`, { defaultValue: outcome }) : t(`ledger.${state}`, { defaultValue: state });
  return <Badge tone={tone}>{text}</Badge>;
}
