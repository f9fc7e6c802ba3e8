import type { TFunction } from "i18next";
import { durationText } from "../../format/instants.ts";

const SECOND_MS = 1_000;

/** How much later or earlier than planned, to the second. */
export function differenceText(t: TFunction<"moving">, differenceMs: number): string {
  const byMs = Math.round(Math.abs(differenceMs) / SECOND_MS) * SECOND_MS;
  if (byMs === 0) return t("difference.onTime");
  return t(differenceMs < 0 ? "difference.early" : "difference.late", { by: durationText(byMs) });
}

/** A span of differences; null is an open end. */
export function spanText(t: TFunction<"moving">, fromMs: number | null, toMs: number | null): string {
  if (fromMs === null) return t("difference.overEarly", { by: durationText(-(toMs ?? 0)) });
  if (toMs === null) return t("difference.overLate", { by: durationText(fromMs) });
  if (fromMs < 0 && toMs > 0) return t("difference.within", { by: durationText(toMs) });
  const [least, most] = fromMs < 0 ? [-toMs, -fromMs] : [fromMs, toMs];
  const range = { from: durationText(least), to: durationText(most) };
  return t(fromMs < 0 ? "difference.rangeEarly" : "difference.rangeLate", range);
}
