import { z } from "zod";
import { LEAD_BARS, type LeadBar } from "../../domain/intent.ts";
import { PHRASE_OR_NULL, phraseWire } from "./phrases.ts";

/** Why a lead gets no mail. */
export const LEAD_BAR = z
  .object({ why: z.enum(LEAD_BARS), detail: z.string(), detailPhrase: PHRASE_OR_NULL })
  .meta({ id: "LeadBar" });

export function leadBarWire(bar: LeadBar | null | undefined): z.infer<typeof LEAD_BAR> | null {
  return bar === null || bar === undefined ? null : { ...bar, detailPhrase: phraseWire(bar.detail) };
}
