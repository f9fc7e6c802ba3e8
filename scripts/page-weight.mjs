// What a view of the built page weighs: the script that a browser has to load before it is there, packed by gzip.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** What nobody who opens the page should have to wait for. */
export const FIRST_VIEW_MAX_BYTES = 250_000;

/**
 * The views that people meet first, by the sources that are loaded for them beside the page's own. The overview's chart is drawn by a script that
 * comes when all else is there, so it is not among them.
 */
export const FIRST_VIEWS = {
  "sign-in": ["src/features/sign-in/sign-in-page.tsx"],
  overview: ["src/features/overview/overview-page.tsx"],
};

/** A plain script of index.html; modules are in the manifest. */
const PLAIN_SCRIPT = /<script src="\/([^"]+)"/g;

/**
 * @typedef {{file: string, imports?: readonly string[]}} Chunk
 * @typedef {{file: string, gzipBytes: number}} Script
 */

/**
 * The scripts of a view with what each weighs: the page's entry, what is loaded for the view, and all that these import.
 *
 * @param {string} folder of the built page
 * @param {readonly string[]} sources that the view is made of, as the manifest names them
 * @returns {Script[]} each once, the heaviest first
 * @throws {Error} when the page was built without one of them
 */
export function scriptsOf(folder, sources) {
  /** @type {Record<string, Chunk>} */
  const manifest = JSON.parse(readFileSync(join(folder, ".vite", "manifest.json"), "utf8"));
  const files = new Set([...readFileSync(join(folder, "index.html"), "utf8").matchAll(PLAIN_SCRIPT)].map(([, path]) => path));
  const seen = new Set();
  const add = (name) => {
    if (seen.has(name)) return;
    seen.add(name);
    const chunk = manifest[name];
    if (chunk === undefined) throw new Error(`the built page has no ${name}`);
    if (chunk.file.endsWith(".js")) files.add(chunk.file);
    for (const imported of chunk.imports ?? []) add(imported);
  };
  for (const name of ["index.html", ...sources]) add(name);
  return [...files]
    .map((file) => ({ file, gzipBytes: gzipSync(readFileSync(join(folder, file))).byteLength }))
    .sort((a, b) => b.gzipBytes - a.gzipBytes);
}

/**
 * @param {readonly Script[]} scripts
 * @returns {number} bytes
 */
export const weightOf = (scripts) => scripts.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
