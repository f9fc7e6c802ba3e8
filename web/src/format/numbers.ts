import { currentLanguage } from "../i18n/texts.ts";

/** 12 345 in Polish, 12,345 in English. */
export function numberText(value: number): string {
  return new Intl.NumberFormat(currentLanguage()).format(value);
}

/** A part of a whole, such as 41 %; never 100 % before it is all of it, and never 0 % once it has begun. */
export function shareText(part: number, whole: number): string {
  const share = whole === 0 ? 0 : part / whole;
  const honest = share > 0.99 && share < 1 ? 0.99 : share > 0 && share < 0.01 ? 0.01 : share;
  return new Intl.NumberFormat(currentLanguage(), { style: "percent", maximumFractionDigits: 0 }).format(honest);
}

export function bytesText(bytes: number): string {
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1_000, "kilobyte"] : [bytes / 1_000_000, "megabyte"];
  return new Intl.NumberFormat(currentLanguage(), { style: "unit", unit, maximumFractionDigits: 1 }).format(value);
}
