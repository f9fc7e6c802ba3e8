import { defineConfig } from "vitest/config";

/** Calendar rules never ask for the process's zone; running them under four proves it. */
const ZONES = ["UTC", "Europe/Warsaw", "America/New_York", "Asia/Kolkata"];
const ZONE_TESTS = ["src/domain/**/*.test.ts", "test/zones.test.ts"];

const zoneProjects = ZONES.map((zone) => ({
  extends: true as const,
  test: { name: `zone ${zone}`, include: ZONE_TESTS, env: { TZ: zone } },
}));

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["default", "./scripts/summary-reporter.mjs"],
    coverage: { provider: "v8", include: ["src/**/*.ts"] },
    projects: [
      {
        extends: true,
        test: {
          name: "goniec",
          include: ["src/**/*.test.ts", "test/**/*.test.ts"],
          exclude: ZONE_TESTS,
          globalSetup: ["test/postgres-setup.ts"],
        },
      },
      ...zoneProjects,
    ],
  },
});
