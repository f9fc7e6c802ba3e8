import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";

const ZONES = Intl.supportedValuesOf("timeZone");
const SHOWN_MAX = 60;

interface ZoneInputProps {
  readonly value: string;
  readonly onChange: (zone: string) => void;
  readonly description?: string | undefined;
  readonly error?: string | undefined;
}

/** One of the zones of the world, found by a part of its name. */
export function ZoneInput({ value, onChange, description, error }: ZoneInputProps) {
  const { t } = useTranslation();
  return (
    <Select
      label={t("zone.label")}
      description={description}
      error={error}
      searchable
      allowDeselect={false}
      limit={SHOWN_MAX}
      nothingFoundMessage={t("zone.none")}
      data={ZONES.includes(value) ? ZONES : [value, ...ZONES]}
      value={value}
      onChange={(zone) => zone !== null && onChange(zone)}
    />
  );
}
