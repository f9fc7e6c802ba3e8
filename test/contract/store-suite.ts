import { afterEach, beforeEach, describe, expect } from "vitest";
import { verify } from "../../src/storage/verify.ts";
import { describeCharge } from "./charge.ts";
import { describeClaims } from "./claims.ts";
import { describeConstraints } from "./constraints.ts";
import { describeFreezing } from "./freezing.ts";
import { describeHolds } from "./holds.ts";
import { describeIntents } from "./intents.ts";
import { describeMailboxes } from "./mailboxes.ts";
import { describeOrders } from "./orders.ts";
import { describeOutcomes } from "./outcomes.ts";
import { type OpenStore, StoreWorld } from "./store-world.ts";

/**
 * What the engine relies on, whatever the database: each store is run through the same suite. After every test `verify` must find nothing,
 * and the data of a failed test are kept.
 */
export function describeStore(name: string, isShared: boolean, open: OpenStore): void {
  describe(`the ${name} store`, () => {
    let world: StoreWorld;

    beforeEach(async () => {
      world = await StoreWorld.open(open);
    });

    afterEach(async (context) => {
      const failed = context.task.result?.state === "fail";
      const findings = failed ? [] : (await verify(world.one.reader)).findings;
      const keep = failed || findings.length > 0;
      if (keep) console.error(`the database of this failure is kept: ${world.under.place}`);
      await world.under.close(keep);
      expect(findings).toEqual([]);
    });

    const current = (): StoreWorld => world;
    describeClaims(current);
    describeIntents(current);
    describeHolds(current);
    describeMailboxes(current);
    describeOutcomes(current);
    describeCharge(current, isShared);
    describeFreezing(current);
    describeOrders(current);
    describeConstraints(current, isShared);
  });
}
