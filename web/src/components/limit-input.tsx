import { NumberInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface LimitInputProps {
  readonly label: string;
  readonly description?: string | undefined;
  /** null: no limit. */
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
  readonly error?: string | undefined;
}

/** A number, or nothing for no limit. */
export function LimitInput({ label, description, value, onChange, error }: LimitInputProps) {
  const { t } = useTranslation();
  return (
    <NumberInput
      label={label}
      description={description}
      error={error}
      placeholder={t("limit.none")}
      value={value ?? ""}
      min={0}
      allowDecimal={false}
      allowNegative={false}
      onChange={(given) => onChange(given === "" ? null : Number(given))}
    />
  );
}
