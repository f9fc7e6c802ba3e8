import { describe, expect, it } from "vitest";
import { loadHolidays, NO_HOLIDAYS, parseCountries } from "./holidays.ts";
import { problemText } from "./result.ts";

describe("loadHolidays", () => {
  it("has 11 November in Poland, and neither the day before nor the day after", async () => {
    const poland = await loadHolidays(["PL"]);
    expect(poland.nameOn("2025-11-11")).toBe("PL: Narodowe Święto Niepodległości");
    expect(poland.nameOn("2025-11-10")).toBeUndefined();
    expect(poland.nameOn("2025-11-12")).toBeUndefined();
  });

  it("has movable feasts of each year", async () => {
    const poland = await loadHolidays(["PL"]);
    expect(poland.nameOn("2025-04-21")).toContain("Drugi dzień Wielkanocy");
    expect(poland.nameOn("2026-04-06")).toContain("Drugi dzień Wielkanocy");
    expect(poland.nameOn("2026-04-21")).toBeUndefined();
  });

  it("unites countries and says which country a name belongs to", async () => {
    const both = await loadHolidays(["PL", "DE"]);
    expect(both.nameOn("2025-01-01")).toBe("PL: Nowy Rok, DE: Neujahr");
    expect(both.nameOn("2025-10-03")).toBe("DE: Tag der Deutschen Einheit");
  });

  it("counts days off that replace a holiday on a Sunday", async () => {
    const japan = await loadHolidays(["JP"]);
    expect(japan.nameOn("2025-11-24")).toContain("振替休日");
  });

  it("leaves out days on which most people work", async () => {
    const germanyAndJapan = await loadHolidays(["DE", "JP"]);
    expect(germanyAndJapan.nameOn("2025-12-24")).toBeUndefined();
    expect(germanyAndJapan.nameOn("2025-12-31")).toBeUndefined();
  });

  it("has every day of a feast of several days", async () => {
    const turkey = await loadHolidays(["TR"]);
    const days = ["2025-06-05", "2025-06-06", "2025-06-07", "2025-06-08", "2025-06-09", "2025-06-10"];
    expect(days.map((day) => turkey.nameOn(day) !== undefined)).toEqual([false, true, true, true, true, false]);
  });

  it("stays right when more years are asked for than it remembers", async () => {
    const poland = await loadHolidays(["PL"]);
    const missing = Array.from({ length: 30 }, (_, index) => `${2020 + index}-01-01`).filter(
      (day) => poland.nameOn(day) === undefined,
    );
    expect(missing).toEqual([]);
    expect(poland.nameOn("2025-11-11")).toBeDefined();
  });

  it("has none for no country, and throws for one that does not exist", async () => {
    expect(await loadHolidays([])).toBe(NO_HOLIDAYS);
    expect(NO_HOLIDAYS.nameOn("2025-12-25")).toBeUndefined();
    await expect(loadHolidays(["XX"])).rejects.toThrow('no holiday data for country "XX"');
  });
});

describe("parseCountries", () => {
  it.each([
    ["PL", ["PL"]],
    [" pl, DE gb,pl ", ["PL", "DE", "GB"]],
    ["", []],
  ])("reads %j as %j", async (text, codes) => {
    expect(await parseCountries(text, "holidays")).toEqual({ ok: true, value: codes });
  });

  it.each([
    ["PL,XX", 'unknown country "XX"'],
    ["Poland", 'unknown country "POLAND"'],
    ["UK", "the United Kingdom is GB"],
    ["constructor", 'unknown country "CONSTRUCTOR"'],
  ])("refuses %j and names the code", async (text, reason) => {
    const result = await parseCountries(text, "holidays");
    expect(result.ok ? undefined : problemText(result.error)).toContain(reason);
    expect(result.ok ? undefined : result.error.value).toBe(text);
  });
});
