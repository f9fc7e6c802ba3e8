import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { durationText, instantText } from "../../format/instants.ts";
import type { FoundLine } from "./finding-list.tsx";
import type { Shadow } from "./moving-queries.ts";

type Example = Shape<"ShadowFinding">["examples"][number];

/** What the comparison has found, in the reader's language. */
export function useFoundLines({ findings, zone, sums }: Shadow): FoundLine[] {
  const { t } = useTranslation("moving");
  const exampleText = useExampleText(zone);
  return findings.map(({ kind, severity, count, text, examples }) => ({
    kind,
    severity,
    text: t(`findings.kind.${kind}`, { count, gap: durationText(sums.smallestAllowedMs), defaultValue: text }),
    // Why nothing can be planned is a sentence of its own.
    examples: kind === "cannot-plan" ? [text] : examples.map(exampleText),
  }));
}

function useExampleText(zone: string): (example: Example) => string {
  const { t } = useTranslation("moving");
  const by = (mailbox: string | null): string[] => (mailbox === null ? [] : [t("findings.by", { mailbox })]);
  const when = (at: string): string => instantText(at, zone, "full");
  return ({ lead, mailbox, at, mails, bar, day, used, max, holiday, gapMs }) =>
    [
      ...(lead === null ? by(mailbox) : [lead]),
      ...(day === null ? [] : [instantText(`${day}T12:00:00Z`, "UTC", "date")]),
      ...(used === null ? [] : [t("findings.used", { used, max })]),
      ...(at === null ? [] : [when(at)]),
      ...(lead === null ? [] : by(mailbox)),
      ...(bar === null ? [] : [t(`bar.${bar}`)]),
      ...(holiday === null ? [] : [holiday]),
      ...(gapMs === null ? [] : [t("findings.after", { gap: durationText(gapMs) })]),
      ...mails.map((mail) => [mail.at === null ? t("findings.unknownTime") : when(mail.at), ...by(mail.mailbox)].join(" ")),
    ].join(" · ");
}
