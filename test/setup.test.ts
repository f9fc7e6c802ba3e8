import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ROOT } from "./architecture/repository-files.ts";
import { refuseOldNode, setUp } from "../scripts/setup.mjs";

const PACKAGES = { "": { name: "made-up" }, "node_modules/a": { integrity: "sha512-a" } };
let root: string;
let done: string[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "goniec-setup-"));
  done = [];
  write("package-lock.json", JSON.stringify({ packages: PACKAGES }));
  write("src/main.ts", "first");
});

afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const steps = {
  install: async () => {
    done.push("install");
    write("node_modules/a/package.json", "{}");
  },
  build: async (_root: string, outFolder: string) => {
    done.push("build");
    for (const name of readdirSync(join(root, "src"))) writeFileSync(join(outFolder, name), "built");
  },
  buildPage: async (_root: string, outFolder: string) => {
    done.push("page");
    writeFileSync(join(outFolder, "index.html"), "built");
  },
};

async function doneBySetUp(): Promise<string[]> {
  done = [];
  await setUp(root, steps);
  return done;
}

describe("set-up", () => {
  it("installs and builds a fresh clone, once", async () => {
    expect(await doneBySetUp()).toEqual(["install", "build"]);
    expect(await doneBySetUp()).toEqual([]);
    expect(existsSync(join(root, ".setup", "lock"))).toBe(false);
  });

  it("installs again when the lock file changed or node_modules/ is gone", async () => {
    await doneBySetUp();
    write("package-lock.json", JSON.stringify({ packages: { ...PACKAGES, "node_modules/b": { integrity: "sha512-b" } } }));
    expect(await doneBySetUp()).toEqual(["install", "build"]);
    rmSync(join(root, "node_modules"), { recursive: true });
    expect(await doneBySetUp()).toEqual(["install"]);
  });

  it("takes the word of an npm that somebody ran by hand, when it installed the same", async () => {
    const installed = (packages: object) => write("node_modules/.package-lock.json", JSON.stringify({ packages }));
    write(
      "package-lock.json",
      JSON.stringify({ packages: { ...PACKAGES, "node_modules/for-another-system": { optional: true } } }),
    );
    installed({ "node_modules/a": { integrity: "sha512-older" } });
    expect(await doneBySetUp()).toContain("install");
    rmSync(join(root, "node_modules"), { recursive: true });
    installed({ "node_modules/a": { integrity: "sha512-a" } });
    expect(await doneBySetUp()).toEqual([]);
  });

  it("builds again after an edit, an older version and a new file, but not for a unit test", async () => {
    await doneBySetUp();
    write("src/main.ts", "second, longer");
    expect(await doneBySetUp()).toEqual(["build"]);
    utimesSync(join(root, "src/main.ts"), 1_000, 1_000);
    expect(await doneBySetUp()).toEqual(["build"]);
    write("src/mail/smtp.ts", "new");
    expect(await doneBySetUp()).toEqual(["build"]);
    write("src/mail/smtp.test.ts", "a test");
    expect(await doneBySetUp()).toEqual([]);
  });

  it("leaves nothing of a removed source in dist/", async () => {
    write("src/gone.ts", "soon");
    await doneBySetUp();
    rmSync(join(root, "src/gone.ts"));
    await doneBySetUp();
    expect(readdirSync(join(root, "dist")).sort()).toEqual([".sources", "main.ts", "web"]);
  });

  it("builds the page when something of it changed, and keeps it when only the program did", async () => {
    write("web/index.html", "first");
    expect(await doneBySetUp()).toEqual(["install", "build", "page"]);
    write("src/main.ts", "second, longer");
    expect(await doneBySetUp()).toEqual(["build"]);
    expect(readdirSync(join(root, "dist", "web"))).toContain("index.html");
    write("web/index.html", "second, longer");
    expect(await doneBySetUp()).toEqual(["page"]);
  });

  it("keeps the last good dist/ when a build fails, and tries again", async () => {
    await doneBySetUp();
    write("src/main.ts", "broken code");
    await expect(setUp(root, { ...steps, build: () => Promise.reject(new Error("does not compile")) })).rejects.toThrow(
      "compile",
    );
    expect(readdirSync(join(root, "dist"))).toContain("main.ts");
    expect(await doneBySetUp()).toEqual(["build"]);
  });

  it("has nothing to do in an installed package, which has no src/", async () => {
    rmSync(join(root, "src"), { recursive: true });
    expect(await doneBySetUp()).toEqual([]);
  });

  it("takes over from a process that died in the middle", async () => {
    write(".setup/lock/owner", `${2 ** 30}-1`);
    expect(await doneBySetUp()).toEqual(["install", "build"]);
    expect(readdirSync(join(root, ".setup"))).toEqual([]);
  });

  it("happens once when six processes start at the same time, also over a dead owner's lock", async () => {
    write(".setup/lock/owner", `${2 ** 30}-1`);
    const program = `
      import { appendFileSync, mkdirSync } from "node:fs";
      import { setUp } from ${JSON.stringify(join(ROOT, "scripts/setup.mjs"))};
      const note = (word) => async () => {
        mkdirSync("node_modules", { recursive: true });
        appendFileSync("steps.log", word + " ");
        await new Promise((resume) => setTimeout(resume, 50));
      };
      await setUp(process.cwd(), { install: note("install"), build: note("build"), buildPage: note("page") });`;
    write("start.mjs", program);
    const exits = Array.from({ length: 6 }, () =>
      once(spawn(process.execPath, ["start.mjs"], { cwd: root, stdio: "inherit" }), "exit"),
    );
    expect((await Promise.all(exits)).map(([code]) => code as number)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(readFileSync(join(root, "steps.log"), "utf8")).toBe("install build ");
  });
});

describe("the version of Node", () => {
  it.each(["18.20.8", "20.0.0", "20.18.3", "8.17.0"])("%s is refused in words", (version) => {
    expect(() => refuseOldNode(version)).toThrow(`Goniec needs Node 20.19 or newer; this is Node ${version}`);
  });

  it.each(["20.19.0", "20.20.2", "22.0.0", "26.1.0"])("%s is accepted", (version) => {
    expect(() => refuseOldNode(version)).not.toThrow();
  });
});
