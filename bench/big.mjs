// The two sizes between which nothing may grow but what is due.

/** @type {import("./database-rows.mjs").Shape} 10,000 campaigns, 11,000,000 rows of which 1,000,000 are planned, 10,000,000 ledger entries */
const LARGE = { leads: 1_000_000, campaigns: 10_000, sentEach: 1_000, plannedEach: 100, waitingEach: 0 };
/** @type {import("./database-rows.mjs").Shape} 10 campaigns, 1,000,000 rows of which 100,000 are planned */
const SMALL = { leads: 1_000_000, campaigns: 10, sentEach: 90_000, plannedEach: 10_000, waitingEach: 0 };
const QUICK = {
  large: { leads: 10_000, campaigns: 500, sentEach: 100, plannedEach: 20, waitingEach: 0 },
  small: { leads: 10_000, campaigns: 10, sentEach: 500, plannedEach: 100, waitingEach: 0 },
};

/** @param {boolean} quick */
export const sizes = (quick) => (quick ? QUICK : { large: LARGE, small: SMALL });
