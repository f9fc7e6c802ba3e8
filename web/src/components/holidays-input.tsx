import { MultiSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { countryText } from "../format/countries.ts";

/** Countries whose public holidays the server knows, of Europe and of those that its senders write to most. */
const COUNTRIES =
  "AT AU BE BG BR CA CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IN IS IT JP LT LU LV MT MX NL NO NZ PL PT RO SE SI SK TR UA US ZA".split(
    " ",
  );

interface HolidaysInputProps {
  readonly value: readonly string[];
  readonly onChange: (countries: string[]) => void;
  readonly error?: string | undefined;
}

/** Countries on whose public holidays nothing leaves. */
export function HolidaysInput({ value, onChange, error }: HolidaysInputProps) {
  const { t } = useTranslation();
  const codes = [...new Set([...value, ...COUNTRIES])];
  const data = codes
    .map((code) => ({ value: code, label: countryText(code) }))
    .toSorted((a, b) => a.label.localeCompare(b.label));
  return (
    <MultiSelect
      label={t("holidays.label")}
      description={t("holidays.help")}
      error={error}
      searchable
      hidePickedOptions
      nothingFoundMessage={t("holidays.none")}
      data={data}
      value={[...value]}
      onChange={onChange}
    />
  );
}
