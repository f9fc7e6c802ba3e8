import { type RawBuilder, sql } from "kysely";

/** Lengths of time by buckets, so that a percentile needs no list of them all: exact to 10 ms below a second, to a tenth above. */
export interface Histogram {
  readonly count: number;
  readonly sumMs: number;
  /** How many lie in each bucket. */
  readonly buckets: ReadonlyMap<number, number>;
}

interface Row {
  readonly bucket: number;
  readonly sumMs: number;
  readonly n: number;
}

/** From which length on buckets are how wide; each step begins where the one before ends. */
const STEPS = [
  { fromMs: 0, widthMs: 10, firstBucket: 0 },
  { fromMs: 1_000, widthMs: 100, firstBucket: 100 },
  { fromMs: 10_000, widthMs: 1_000, firstBucket: 190 },
  { fromMs: 100_000, widthMs: 10_000, firstBucket: 280 },
  { fromMs: 1_000_000, widthMs: 100_000, firstBucket: 370 },
] as const;

/** The number of the bucket of a length of time, as SQL; below zero counts as zero. */
export function bucketSql(lengthMs: RawBuilder<number>): RawBuilder<number> {
  const cases = [...STEPS].reverse().map(({ fromMs, widthMs, firstBucket }) => {
    const bucket = sql`${sql.lit(firstBucket)} + (${lengthMs} - ${sql.lit(fromMs)}) / ${sql.lit(widthMs)}`;
    return sql`WHEN ${lengthMs} >= ${sql.lit(fromMs)} THEN ${bucket}`;
  });
  return sql<number>`CASE ${sql.join(cases, sql` `)} ELSE 0 END`;
}

/** Rows of several queries as one histogram. */
export function joined(parts: readonly (readonly Row[])[]): Histogram {
  const buckets = new Map<number, number>();
  let [count, sumMs] = [0, 0];
  for (const { bucket, sumMs: sum, n } of parts.flat()) {
    buckets.set(Number(bucket), (buckets.get(Number(bucket)) ?? 0) + Number(n));
    count += Number(n);
    sumMs += Number(sum);
  }
  return { count, sumMs, buckets };
}

/** Two histograms as one. */
export function together(a: Histogram, b: Histogram): Histogram {
  const buckets = new Map(a.buckets);
  for (const [bucket, n] of b.buckets) buckets.set(bucket, (buckets.get(bucket) ?? 0) + n);
  return { count: a.count + b.count, sumMs: a.sumMs + b.sumMs, buckets };
}

export const NOTHING: Histogram = { count: 0, sumMs: 0, buckets: new Map() };

/** The mean, and the length that `share` of all do not exceed (0.95: the p95), rounded up to its bucket's end; undefined of nothing. */
export function summaryOf({ count, sumMs, buckets }: Histogram, share: number): { meanMs: number; shareMs: number } | undefined {
  if (count === 0) return undefined;
  let seen = 0;
  for (const [bucket, n] of [...buckets].sort(([a], [b]) => a - b)) {
    seen += n;
    if (seen >= count * share) return { meanMs: Math.round(sumMs / count), shareMs: endOf(bucket) };
  }
  return undefined;
}

function endOf(bucket: number): number {
  const step = STEPS.findLast(({ firstBucket }) => bucket >= firstBucket) ?? STEPS[0];
  return step.fromMs + (bucket - step.firstBucket + 1) * step.widthMs;
}
