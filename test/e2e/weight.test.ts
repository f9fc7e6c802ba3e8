import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { FIRST_VIEW_MAX_BYTES, FIRST_VIEWS, scriptsOf, weightOf } from "../../scripts/page-weight.mjs";

const BUILT_PAGE = fileURLToPath(new URL("../../dist/web", import.meta.url));

describe("the built page", () => {
  it.each(Object.entries(FIRST_VIEWS))("loads little script before its first view: %s", (_, sources) => {
    const scripts = scriptsOf(BUILT_PAGE, sources);
    expect(scripts.map(({ file }) => file)).toContain("scheme.js");
    expect(scripts.length).toBeGreaterThan(10);
    expect(weightOf(scripts)).toBeLessThanOrEqual(FIRST_VIEW_MAX_BYTES);
  });

  it("is judged by all that a view is made of: one that is not there is no light one", () => {
    expect(() => scriptsOf(BUILT_PAGE, ["src/features/nowhere.tsx"])).toThrow("the built page has no src/features/nowhere.tsx");
  });
});
