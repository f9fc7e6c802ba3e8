import { currentLanguage } from "../i18n/texts.ts";

/** A country by its code, `PL` or with a region `DE-BY`, as people call it; the code itself where it has no name. */
export function countryText(code: string): string {
  const [country = code, region] = code.split("-");
  const name = /^[A-Z]{2}$/.test(country) ? new Intl.DisplayNames(currentLanguage(), { type: "region" }).of(country) : undefined;
  return region === undefined ? (name ?? code) : `${name ?? country} (${region})`;
}
