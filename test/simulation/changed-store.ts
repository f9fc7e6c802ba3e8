import type { Store, StoreTransaction } from "../../src/engine/ports.ts";

/** A store whose transactions are changed by `change`: how a test takes one guard away. */
export function changed(change: (tx: StoreTransaction) => Partial<StoreTransaction>): (store: Store) => Store {
  return (store) => ({
    ...store,
    transaction: (work, ...how) => store.transaction((tx) => work({ ...tx, ...change(tx) }), ...how),
  });
}
