import { filesUnder, textOf } from "../architecture/repository-files.ts";

/** The page's own sources, by their path in the repository. */
export function pageFiles(ending: RegExp): string[] {
  return filesUnder("web/src").filter((path) => ending.test(path));
}

export type Texts = Readonly<Record<string, string>>;

/** A file of texts with its keys written out: `state.sent` -> `Sent`. */
export function textsOf(path: string): Texts {
  const flat: Record<string, string> = {};
  const walk = (value: unknown, key: string): void => {
    if (typeof value === "string") flat[key] = value;
    else for (const [name, inner] of Object.entries(value as object)) walk(inner, key === "" ? name : `${key}.${name}`);
  };
  walk(JSON.parse(textOf(path)), "");
  return flat;
}
