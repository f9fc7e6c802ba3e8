import { Group, NativeSelect, NumberInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

const UNITS = [
  ["seconds", 1_000],
  ["minutes", 60_000],
  ["hours", 3_600_000],
] as const;
type Unit = (typeof UNITS)[number][0];

interface DurationInputProps {
  readonly label: string;
  readonly description?: string | undefined;
  readonly valueMs: number;
  readonly onChange: (valueMs: number) => void;
  readonly minMs?: number;
  readonly error?: string | undefined;
}

/** A duration as a number and its unit. */
export function DurationInput({ label, description, valueMs, onChange, minMs = 0, error }: DurationInputProps) {
  const { t } = useTranslation();
  const [unit, setUnit] = useState<Unit>(() => fittingUnit(valueMs));
  const size = sizeOf(unit);
  return (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <NumberInput
        label={label}
        description={description}
        error={error}
        value={valueMs / size}
        min={minMs / size}
        allowNegative={false}
        onChange={(value) => typeof value === "number" && onChange(Math.round(value * size))}
        style={{ flex: 1 }}
      />
      <NativeSelect
        aria-label={t("duration.unit", { label })}
        value={unit}
        onChange={(event) => setUnit(UNITS.find(([name]) => name === event.target.value)?.[0] ?? "seconds")}
        data={UNITS.map(([name]) => ({ value: name, label: t(`duration.${name}`) }))}
      />
    </Group>
  );
}

const sizeOf = (unit: Unit): number => UNITS.find(([name]) => name === unit)?.[1] ?? 1_000;

/** The largest unit in which it is a whole number; 90 s stay 90 s. */
function fittingUnit(valueMs: number): Unit {
  return UNITS.findLast(([, size]) => valueMs >= size && valueMs % size === 0)?.[0] ?? "seconds";
}
