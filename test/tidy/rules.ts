/** Rules of tidiness for every text file of the repository, as data. tidy.test.ts checks them and shows that each can fail. */

export const LINES_MAX = 400;

/** Files that may be longer, each with its reason; the list may only shrink. */
export const LONG_FILES: readonly string[] = [
  // A licence is not ours to shorten.
  "LICENSE",
  "package-lock.json",
  // Made from the routes, and checked against them.
  "openapi.json",
  "web/src/api/schema.d.ts",
];

/** Names that say nothing about what is inside. */
export const EMPTY_NAMES = [
  "util",
  "utils",
  "helper",
  "helpers",
  "common",
  "misc",
  "manager",
  "service",
  "services",
  "types",
  "shared",
];

/** What no line may hold. The patterns are put together from pieces, so that this file does not break its own rules. */
export const FORBIDDEN_TEXT: readonly { readonly what: string; readonly pattern: RegExp; readonly in: RegExp }[] = [
  { what: "an unfinished note", pattern: new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "XX" + "X"].join("|")})\\b`), in: /./ },
  {
    what: "a test that is switched off or singled out",
    pattern: new RegExp(`\\b(it|test|describe)(\\.\\w+)*\\.(${["only", "skip", "todo", "fails"].join("|")})\\b`),
    in: /\.test\.ts$/,
  },
  {
    what: "a path of one machine",
    pattern: new RegExp(`(?<![\\w.~/-])/(${["home", "Users", "root", "work"].join("|")})/\\w`),
    in: /./,
  },
  { what: "a blank at the end of a line", pattern: /[ \t]+$/m, in: /(?<!\.md)$/ },
  { what: "a Windows line ending", pattern: /\r\n/, in: /./ },
];

/** Files whose very subject is one of the forbidden texts. */
export const TEXT_EXCEPTIONS: readonly string[] = ["test/tidy.test.ts"];

/** Where an installed package may come from. */
export const REGISTRY = "https://registry.npmjs.org/";
