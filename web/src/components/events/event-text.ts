import "./texts.ts";
import { useTranslation } from "react-i18next";

/** What happened, by the kind under which the server records it; one that this page does not know is shown raw. */
export function useEventText(): (kind: string) => string {
  const { t } = useTranslation("events");
  return (kind) => t(`kind.${kind}`, { defaultValue: kind });
}
