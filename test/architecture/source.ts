import { parseSync, visitorKeys } from "oxc-parser";

/** What the rules ask of a source file. */
export interface Source {
  readonly imports: readonly Import[];
  /** Global things it touches: `Date.now`, `process.env`, `setTimeout`, and `new Date()` when it is given no arguments. */
  readonly touches: ReadonlySet<string>;
}

export interface Import {
  /** The module's name as written; `undefined` for a dynamic import whose name is computed. */
  readonly name: string | undefined;
  /** Nothing of it is left when the program runs. */
  readonly isTypeOnly: boolean;
}

interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Reads TypeScript by its syntax, so that comments and strings are never taken for code. Throws when it does not parse. */
export function readSource(path: string, text: string): Source {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors.map((error) => error.message).join("; ")}`);
  const imports: Import[] = [];
  const touches = new Set<string>();
  walk(program as unknown as Node, (node) => {
    if (IMPORTS.includes(node.type) && node["source"] !== null) imports.push(importOf(node));
    for (const name of touchedBy(node)) touches.add(name);
  });
  return { imports, touches };
}

/** Visits every node but the names of properties: the `now` of `clock.now` is nobody's global. */
function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  const isPropertyName = (key: string) => (key === "property" || key === "key") && node["computed"] !== true;
  for (const key of visitorKeys[node.type] ?? []) {
    if (isPropertyName(key)) continue;
    for (const child of [node[key]].flat() as (Node | null | undefined)[]) if (child) walk(child, visit);
  }
}

const IMPORTS = ["ImportDeclaration", "ExportNamedDeclaration", "ExportAllDeclaration", "ImportExpression", "TSImportType"];

function importOf(node: Node): Import {
  const { type, value } = node["source"] as Node;
  const kinds = [node.type === "TSImportType" ? "type" : undefined, node["importKind"], node["exportKind"]];
  return { name: type === "Literal" && typeof value === "string" ? value : undefined, isTypeOnly: kinds.includes("type") };
}

function touchedBy(node: Node): string[] {
  switch (node.type) {
    case "Identifier":
    case "MemberExpression":
      return [nameOf(node) ?? ""];
    case "NewExpression":
      return isNamed(node["callee"], "Date") && (node["arguments"] as unknown[]).length === 0 ? ["new Date()"] : [];
    case "CallExpression":
      return isNamed(node["callee"], "Date") ? ["Date()"] : [];
    case "VariableDeclarator":
      return destructured(node["id"] as Node, node["init"] as Node | null);
    default:
      return [];
  }
}

/** `const { now } = Date` touches `Date.now`. */
function destructured(pattern: Node, from: Node | null): string[] {
  if (pattern.type !== "ObjectPattern" || from === null) return [];
  const keys = (pattern["properties"] as Node[]).map((property) => property["key"] as Node | undefined);
  return keys.map((key) => `${nameOf(from) ?? ""}.${String(key?.["name"])}`);
}

function isNamed(node: unknown, name: string): boolean {
  return nameOf(node as Node) === name;
}

/** `a.b.c` for plain names, without a leading `globalThis.`; undefined for anything else. */
function nameOf(node: Node): string | undefined {
  if (node.type === "Identifier") return String(node["name"]);
  if (node.type !== "MemberExpression" || node["computed"] === true) return undefined;
  const object = nameOf(node["object"] as Node);
  const property = String((node["property"] as Node)["name"]);
  if (object === undefined) return undefined;
  return object === "globalThis" ? property : `${object}.${property}`;
}
