import { Button, Group, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { DurationInput } from "../../components/duration-input.tsx";
import { Fault, Fields } from "../../components/fields.tsx";
import styles from "./campaign.module.css";

interface RetryDelaysProps {
  readonly value: readonly number[];
  readonly onChange: (value: number[]) => void;
  readonly error: string | undefined;
}

const RETRIES_MAX = 20;
const FIRST_MS = 900_000;
const LONGEST_MS = 86_400_000;

/** How long to wait before the first, second, ... further try of a mail that a server refused for now. */
export function RetryDelays({ value, onChange, error }: RetryDelaysProps) {
  const { t } = useTranslation("campaign");
  const next = Math.min(LONGEST_MS, (value.at(-1) ?? FIRST_MS / 2) * 2);
  return (
    <Stack gap="sm">
      <div>
        <h3>{t("settings.part.retryDelaysMs")}</h3>
        <p className={styles.hint}>{t("settings.retryHelp")}</p>
      </div>
      <Fields>
        {value.map((delayMs, index) => (
          <DurationInput
            // A wait has no name of its own; it is known by its turn.
            key={index}
            label={t("settings.retry", { number: index + 1 })}
            valueMs={delayMs}
            minMs={1_000}
            onChange={(ms) => onChange(value.with(index, ms))}
          />
        ))}
      </Fields>
      <Fault>{error}</Fault>
      <Group gap="xs">
        <Button variant="default" disabled={value.length >= RETRIES_MAX} onClick={() => onChange([...value, next])}>
          {t("settings.retryAdd")}
        </Button>
        <Button variant="default" disabled={value.length === 0} onClick={() => onChange(value.slice(0, -1))}>
          {t("settings.retryRemove")}
        </Button>
      </Group>
    </Stack>
  );
}
