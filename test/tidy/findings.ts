import { posix } from "node:path";
import { EMPTY_NAMES, FORBIDDEN_TEXT, LINES_MAX, LONG_FILES, REGISTRY, TEXT_EXCEPTIONS } from "./rules.ts";

/** What is untidy in one file, one sentence each. */
export function findingsIn(path: string, text: string): string[] {
  return [nameFinding(path), lengthFinding(path, text), ...textFindings(path, text)].filter((finding) => finding !== undefined);
}

function nameFinding(path: string): string | undefined {
  const words = path.split("/").map((name) => name.split(".")[0] ?? "");
  const empty = words.find((word) => EMPTY_NAMES.includes(word.toLowerCase()));
  return empty === undefined ? undefined : `${path}: "${empty}" says nothing about what is inside`;
}

function lengthFinding(path: string, text: string): string | undefined {
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  if (lines <= LINES_MAX || LONG_FILES.includes(path)) return undefined;
  return `${path}: ${lines} lines; allowed: ${LINES_MAX}`;
}

function textFindings(path: string, text: string): string[] {
  if (TEXT_EXCEPTIONS.includes(path)) return [];
  return FORBIDDEN_TEXT.filter((rule) => rule.in.test(path) && rule.pattern.test(text)).map(
    (rule) => `${path}: ${rule.what} (${JSON.stringify(rule.pattern.exec(text)?.[0])})`,
  );
}

/** Places of packages that are not the public registry: a mirror or a folder that nobody else can reach. */
export function strangePlaces(lockFile: string): string[] {
  const { packages } = JSON.parse(lockFile) as { packages: Record<string, { resolved?: string; link?: boolean }> };
  return Object.entries(packages).flatMap(([name, { resolved, link }]) => {
    const isStrange = link === true || (resolved !== undefined && !resolved.startsWith(REGISTRY));
    return isStrange ? [`${name}: ${resolved ?? "a link"}`] : [];
  });
}

/** Relative links and images of a Markdown page whose target is missing. */
export function deadLinks(path: string, text: string, exists: (path: string) => boolean): string[] {
  const targets = [...text.matchAll(/\]\(([^)\s]+)/g)].map((match) => match[1] ?? "");
  const relative = targets.filter((target) => !/^([a-z]+:|#)/i.test(target)).map((target) => target.split("#")[0] ?? "");
  return relative
    .filter((target) => !exists(posix.join(posix.dirname(path), target)))
    .map((target) => `${path}: no such file: ${target}`);
}
