import { TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { zoneText } from "../format/instants.ts";
import { instantAt, wallClock } from "../format/wall-clock.ts";

interface StartAtInputProps {
  /** UTC, as the API has it; null: as soon as it is started. */
  readonly value: string | null;
  readonly onChange: (at: string | null) => void;
  /** In which the time is typed and shown, whatever the browser's is. */
  readonly zone: string;
  readonly error?: string | undefined;
}

/** The time before which nothing leaves, on the wall clock of the campaign's zone. */
export function StartAtInput({ value, onChange, zone, error }: StartAtInputProps) {
  const { t } = useTranslation();
  return (
    <TextInput
      type="datetime-local"
      label={t("startAt.label", { zone: zoneText(zone) })}
      description={t("startAt.help")}
      error={error}
      value={value === null ? "" : wallClock(value, zone)}
      onChange={({ target }) => onChange(target.value === "" ? null : instantAt(target.value, zone))}
    />
  );
}
