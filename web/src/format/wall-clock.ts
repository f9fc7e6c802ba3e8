/** The wall clock of the zone at that instant, as an input of type datetime-local has it: `2026-11-24T10:30`. */
export function wallClock(at: string | number, zone: string): string {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  return format.format(new Date(at)).replace(" ", "T");
}

/** The instant at which the zone's wall clock shows that time. A time that is left out in spring is taken as the one an hour later. */
export function instantAt(wall: string, zone: string): string {
  const shown = Date.parse(`${wall}Z`);
  const offsetAt = (at: number): number => Date.parse(`${wallClock(at, zone)}Z`) - at;
  // The offset at the first guess may be that of the other side of a change; the second one is right, where there is a right one.
  const first = shown - offsetAt(shown);
  return new Date(shown - offsetAt(first)).toISOString();
}
