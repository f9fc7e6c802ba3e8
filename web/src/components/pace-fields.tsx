import { NumberInput, SimpleGrid, Stack, Switch, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { durationText } from "../format/instants.ts";
import { numberText } from "../format/numbers.ts";
import { DurationInput } from "./duration-input.tsx";

/** How far apart mails lie, as the API has it. */
export interface Pace {
  readonly delayMs: number;
  readonly jitter: { readonly min: number; readonly max: number };
  readonly longPause: { readonly everyMails: number; readonly fromMs: number; readonly toMs: number } | null;
}

interface PaceFieldsProps {
  readonly value: Pace;
  readonly onChange: (value: Pace) => void;
  readonly problemOf?: (field: string) => string | undefined;
}

const HOUR_MS = 3_600_000;
const LONG_PAUSE = { everyMails: 20, fromMs: 600_000, toMs: 900_000 };
const percent = (share: number): number => Math.round(share * 100);

/** The gap between two mails, and what that means in an hour. */
export function PaceFields({ value, onChange, problemOf = () => undefined }: PaceFieldsProps) {
  const { t } = useTranslation();
  const paceText = usePaceText();
  const { delayMs, jitter, longPause } = value;
  const set = (change: Partial<Pace>) => onChange({ ...value, ...change });
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <DurationInput
          label={t("pace.delay")}
          valueMs={delayMs}
          onChange={(ms) => set({ delayMs: ms })}
          error={problemOf("settings.delayMs")}
        />
        <NumberInput
          label={t("pace.shorter")}
          suffix=" %"
          min={0}
          max={100}
          value={percent(-jitter.min)}
          error={problemOf("settings.jitter")}
          onChange={(share) => typeof share === "number" && set({ jitter: { ...jitter, min: -share / 100 } })}
        />
        <NumberInput
          label={t("pace.longer")}
          suffix=" %"
          min={0}
          max={1_000}
          value={percent(jitter.max)}
          onChange={(share) => typeof share === "number" && set({ jitter: { ...jitter, max: share / 100 } })}
        />
      </SimpleGrid>
      <Text size="sm" role="status">
        {paceText(value)}
      </Text>
      <Switch
        label={t("pace.longPause")}
        checked={longPause !== null}
        onChange={(event) => set({ longPause: event.target.checked ? LONG_PAUSE : null })}
      />
      {longPause !== null && <LongPauseFields value={longPause} onChange={(pause) => set({ longPause: pause })} />}
    </Stack>
  );
}

/** The pace in words: every 72 to 108 s, about 40 mails an hour. */
export function usePaceText(): (pace: Pick<Pace, "delayMs" | "jitter">) => string {
  const { t } = useTranslation();
  return ({ delayMs, jitter }) => {
    if (delayMs === 0) return t("pace.unpaced");
    const [from, to] = [delayMs * (1 + jitter.min), delayMs * (1 + jitter.max)];
    const perHour = numberText(Math.round(HOUR_MS / ((from + to) / 2)));
    return t("pace.inWords", { from: durationText(from), to: durationText(to), perHour });
  };
}

type LongPause = NonNullable<Pace["longPause"]>;

function LongPauseFields({ value, onChange }: { readonly value: LongPause; onChange(value: LongPause): void }) {
  const { t } = useTranslation();
  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }}>
      <NumberInput
        label={t("pace.everyMails")}
        min={1}
        value={value.everyMails}
        onChange={(count) => typeof count === "number" && onChange({ ...value, everyMails: count })}
      />
      <DurationInput label={t("pace.pauseFrom")} valueMs={value.fromMs} onChange={(fromMs) => onChange({ ...value, fromMs })} />
      <DurationInput label={t("pace.pauseTo")} valueMs={value.toMs} onChange={(toMs) => onChange({ ...value, toMs })} />
    </SimpleGrid>
  );
}
