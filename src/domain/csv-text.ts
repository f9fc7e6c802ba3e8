/** Cells with which a spreadsheet would begin a formula (OWASP, "CSV Injection"); a tab or a return before one does not stop it. */
const FORMULA = /^[=+\-@\t\r]/;

/** By this Excel knows that the text is UTF-8. It must come first; a `sep=` line before it would make Excel forget it. */
export const CSV_MARK = "\uFEFF";

type Cell = string | number | null;

/**
 * A row of a CSV file (RFC 4180), with its line end. A text that a spreadsheet would take for a formula gets an apostrophe before it, which
 * makes it text there; so a telephone number `+48 600` shows as `'+48 600`.
 */
export function csvRow(cells: readonly Cell[], separator: string): string {
  return `${cells.map((cell) => csvCell(cell, separator)).join(separator)}\r\n`;
}

function csvCell(cell: Cell, separator: string): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  const harmless = FORMULA.test(cell) ? `'${cell}` : cell;
  const isPlain = !harmless.includes(separator) && !/["\r\n]|^\s|\s$/.test(harmless);
  return isPlain ? harmless : `"${harmless.replaceAll('"', '""')}"`;
}
