// Makes a clone ready to run: packages installed, dist/ built. Plain JavaScript without packages, because it runs before there are any.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const NODE_MIN = [20, 19];
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * @typedef {object} Steps The two slow steps, exchangeable in tests.
 * @property {(root: string) => Promise<void>} install makes node_modules/ match package-lock.json
 * @property {(root: string, outFolder: string) => Promise<void>} build compiles src/ into the folder
 * @property {(root: string, outFolder: string) => Promise<void>} buildPage bundles web/ into the folder
 */

/**
 * Installs and builds what is missing or out of date under `root`; a few milliseconds when nothing is.
 * An installed package has no src/ and needs neither. Any number of processes may call this at once.
 *
 * @param {string} root
 * @param {Steps} steps
 * @throws {Error} with a message for people when Node is too old or a step fails
 */
export async function setUp(root = ROOT, steps = { install, build, buildPage }) {
  refuseOldNode(process.versions.node);
  if (!existsSync(join(root, "src"))) return;
  if (isReady(root)) return;
  // Loaded only now: every start of the program passes here, and almost none has anything to do.
  const { holdingLock } = await import("./setup-lock.mjs");
  await holdingLock(join(root, ".setup"), async () => {
    const lockHash = hashOfLockFile(root);
    if (!isInstalled(root, lockHash)) {
      await steps.install(root);
      writeFileSync(installStamp(root), lockHash);
    }
    const sources = fingerprintOfSources(root, lockHash);
    if (!isStamped(buildStamp(root), sources)) await replaceDist(root, sources, steps.build);
    const page = fingerprintOfPage(root, lockHash);
    if (!isStamped(pageStamp(root), page)) await replacePage(root, page, steps.buildPage);
  });
}

/**
 * @param {string} version such as "20.19.0"
 * @throws {Error} when this program cannot run on it
 */
export function refuseOldNode(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return;
  throw new Error(
    `Goniec needs Node ${NODE_MIN.join(".")} or newer; this is Node ${version}. See https://nodejs.org/en/download`,
  );
}

function isReady(root) {
  const lockHash = hashOfLockFile(root);
  return (
    isStamped(installStamp(root), lockHash) &&
    isStamped(buildStamp(root), fingerprintOfSources(root, lockHash)) &&
    isStamped(pageStamp(root), fingerprintOfPage(root, lockHash))
  );
}

// Each stamp lies inside what they vouch for, so that deleting node_modules/ or dist/ deletes the claim too.
const installStamp = (root) => join(root, "node_modules", ".goniec-lock-hash");
const buildStamp = (root) => join(root, "dist", ".sources");
const pageStamp = (root) => join(root, "dist", "web", ".sources");

function isStamped(path, expected) {
  try {
    return readFileSync(path, "utf8") === expected;
  } catch {
    return false;
  }
}

function hashOfLockFile(root) {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
}

/** Somebody who ran npm themselves has no stamp of ours; what npm wrote about its own work is then as good. */
function isInstalled(root, lockHash) {
  if (isStamped(installStamp(root), lockHash)) return true;
  if (!matchesInstalledPackages(root)) return false;
  writeFileSync(installStamp(root), lockHash);
  return true;
}

function matchesInstalledPackages(root) {
  const installedPath = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(installedPath)) return false;
  const wanted = packagesOf(join(root, "package-lock.json"));
  const installed = packagesOf(installedPath);
  const isThere = ([path, { integrity, optional }]) =>
    path in installed ? installed[path].integrity === integrity : optional === true;
  return Object.entries(wanted).every(isThere) && Object.keys(installed).every((path) => path in wanted);
}

function packagesOf(lockPath) {
  const { "": _root, ...packages } = JSON.parse(readFileSync(lockPath, "utf8")).packages;
  return packages;
}

/** Changes when a compiled file is added, removed, edited or put back to an older version, and with every change of packages. */
function fingerprintOfSources(root, lockHash) {
  const settings = readdirSync(root).filter((name) => /^tsconfig.*\.json$/.test(name));
  const isCompiled = (name) => name.endsWith(".ts") && !name.endsWith(".test.ts");
  return fingerprint(root, lockHash, [...settings.map((name) => join(root, name)), ...filesUnder(join(root, "src"), isCompiled)]);
}

function fingerprintOfPage(root, lockHash) {
  const folder = join(root, "web");
  return fingerprint(root, lockHash, existsSync(folder) ? filesUnder(folder, (name) => !/\.test\.tsx?$/.test(name)) : []);
}

function fingerprint(root, lockHash, paths) {
  const hash = createHash("sha256").update(lockHash);
  for (const path of paths.sort()) {
    const { mtimeMs, size } = statSync(path);
    hash.update(`${relative(root, path)}:${mtimeMs}:${size}\n`);
  }
  return hash.digest("hex");
}

/**
 * Walked by hand: readdir's own recursion takes 4 ms longer, at every start of the program.
 *
 * @param {string} folder
 * @param {(name: string) => boolean} isWanted
 * @returns {string[]}
 */
function filesUnder(folder, isWanted) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesUnder(path, isWanted);
    return isWanted(entry.name) ? [path] : [];
  });
}

/** Built aside and renamed, so that nothing of a removed source stays and a failed build leaves the last good one. */
async function replaceDist(root, fingerprint, build) {
  const dist = join(root, "dist");
  const [fresh, old] = [join(root, ".setup", "new-dist"), join(root, ".setup", "old-dist")];
  for (const left of [fresh, old]) rmSync(left, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  await build(root, fresh);
  writeFileSync(join(fresh, ".sources"), fingerprint);
  // The page is a thing of its own, and takes five times as long to build.
  if (existsSync(join(dist, "web"))) renameSync(join(dist, "web"), join(fresh, "web"));
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(fresh, dist);
  rmSync(old, { recursive: true, force: true });
}

async function replacePage(root, fingerprint, buildPage) {
  const page = join(root, "dist", "web");
  const fresh = join(root, ".setup", "new-page");
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  if (existsSync(join(root, "web"))) await buildPage(root, fresh);
  writeFileSync(join(fresh, ".sources"), fingerprint);
  rmSync(page, { recursive: true, force: true });
  renameSync(fresh, page);
}

async function install(root) {
  say("Installing packages (first run, about 20 s) ...");
  // The npm that runs us, if one does: the PATH of an npm script may hold another.
  const running = process.env.npm_execpath ?? "";
  const [command, ...before] = running.endsWith("npm-cli.js") ? [process.execPath, running] : ["npm"];
  await run(command, [...before, "ci", "--include=dev", "--no-audit", "--no-fund"], root);
}

async function build(root, outFolder) {
  say("Building (after a change of the sources, about 2 s) ...");
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  await run(process.execPath, [compiler, "-p", "tsconfig.build.json", "--outDir", outFolder], root);
}

async function buildPage(root, outFolder) {
  say("Building the web page (after a change of web/, about 10 s) ...");
  const bundler = join(root, "node_modules", "vite", "bin", "vite.js");
  await run(process.execPath, [bundler, "build", "--config", join(root, "web", "vite.config.ts"), "--outDir", outFolder], root);
}

/** Standard output belongs to the command that is about to run, so this speaks on standard error. */
function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Runs a command quietly; its output is shown only when it fails. */
async function run(command, args, cwd) {
  const { spawn } = await import("node:child_process");
  await new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    const output = [];
    child.stdout.on("data", (chunk) => output.push(chunk));
    child.stderr.on("data", (chunk) => output.push(chunk));
    const fail = (why) => reject(new Error(`${Buffer.concat(output).toString()}\n${[command, ...args].join(" ")}: ${why}`));
    child.on("error", (error) => fail(error.message));
    child.on("close", (code, signal) => (code === 0 ? resolve() : fail(signal ?? `exit code ${code}`)));
  });
}

/** For the command line: what `setUp` throws becomes a sentence and exit code 1. */
export async function setUpOrExit() {
  try {
    await setUp();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}
