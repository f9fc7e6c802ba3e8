import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** A transition begins a frame after its element is there. Spinners never end, and what is taken away ends in an error. */
const STILL = `(async () => {
  for (const _ of [1, 2, 3]) await new Promise(requestAnimationFrame);
  const ending = document.getAnimations().filter(motion => motion.effect.getTiming().iterations !== Infinity);
  await Promise.allSettled(ending.map(motion => motion.finished));
})()`;

/**
 * What axe finds wrong with the page as it is shown now (WCAG 2.2 A and AA, and its best practices), each with where it is.
 * It judges colours as they are painted, so what fades in must have arrived.
 */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  await page.evaluate(STILL);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }> };
    };
    return (await axe.run()).violations;
  });
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} — ${failureSummary ?? ""}`),
  );
}
