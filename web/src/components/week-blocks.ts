/** Hours of the week as the API writes them; `to` is exclusive and may be 24:00. No block at all means around the clock. */
export interface WeekBlock {
  readonly days: readonly Weekday[];
  readonly from: string;
  readonly to: string;
}

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** Half hours of a day. */
export const SLOTS = 48;
const SLOT_MINUTES = 30;
const DAY_MINUTES = 1_440;

interface Stretch {
  readonly from: number;
  readonly to: number;
}

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

export function timeOf(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

/** Of each slot of the day: 1 open, 0 closed, 0.5 where a block begins or ends inside of it. */
export function slotsOf(blocks: readonly WeekBlock[], day: Weekday): number[] {
  const stretches = stretchesOf(blocks, day);
  return Array.from({ length: SLOTS }, (_, slot) => {
    const start = slot * SLOT_MINUTES;
    const open = stretches.reduce((sum, { from, to }) => sum + overlap(start, start + SLOT_MINUTES, from, to), 0);
    return open === 0 ? 0 : open === SLOT_MINUTES ? 1 : 0.5;
  });
}

/** The blocks with the slots from `first` to `last` (both included) of a day open or closed. */
export function paint(blocks: readonly WeekBlock[], day: Weekday, first: number, last: number, open: boolean): WeekBlock[] {
  const [from, to] = [Math.min(first, last) * SLOT_MINUTES, (Math.max(first, last) + 1) * SLOT_MINUTES];
  return blocksOf((one) => {
    const stretches = stretchesOf(blocks, one);
    if (one !== day) return stretches;
    const cut = stretches.flatMap((stretch) => [
      { from: stretch.from, to: Math.min(stretch.to, from) },
      { from: Math.max(stretch.from, to), to: stretch.to },
    ]);
    return open ? [...cut, { from, to }] : cut;
  });
}

/** The same hours in as few blocks as possible: days with equal stretches share them. */
export function tidyBlocks(blocks: readonly WeekBlock[]): WeekBlock[] {
  return blocksOf((day) => stretchesOf(blocks, day));
}

function stretchesOf(blocks: readonly WeekBlock[], day: Weekday): Stretch[] {
  return blocks.filter(({ days }) => days.includes(day)).map(({ from, to }) => ({ from: minuteOf(from), to: minuteOf(to) }));
}

function blocksOf(stretchesOn: (day: Weekday) => readonly Stretch[]): WeekBlock[] {
  const daysOf = new Map<string, Weekday[]>();
  for (const day of WEEKDAYS) {
    for (const { from, to } of joined(stretchesOn(day))) {
      const key = `${timeOf(from)} ${timeOf(to)}`;
      daysOf.set(key, [...(daysOf.get(key) ?? []), day]);
    }
  }
  return [...daysOf].map(([key, days]) => ({ days, from: key.slice(0, 5), to: key.slice(6) }));
}

function joined(stretches: readonly Stretch[]): Stretch[] {
  const result: Stretch[] = [];
  for (const stretch of stretches.filter(({ from, to }) => from < to).toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last === undefined || stretch.from > last.to) result.push(stretch);
    else result[result.length - 1] = { from: last.from, to: Math.max(last.to, stretch.to) };
  }
  return result;
}

const overlap = (a: number, b: number, from: number, to: number): number => Math.max(0, Math.min(b, to) - Math.max(a, from));

/** How many minutes of the week are open. */
export function openMinutes(blocks: readonly WeekBlock[]): number {
  if (blocks.length === 0) return WEEKDAYS.length * DAY_MINUTES;
  return WEEKDAYS.flatMap((day) => joined(stretchesOf(blocks, day))).reduce((sum, { from, to }) => sum + to - from, 0);
}
