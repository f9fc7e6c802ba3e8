import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { filesUnder, ROOT, textOf } from "./architecture/repository-files.ts";
import { VERSION } from "../src/version.ts";
import { deadLinks, findingsIn, strangePlaces } from "./tidy/findings.ts";
import { LONG_FILES } from "./tidy/rules.ts";

const BINARY = /\.(png|jpe?g|gif|ico|woff2?|pdf|db|gz|xlsx)$/;
const files = filesUnder("").filter((path) => !BINARY.test(path));
const pages = files.filter((path) => path.endsWith(".md"));

describe("the repository", () => {
  it("is tidy", () => {
    expect(files.flatMap((path) => findingsIn(path, textOf(path)))).toEqual([]);
  });

  it("was really read", () => {
    expect(files.length).toBeGreaterThan(100);
    expect(files).toEqual(
      expect.arrayContaining(["bin/goniec", ".ci/run", "src/main.ts", "test/tidy.test.ts", "CONTRIBUTING.md"]),
    );
  });

  it("excuses no file that is gone", () => {
    expect(LONG_FILES.filter((path) => !files.includes(path))).toEqual([]);
  });

  it("installs every package from the public registry", () => {
    expect(strangePlaces(textOf("package-lock.json"))).toEqual([]);
  });

  it("names one version", () => {
    expect(VERSION).toBe((JSON.parse(textOf("package.json")) as { version: string }).version);
  });

  it("has no link to a file that does not exist", () => {
    expect(pages.flatMap((path) => deadLinks(path, textOf(path), (target) => existsSync(join(ROOT, target))))).toEqual([]);
  });
});

describe("an untidy file is found", () => {
  it.each([
    ["src/mail/utils.ts", ""],
    ["src/mail/Helpers.test.ts", ""],
    ["src/common/mail.ts", ""],
    ["src/mail/long.ts", "line\n".repeat(401)],
    ["src/mail/a.ts", "// TODO: later"],
    ["docs/a.md", "FIXME"],
    ["src/mail/a.ts", "/* XXX */"],
    ["src/mail/a.test.ts", "it.only('x', () => {})"],
    ["src/mail/a.test.ts", "describe.skip('x', () => {})"],
    ["src/mail/a.test.ts", "test.concurrent.skip('x', () => {})"],
    ["docs/a.md", "see /home/anna/goniec"],
    ["src/mail/a.ts", 'const path = "/Users/anna";'],
    ["src/mail/a.ts", "const a = 1; \n"],
    ["src/mail/a.ts", "const a = 1;\r\n"],
  ])("%s: %.40s", (path, text) => expect(findingsIn(path, text)).toHaveLength(1));

  it("and a tidy one is not", () => {
    expect(findingsIn("src/mail/service-hours.ts", "line\n".repeat(400))).toEqual([]);
    expect(findingsIn("docs/a.md", "https://example.test/home/anna and ./work/x\n")).toEqual([]);
  });

  it("so are a package from elsewhere and a dead link", () => {
    const lock = {
      packages: {
        a: { resolved: "https://registry.npmjs.org/a.tgz" },
        b: { resolved: "http://mirror.test/b.tgz" },
        c: { link: true },
      },
    };
    expect(strangePlaces(JSON.stringify(lock))).toHaveLength(2);
    const text = "[a](there.md) [b](gone.md#part) [c](https://example.test) [d](#here) ![e](../gone.png)";
    expect(deadLinks("docs/page.md", text, (path) => path === "docs/there.md")).toHaveLength(2);
  });
});

describe("the linter", () => {
  const folder = mkdtempSync(join(tmpdir(), "goniec-lint-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  // The configuration has to reach the linter's type-aware half as well, which would otherwise find nothing and succeed.
  const lint = (text: string): string => {
    const path = join(folder, "made-up.ts");
    writeFileSync(path, text);
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions: { strict: true, target: "ES2023", module: "nodenext" } }),
    );
    const oxlint = join(ROOT, "node_modules", ".bin", "oxlint");
    return spawnSync(oxlint, ["-c", join(ROOT, ".oxlintrc.json"), "-f", "unix", path], { cwd: folder, encoding: "utf8" }).stdout;
  };

  it.each([
    ["max-lines", `${"// a line\n".repeat(400)}export {};\n`],
    ["max-lines-per-function", `export function long(): void {\n${"  long();\n".repeat(70)}}\n`],
    ["no-floating-promises", "async function send(): Promise<void> {}\nsend();\n"],
    ["no-misused-promises", "[1].forEach(async () => {});\nexport {};\n"],
    ["await-thenable", "export const one = async () => await 1;\n"],
    ["switch-exhaustiveness-check", 'export function f(a: "x" | "y"): void {\n  switch (a) {\n    case "x":\n  }\n}\n'],
    ["no-explicit-any", "export const a: any = 1;\n"],
    ["no-console", "console.log(1);\nexport {};\n"],
  ])("finds %s", (rule, text) => expect(lint(text)).toContain(`(${rule})`));

  it("finds a circle of imports", () => {
    writeFileSync(join(folder, "other.ts"), 'import { a } from "./made-up.ts";\nexport const b = (): number => a();\n');
    expect(lint('import { b } from "./other.ts";\nexport const a = (): number => b();\n')).toContain("(no-cycle)");
  });

  it("leaves a clean file alone", () => {
    expect(lint("export const a = 1;\n")).toBe("");
  });
});
