/** Longer texts are no slips of the pen, and comparing them with many words would take long. */
const LONGEST_SLIP = 60;

/** Of `candidates`, the one that `word` most likely was meant to be: at most a third of the letters differ, whatever their case. */
export function nearestWord(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > LONGEST_SLIP) return undefined;
  let nearest: { readonly candidate: string; readonly difference: number } | undefined;
  for (const candidate of candidates) {
    const difference = letterDifference(word.toLowerCase(), candidate.toLowerCase());
    if (difference <= 1 / 3 && difference < (nearest?.difference ?? 1)) nearest = { candidate, difference };
  }
  return nearest?.candidate;
}

/**
 * How many letters have to be changed, put in, left out or swapped with their neighbour (optimal string alignment), as a share of the
 * longer word: 0 equal, 1 nothing in common.
 */
export function letterDifference(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min(substituted, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return (row[b.length] ?? 0) / Math.max(a.length, b.length, 1);
}
