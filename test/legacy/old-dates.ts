import { localText } from "../../src/domain/zone.ts";

/** How a date stands in a column; the last two are refused by whoever reads them. */
export const READABLE_DATES = ["milliseconds", "utc-text", "zoned-text", "local-text"] as const;
export type DateEncoding = (typeof READABLE_DATES)[number] | "seconds" | "julian-day";

/** Local texts are Warsaw's. */
export function encodeDate(at: number, encoding: DateEncoding): number | string {
  const utc = new Date(at).toISOString();
  switch (encoding) {
    case "milliseconds":
      return at;
    case "utc-text":
      return utc.slice(0, 19).replace("T", " ");
    case "zoned-text":
      return utc.replace("Z", "+00:00");
    case "local-text":
      return localText("Europe/Warsaw", at).slice("Wed ".length).replace(" ", "T");
    case "seconds":
      return Math.floor(at / 1_000);
    case "julian-day":
      return at / 86_400_000 + 2_440_587.5;
  }
}
