import { expect, it } from "vitest";

const JANUARY_OFFSET_MINUTES: Readonly<Record<string, number>> = {
  UTC: 0,
  "Europe/Warsaw": -60,
  "America/New_York": 300,
  "Asia/Kolkata": -330,
};

it("runs in the zone that its project names, so that the domain's tests really see four zones", () => {
  expect(new Date(2025, 0, 15).getTimezoneOffset()).toBe(JANUARY_OFFSET_MINUTES[process.env["TZ"] ?? ""]);
});
