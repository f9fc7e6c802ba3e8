import type { Io } from "./io.ts";

type Paint = (text: string) => string;

/** How text is set off where a person reads it; plain where nobody does, or where NO_COLOR (https://no-color.org) forbids it. */
export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
}

export function styleOf(io: Io): Style {
  const isPlain = !io.isTerminal || Boolean(io.environment["NO_COLOR"]) || io.environment["TERM"] === "dumb";
  const paint = (on: number, off: number): Paint => (isPlain ? (text) => text : (text) => `\x1b[${on}m${text}\x1b[${off}m`);
  return { bold: paint(1, 22), dim: paint(2, 22), red: paint(31, 39), green: paint(32, 39), yellow: paint(33, 39) };
}

/** `1 lead`, `1,234 leads`. */
export function counted(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
}

export function number(count: number): string {
  return count.toLocaleString("en");
}

/** Rows of a label and what belongs to it, the labels filled up to one width; further lines of a text stand below its first. */
export function labelled(rows: readonly (readonly [label: string, text: string])[], style: Style): string {
  const width = Math.max(...rows.map(([label]) => label.length)) + 2;
  return rows
    .map(([label, text]) => `${style.dim(label.padEnd(width))}${text.replaceAll("\n", `\n${" ".repeat(width)}`)}\n`)
    .join("");
}
