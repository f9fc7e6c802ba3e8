// What every row is made of: repetitions of ours and of what bounds it, taken in turn, and figures that compare their medians.

/**
 * @typedef {object} Figure One line of the table.
 * @property {string} figure what is compared
 * @property {string} measured ours, with its unit
 * @property {string} bound what it is measured against, with its unit; empty for an absolute figure
 * @property {number | undefined} value the ratio, or the absolute figure in the target's unit; undefined when it could not be measured
 * @property {string} target such as `>= 1.0` or `<= 50 ms`; empty when the line is only for orientation
 * @property {boolean | undefined} reached undefined when there is no target or no value
 * @property {string} [note] why it could not be measured, or what else has to be known
 *
 * @typedef {object} Target
 * @property {"at least" | "at most"} side
 * @property {number} value
 * @property {string} [unit] empty for a ratio
 *
 * @typedef {object} RowResult
 * @property {readonly Figure[]} figures
 * @property {unknown} repetitions every single measurement that the figures come from
 *
 * @typedef {object} RunOptions
 * @property {boolean} quick small sizes, which only show that the scripts work
 */

/** Fewer could not tell an outlier. */
export const REPETITIONS = 3;

/** @param {readonly number[]} values at least one */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * @param {readonly number[]} values at least one
 * @param {number} share 0.99 for the 99th percentile
 */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
}

/**
 * Runs all works once, then all again, so that a slow minute of the machine hits each of them; the order turns with every round.
 *
 * @template T
 * @param {Readonly<Record<string, () => Promise<T>>>} works
 * @param {number} [repetitions]
 * @returns {Promise<Record<string, T[]>>} each work's measurements, in the order of the rounds
 */
export async function alternate(works, repetitions = REPETITIONS) {
  const names = Object.keys(works);
  const measured = Object.fromEntries(names.map((name) => [name, /** @type {T[]} */ ([])]));
  for (let round = 0; round < repetitions; round += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(round + turn) % names.length];
      measured[name].push(await works[name]());
    }
  }
  return measured;
}

/**
 * The median of the ratios within each round: what slows a round slows both of its sides.
 *
 * @param {readonly number[]} ours
 * @param {readonly number[]} bound as many
 */
export function ratioOf(ours, bound) {
  return median(ours.map((value, round) => value / bound[round]));
}

/**
 * @param {string} figure
 * @param {{ours: readonly number[], bound: readonly number[], shown: (value: number) => string, target?: Target, note?: string}} measured
 * @returns {Figure}
 */
export function ratioFigure(figure, { ours, bound, shown, target, note }) {
  const value = ratioOf(ours, bound);
  return { ...judged(figure, value, target, note), measured: shown(median(ours)), bound: shown(median(bound)) };
}

/**
 * @param {string} figure
 * @param {{value: number, shown: string, target?: Target, note?: string}} measured
 * @returns {Figure}
 */
export function absoluteFigure(figure, { value, shown, target, note }) {
  return { ...judged(figure, value, target, note), measured: shown, bound: "" };
}

/**
 * @param {string} figure
 * @param {Target | undefined} target
 * @param {string} why
 * @returns {Figure}
 */
export function missingFigure(figure, target, why) {
  return { figure, measured: "", bound: "", value: undefined, target: targetText(target), reached: undefined, note: why };
}

function judged(figure, value, target, note) {
  const reached = target && (target.side === "at least" ? value >= target.value : value <= target.value);
  return { figure, value, target: targetText(target), reached, ...(note !== undefined && { note }) };
}

function targetText(target) {
  if (target === undefined) return "";
  const unit = target.unit === undefined ? "" : ` ${target.unit}`;
  return `${target.side === "at least" ? ">=" : "<="} ${target.value}${unit}`;
}

/** @param {number} value */
export const perSecond = (value) => `${Math.round(value).toLocaleString("en-US")}/s`;
/** @param {number} ms */
export const duration = (ms) => {
  if (ms >= 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms >= 10) return `${Math.round(ms)} ms`;
  return ms >= 1 ? `${ms.toFixed(1)} ms` : `${Math.round(ms * 1_000)} us`;
};
/** @param {number} bytes */
export const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

/** @param {string} text */
export const say = (text) => void process.stderr.write(`  ${text}\n`);
