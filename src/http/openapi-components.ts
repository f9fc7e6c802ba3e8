import { isDeepStrictEqual } from "node:util";

type Json = unknown;
type Schemas = Record<string, Json>;

interface Document {
  readonly components?: { schemas?: Schemas };
}

const PLACE = "#/components/schemas/";
const INPUT = "Input";

/**
 * Each shape with a name comes twice, as it is read (`WindowInput`) and as it is written (`Window`). Where both are the same one stays, and
 * what nothing refers to goes.
 */
export function tidyComponents<T extends object>(document: T): T {
  const schemas = (document as Document).components?.schemas ?? {};
  const twins = new Set(Object.keys(schemas).filter((name) => isTwin(schemas, name)));
  const renamed = renameRefs(document, (name) => (twins.has(name) ? base(name) : name)) as T & Document;
  const left = renamed.components?.schemas ?? {};
  for (const name of twins) delete left[name];
  const used = reachable(renamed, left);
  for (const name of Object.keys(left)) if (!used.has(name)) delete left[name];
  return renamed;
}

const base = (name: string): string => name.slice(0, -INPUT.length);

function isTwin(schemas: Schemas, name: string): boolean {
  if (!name.endsWith(INPUT) || !(base(name) in schemas)) return false;
  const plain = (schema: Json): Json => renameRefs(schema, (one) => (one.endsWith(INPUT) ? base(one) : one));
  return isDeepStrictEqual(plain(schemas[name]), plain(schemas[base(name)]));
}

/** A copy in which every reference to a shape names it as `rename` says. */
function renameRefs(value: Json, rename: (name: string) => string): Json {
  if (Array.isArray(value)) return value.map((item) => renameRefs(item, rename));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, Json]) => {
      const isRef = key === "$ref" && typeof inner === "string" && inner.startsWith(PLACE);
      return [key, isRef ? PLACE + rename(inner.slice(PLACE.length)) : renameRefs(inner, rename)];
    }),
  );
}

function reachable(document: object, schemas: Schemas): Set<string> {
  const used = new Set<string>();
  const visit = (value: Json): void => {
    renameRefs(value, (name) => {
      if (!used.has(name)) {
        used.add(name);
        visit(schemas[name]);
      }
      return name;
    });
  };
  visit((document as { paths?: Json }).paths);
  return used;
}
