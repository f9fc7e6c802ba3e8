/** Cells with which a spreadsheet would begin a formula (OWASP, "CSV Injection"); a tab or a return before one does not stop it. */
const FORMULA = /^[=+\-@\t\r]/;

/**
 * A row of a CSV file, with its line end. A cell that a spreadsheet would take for a formula gets an apostrophe before it, which makes it
 * text there; so a telephone number `+48 600` shows as `'+48 600`.
 */
export function csvRow(cells: readonly string[], separator: string): string {
  return `${cells.map((cell) => csvCell(cell, separator)).join(separator)}\r\n`;
}

/** By this Excel knows that the text is UTF-8. It must come first; a `sep=` line before it would make Excel forget it. */
export const CSV_MARK = "\uFEFF";

function csvCell(cell: string, separator: string): string {
  const harmless = FORMULA.test(cell) ? `'${cell}` : cell;
  const isPlain = !harmless.includes(separator) && !/["\r\n]|^\s|\s$/.test(harmless);
  return isPlain ? harmless : `"${harmless.replaceAll('"', '""')}"`;
}
