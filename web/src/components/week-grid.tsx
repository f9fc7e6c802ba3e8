import { Button, Group } from "@mantine/core";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { durationText } from "../format/instants.ts";
import { openMinutes, paint, SLOTS, slotsOf, timeOf, type Weekday, WEEKDAYS, type WeekBlock } from "./week-blocks.ts";
import styles from "./week-grid.module.css";

interface WeekGridProps {
  readonly value: readonly WeekBlock[];
  readonly onChange: (value: WeekBlock[]) => void;
  readonly readOnly?: boolean;
}

const OFFICE: WeekBlock[] = [{ days: ["mon", "tue", "wed", "thu", "fri"], from: "09:00", to: "17:00" }];
const MORNINGS: WeekBlock[] = [{ days: ["mon", "tue", "wed", "thu", "fri"], from: "08:00", to: "12:00" }];
const SLOT_MINUTES = 30;
const MINUTE_MS = 60_000;

/**
 * The hours of the week in which mail may leave: painted with the pointer, or with the keyboard (arrows move, space opens and closes, with
 * shift the arrows paint on). No block at all means around the clock.
 */
export function WeekGrid({ value, onChange, readOnly = false }: WeekGridProps) {
  const { t } = useTranslation();
  const minutes = openMinutes(value);
  // No block means around the clock, which is the opposite of what closing the last open slot would say: it stays open.
  const painted = (next: WeekBlock[]) => {
    if (next.length > 0) onChange(next);
  };
  return (
    <div className={styles.grid}>
      {!readOnly && (
        <Group gap="xs">
          <Preset text={t("week.office")} blocks={OFFICE} onChoose={onChange} />
          <Preset text={t("week.mornings")} blocks={MORNINGS} onChoose={onChange} />
          <Preset text={t("week.always")} blocks={[]} onChoose={onChange} />
        </Group>
      )}
      <Hours />
      <div role="grid" aria-label={t("week.label")} aria-readonly={readOnly}>
        {WEEKDAYS.map((day) => (
          <DayRow key={day} day={day} value={value} onChange={painted} readOnly={readOnly} />
        ))}
      </div>
      <p className={styles.sum}>
        {value.length === 0 ? t("week.aroundTheClock") : t("week.sum", { duration: durationText(minutes * MINUTE_MS) })}
      </p>
      {!readOnly && <p className={styles.help}>{t("week.help")}</p>}
    </div>
  );
}

function Preset({
  text,
  blocks,
  onChoose,
}: {
  readonly text: string;
  readonly blocks: WeekBlock[];
  onChoose(value: WeekBlock[]): void;
}) {
  return (
    <Button size="compact-sm" variant="default" onClick={() => onChoose(blocks)}>
      {text}
    </Button>
  );
}

function Hours() {
  return (
    <div className={styles.hours} aria-hidden="true">
      {[0, 6, 12, 18, 24].map((hour) => (
        <span key={hour} style={{ left: `${(hour / 24) * 100}%` }}>
          {hour}
        </span>
      ))}
    </div>
  );
}

interface DayRowProps extends WeekGridProps {
  readonly day: Weekday;
}

/** Where a stroke began, and whether it opens or closes. */
interface Stroke {
  readonly slot: number;
  readonly open: boolean;
}

function DayRow({ day, value, onChange, readOnly = false }: DayRowProps) {
  const { t } = useTranslation();
  const [focused, setFocused] = useState(18);
  const [stroke, setStroke] = useState<Stroke>();
  const slots = slotsOf(value, day);
  const isAlways = value.length === 0;
  const begin = (slot: number) => {
    const open = isAlways || slots[slot] === 0;
    setStroke({ slot, open });
    onChange(paint(value, day, slot, slot, open));
  };
  const goOn = (slot: number) => {
    if (stroke !== undefined) onChange(paint(value, day, stroke.slot, slot, stroke.open));
  };
  const press = (event: KeyboardEvent<HTMLDivElement>) => {
    const next = focused + ({ ArrowRight: 1, ArrowLeft: -1, Home: -SLOTS, End: SLOTS }[event.key] ?? 0);
    const slot = Math.max(0, Math.min(SLOTS - 1, next));
    if (event.key === " " && !readOnly) begin(focused);
    else if (slot !== focused) {
      if (event.shiftKey && !readOnly) onChange(paint(value, day, focused, slot, slots[focused] !== 0));
      setFocused(slot);
      cellOf(event.currentTarget, slot)?.focus();
    } else return;
    event.preventDefault();
  };
  return (
    <div
      role="row"
      className={styles.row}
      onKeyDown={press}
      onPointerUp={() => setStroke(undefined)}
      onPointerLeave={() => setStroke(undefined)}
    >
      <div role="rowheader" className={styles.day}>
        {t(`week.short.${day}`)}
      </div>
      {slots.map((open, slot) => (
        <div
          key={slot}
          role="gridcell"
          data-slot={slot}
          data-open={isAlways ? "always" : open}
          className={styles.slot}
          tabIndex={slot === focused ? 0 : -1}
          aria-selected={isAlways || open > 0}
          aria-label={`${t(`week.long.${day}`)} ${timeOf(slot * SLOT_MINUTES)}`}
          onFocus={() => setFocused(slot)}
          onPointerDown={readOnly ? undefined : () => begin(slot)}
          onPointerEnter={readOnly ? undefined : () => goOn(slot)}
        />
      ))}
    </div>
  );
}

function cellOf(row: HTMLElement, slot: number): HTMLElement | null {
  return row.querySelector(`[data-slot="${slot}"]`);
}
