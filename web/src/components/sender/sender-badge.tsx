import "./texts.ts";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { instantText } from "../../format/instants.ts";
import { Badge, type Tone } from "../badge.tsx";

type Sender = Shape<"CampaignSummary">["sender"];

const TONES: Readonly<Record<Sender, Tone>> = { goniec: "accent", "old-process": "wait", fallback: "doubt" };

/** Who sends a campaign. */
export function SenderBadge({ sender }: { readonly sender: Sender }) {
  const { t } = useTranslation("sender");
  return <Badge tone={TONES[sender]}>{t(sender)}</Badge>;
}

interface OtherSenderProps {
  readonly sender: Sender;
  /** The last day of a sender that goes, as `2027-06-30`. */
  readonly until: string | null;
}

/** Beside the status of a campaign that is not Goniec's yet: who sends it, and the way to where that is changed. */
export function OtherSender({ sender, until }: OtherSenderProps) {
  const { t } = useTranslation("sender");
  if (sender === "goniec") return null;
  // A day of no zone, so its noon in Greenwich is the same day there.
  const text = until === null ? t(sender) : t("fallbackUntil", { until: instantText(`${until}T12:00:00Z`, "UTC", "date") });
  return (
    <Link to="/moving">
      <Badge tone={TONES[sender]}>{text}</Badge>
    </Link>
  );
}
