import "./texts.ts";
import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { durationText, instantText, zoneText } from "../../format/instants.ts";
import { numberText } from "../../format/numbers.ts";

type Phrase = Shape<"Phrase">;
type PhraseValue = Shape<"PhraseValue">;
type Text = (key: string, values: Readonly<Record<string, string | number>>) => string;

/** What the API says, in the reader's language where it is a sentence of Goniec's own; a server's and a person's words as they came. */
export type Say = (text: string, phrase: Phrase | null) => string;

export function useSaid(): Say {
  const { t } = useTranslation("said");
  return (text, phrase) => (phrase === null ? text : said(t, text, phrase));
}

function said(t: Text, text: string, { code, values, parts }: Phrase): string {
  const words = Object.entries(values).map(([name, value]) => [name, valueText(t, name, value)] as const);
  const inner = parts.map((part) => (part.phrase === null ? part.text : said(t, part.text, part.phrase))).join("; ");
  const { zone, at } = Object.values(values).find((value) => value.at !== undefined) ?? {};
  return t(code, {
    ...Object.fromEntries(words),
    ...(zone !== undefined && at !== undefined && { zone: zoneText(zone, new Date(at)) }),
    part: inner,
    parts: inner,
    // Of a server that is newer than this page.
    defaultValue: text,
  });
}

function valueText(t: Text, name: string, { text = "", number, at, zone, durationMs }: PhraseValue): string | number {
  // The plural goes by the number itself.
  if (number !== undefined) return name === "count" ? number : numberText(number);
  if (at !== undefined && zone !== undefined) return instantText(at, zone);
  if (durationMs !== undefined) return durationText(durationMs);
  return name === "names" ? settingsText(t, text) : text;
}

/** `delayMs, perDayMax` as people call them. */
function settingsText(t: Text, names: string): string {
  const texts = names.split(", ").map((name) => t(`setting.${name}`, { defaultValue: name }));
  return texts.join(", ");
}
