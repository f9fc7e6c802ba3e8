import { useMantineColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import type uPlot from "uplot";
import { numberText } from "../format/numbers.ts";
import styles from "./chart.module.css";

/** One line or row of bars; `tone` names a colour of tokens.css. */
export interface Series {
  readonly label: string;
  readonly tone: "good" | "bad" | "accent" | "wait" | "calm" | "doubt";
  readonly kind: "bars" | "line";
  readonly values: readonly (number | null)[];
}

interface ChartProps {
  /** What is shown, for those who cannot see it. */
  readonly label: string;
  /** The texts below the points, in order. */
  readonly points: readonly string[];
  readonly series: readonly Series[];
  readonly height?: number;
  /** How a value is written; whole numbers when left out. */
  readonly valueText?: (value: number) => string;
}

const HEIGHT_PX = 200;

/** A chart whose drawing comes with its first use; the same numbers stand in a table for screen readers. */
export function Chart({ label, points, series, height = HEIGHT_PX, valueText = numberText }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const { colorScheme } = useMantineColorScheme();
  useEffect(() => {
    const element = place.current;
    if (element === null || points.length === 0) return undefined;
    let plot: uPlot | undefined;
    let isGone = false;
    const resize = new ResizeObserver(([entry]) => plot?.setSize({ width: entry?.contentRect.width ?? 0, height }));
    void import("./draw-chart.ts").then(({ drawChart }) => {
      if (isGone) return;
      plot = drawChart(element, { points, series, height, valueText });
      resize.observe(element);
    });
    return () => {
      isGone = true;
      resize.disconnect();
      plot?.destroy();
    };
  }, [points, series, height, valueText, colorScheme]);
  return (
    <figure className={styles.figure}>
      <figcaption className={styles.legend}>
        {series.map((one) => (
          <span key={one.label}>
            <span className={styles.key} style={{ background: `var(--${one.tone})` }} aria-hidden="true" />
            {one.label}
          </span>
        ))}
      </figcaption>
      <div ref={place} style={{ height }} aria-hidden="true" />
      <table className="visually-hidden">
        <caption>{label}</caption>
        <thead>
          <tr>
            <td />
            {series.map((one) => (
              <th key={one.label} scope="col">
                {one.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {points.map((point, index) => (
            <tr key={point}>
              <th scope="row">{point}</th>
              {series.map((one) => (
                <td key={one.label}>{textOf(one.values[index], valueText)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

const textOf = (value: number | null | undefined, valueText: (value: number) => string): string =>
  value === null || value === undefined ? "" : valueText(value);
