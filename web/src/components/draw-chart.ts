import "uplot/dist/uPlot.min.css";
import uPlot from "uplot";
import type { Series } from "./chart.tsx";

interface Drawing {
  readonly points: readonly string[];
  readonly series: readonly Series[];
  readonly height: number;
  readonly valueText: (value: number) => string;
}

/** Room for a day's name below its bar, and for a line of them. */
const LABEL_WIDTH_PX = 110;
const LABELS_HEIGHT_PX = 28;
const BAR_SHARE = 0.7;

/** Draws into `place` with the colours that are in force now. Bars that stand in one chart are stacked, the first below. */
export function drawChart(place: HTMLElement, { points, series, height, valueText }: Drawing): uPlot {
  const colour = (name: string): string => getComputedStyle(place).getPropertyValue(`--${name}`).trim();
  const font = `12px ${getComputedStyle(place).fontFamily}`;
  const axis = { stroke: colour("ink-faint"), font, grid: { stroke: colour("line"), width: 1 }, ticks: { show: false } };
  const stacked = stack(series);
  // Bars on top of others are drawn first, so that the lower ones cover their feet.
  const order = series.map((_, index) => index).toReversed();
  const options: uPlot.Options = {
    width: place.clientWidth,
    height,
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    legend: { show: false },
    scales: {
      x: { time: false, range: [-0.6, points.length - 0.4] },
      y: { range: (_plot, _min, max) => [0, Math.max(1, max * 1.05)] },
    },
    axes: [
      {
        ...axis,
        size: LABELS_HEIGHT_PX,
        grid: { show: false },
        splits: ({ width }) => {
          const every = Math.max(1, Math.ceil((points.length * LABEL_WIDTH_PX) / width));
          // From the last one back, which is today in most charts.
          return points.map((_, index) => index).filter((index) => (points.length - 1 - index) % every === 0);
        },
        values: (_plot, at) => at.map((index) => points[index] ?? ""),
      },
      {
        ...axis,
        size: 52,
        values: (_plot, at) => at.map((value) => (Number.isInteger(value) || at.every((one) => one < 5) ? valueText(value) : "")),
      },
    ],
    series: [
      {},
      ...order.map((index): uPlot.Series => {
        const { tone, kind } = series[index] as Series;
        if (kind === "line") return { stroke: colour(tone), width: 2, points: { show: points.length < 3 } };
        const { bars } = uPlot.paths;
        return {
          fill: colour(tone),
          width: 0,
          points: { show: false },
          ...(bars !== undefined && { paths: bars({ size: [BAR_SHARE, 40] }) }),
        };
      }),
    ],
  };
  const data = [points.map((_, index) => index), ...order.map((index) => stacked[index] ?? [])];
  return new uPlot(options, data as uPlot.AlignedData, place);
}

function stack(series: readonly Series[]): (number | null)[][] {
  const below: number[] = [];
  return series.map(({ kind, values }) => {
    if (kind === "line") return [...values];
    return values.map((value, index) => {
      below[index] = (below[index] ?? 0) + (value ?? 0);
      return below[index] ?? null;
    });
  });
}
