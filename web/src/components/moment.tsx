import { Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { browserZone, type InstantShape, instantText, zoneText } from "../format/instants.ts";

interface MomentProps {
  /** UTC in ISO 8601, as the API gives it. */
  readonly at: string;
  /** Of the campaign or mailbox that it belongs to; the browser's when it belongs to none. */
  readonly zone?: string | undefined;
  readonly shape?: InstantShape;
  /** Shows the zone in the text, and not only on demand: once in each heading or table is enough. */
  readonly withZone?: boolean;
}

/** An instant in the zone in which its rules count. */
export function Moment({ at, zone = browserZone(), shape = "dayTime", withZone = false }: MomentProps) {
  useTranslation();
  const text = instantText(at, zone, shape);
  return (
    <Tooltip label={`${instantText(at, zone, "full")} (${zoneText(zone, new Date(at))})`}>
      <time dateTime={at}>{withZone ? `${text} (${zoneText(zone, new Date(at))})` : text}</time>
    </Tooltip>
  );
}
