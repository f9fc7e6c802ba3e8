import { builtinModules } from "node:module";
import { posix } from "node:path";
import { COMPUTING_MODULES, HOMES, MAY_IMPORT, PARTS, type Part, REAL_WORLD, TYPE_HOMES } from "./rules.ts";
import { type Import, readSource } from "./source.ts";

/**
 * What is wrong with a file of src/, one sentence each.
 *
 * @param path from the repository's root, with slashes: `src/mail/smtp.ts`
 */
export function violationsOf(path: string, text: string): string[] {
  const part = partOf(path);
  if (part === undefined) return [`${path}: no part of src/ that test/architecture/rules.ts knows`];
  const source = readSource(path, text);
  return [
    ...source.imports.flatMap((found) => importProblem(path, part, found) ?? []),
    ...[...source.touches].flatMap((name) => worldProblem(part, name) ?? []),
  ].map((problem) => `${path}: ${problem}`);
}

export function partOf(path: string): Part | undefined {
  return PARTS.find((part) => path === `src/${part}` || path.startsWith(`src/${part}/`));
}

function importProblem(path: string, part: Part, { name, isTypeOnly }: Import): string | undefined {
  if (name === undefined) return "imports a module whose name is computed";
  if (name.startsWith(".")) return ownFileProblem(path, part, name);
  return isUnitTest(path) || (isTypeOnly && TYPE_HOMES[name]?.includes(part)) ? undefined : packageProblem(part, name);
}

function ownFileProblem(path: string, part: Part, name: string): string | undefined {
  if (!name.endsWith(".ts")) return `imports ${name}, which lacks the ending .ts`;
  const target = posix.join(posix.dirname(path), name);
  if (isUnitTest(path) && target.startsWith("test/")) return undefined;
  if (isUnitTest(target)) return `imports the test ${target}`;
  const targetPart = partOf(target);
  if (targetPart === undefined) return `imports ${target}, which is no part of src/`;
  if (targetPart === part || MAY_IMPORT[part].includes(targetPart)) return undefined;
  return `${part} may not import ${targetPart} (${name})`;
}

function packageProblem(part: Part, name: string): string | undefined {
  if (builtinModules.includes(name)) return `imports ${name}; write node:${name}`;
  const isOfNode = name.startsWith("node:");
  const homes = HOMES[isOfNode ? name : packageOf(name)];
  if (homes !== undefined && !homes.includes(part)) return `${name} belongs to ${homes.join(", ")}, not to ${part}`;
  if (isOfNode)
    return COMPUTING_MODULES[part]?.includes(name) === false ? `${part} only decides and may not import ${name}` : undefined;
  return homes === undefined ? `imports ${name}, which has no home in test/architecture/rules.ts` : undefined;
}

/** `nodemailer/lib/xoauth2` is part of `nodemailer`, `@clack/prompts/x` of `@clack/prompts`. */
function packageOf(name: string): string {
  return name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
}

function worldProblem(part: Part, name: string): string | undefined {
  const places = Object.hasOwn(REAL_WORLD, name) ? REAL_WORLD[name] : undefined;
  return places === undefined || places.includes(part)
    ? undefined
    : `${name} is for ${places.join(", ")} only; take it as an argument`;
}

function isUnitTest(path: string): boolean {
  return path.endsWith(".test.ts");
}
