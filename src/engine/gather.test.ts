import { expect, it } from "vitest";
import { TurningClock } from "../../test/contract/turning-clock.ts";
import { Gatherer } from "./gather.ts";

/** Doubles numbers and remembers in which groups; a group with an `unlucky` number fails, unless it is alone and not the unlucky one. */
function doubling(groupMax = 50, unlucky?: number) {
  const groups: (readonly number[])[] = [];
  const gatherer = new Gatherer<number, number>(new TurningClock(0), groupMax, async (items) => {
    groups.push(items);
    if (unlucky !== undefined && items.includes(unlucky)) throw new Error(`${unlucky} cannot be doubled`);
    return items.map((item) => item * 2);
  });
  return { gatherer, groups };
}

it("does what comes up in one turn together, and gives each its own result", async () => {
  const { gatherer, groups } = doubling();
  expect(await Promise.all([1, 2, 3].map((item) => gatherer.do(7, item)))).toEqual([2, 4, 6]);
  expect(groups).toEqual([[1, 2, 3]]);
});

it("never puts items of two keys together", async () => {
  const { gatherer, groups } = doubling();
  await Promise.all([gatherer.do(7, 1), gatherer.do(8, 2), gatherer.do(7, 3)]);
  expect(groups).toEqual([[1, 3], [2]]);
});

it("puts no more into a group than it may hold, and does the rest after it", async () => {
  const { gatherer, groups } = doubling(2);
  await Promise.all([1, 2, 3, 4, 5].map((item) => gatherer.do(7, item)));
  expect(groups).toEqual([[1, 2], [3, 4], [5]]);
});

it("does each again on its own when the group fails, so that one that cannot be done costs only itself", async () => {
  const { gatherer, groups } = doubling(50, 2);
  const results = await Promise.allSettled([1, 2, 3].map((item) => gatherer.do(7, item)));
  expect(results.map((result) => (result.status === "fulfilled" ? result.value : String(result.reason)))).toEqual([
    2,
    "Error: 2 cannot be doubled",
    6,
  ]);
  expect(groups).toEqual([[1, 2, 3], [1], [2], [3]]);
});

it("works again for a key that it has worked for before", async () => {
  const { gatherer } = doubling();
  expect([await gatherer.do(7, 1), await gatherer.do(7, 2)]).toEqual([2, 4]);
});

it("begins the next group when the one before only waits for the disk, and gives each result when it is there", async () => {
  let [flush, begin] = [(): void => undefined, (): void => undefined];
  const onDisk = new Promise<void>((resolve) => {
    flush = resolve;
  });
  const firstBegun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const gatherer = new Gatherer<number, number>(new TurningClock(0), 50, async (items, committed) => {
    committed();
    begin();
    if (items.includes(1)) await onDisk;
    return items;
  });
  const done: number[] = [];
  const first = gatherer.do(7, 1).then((result) => done.push(result));
  await firstBegun;
  done.push(await gatherer.do(7, 2));
  expect(done).toEqual([2]);
  flush();
  await first;
  expect(done).toEqual([2, 1]);
});
