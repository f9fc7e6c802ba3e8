import { describe, expect, it } from "vitest";
import { textOf } from "../architecture/repository-files.ts";
import { pageFiles } from "./page-sources.ts";

/** From where to where the page's parts may import: the frame may load features, a feature may use what all share, and no feature another. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  app: ["api", "app", "components", "features", "format", "i18n", "theme"],
  features: ["api", "app", "components", "format", "i18n"],
  components: ["api", "components", "format", "i18n"],
  api: ["api"],
  format: ["format", "i18n"],
  i18n: ["i18n"],
  theme: ["theme"],
  "main.tsx": ["app", "i18n", "theme"],
};

const partOf = (path: string): string => path.replace("web/src/", "").split("/")[0] ?? "";
const featureOf = (path: string): string | undefined => /^web\/src\/features\/([^/]+)\//.exec(path)?.[1];

function target(path: string, imported: string): string {
  return new URL(imported, `file:///${path}`).pathname.slice(1);
}

function violations(path: string, text: string): string[] {
  const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, name]) => target(path, name ?? ""));
  return imports
    .filter((to) => {
      if (!to.startsWith("web/src/")) return true;
      if (partOf(path) === "features" && partOf(to) === "features") return featureOf(path) !== featureOf(to);
      return partOf(to) !== partOf(path) && !(MAY_IMPORT[partOf(path)] ?? []).includes(partOf(to));
    })
    .map((to) => `${path} -> ${to}`);
}

describe("the page's parts", () => {
  it("import only what they may, and nothing of the program: it knows the API by openapi.json alone", () => {
    expect(pageFiles(/\.tsx?$/).flatMap((path) => violations(path, textOf(path)))).toEqual([]);
  });

  it.each([
    ["web/src/features/lead/page.tsx", 'import { a } from "../campaign/plan.tsx";'],
    ["web/src/components/badge.tsx", 'import { a } from "../features/lead/page.tsx";'],
    ["web/src/api/client.ts", 'import { a } from "../../../src/domain/states.ts";'],
  ])("are caught when they do not: %s", (path, text) => {
    expect(violations(path, text)).toHaveLength(1);
  });
});
