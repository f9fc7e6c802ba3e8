import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { textOf } from "../architecture/repository-files.ts";
import { pageFiles, type Texts, textsOf } from "./page-sources.ts";

const PLURAL = /_(zero|one|two|few|many|other)$/;
const FOLDERS = pageFiles(/\/en\.json$/).map((path) => dirname(path));
const COMMON = "web/src/i18n";

/** Which plural forms a language needs for whole numbers (CLDR). */
const FORMS = { en: ["one", "other"], pl: ["one", "few", "many", "other"] } as const;

const stems = (texts: Texts): string[] => [...new Set(Object.keys(texts).map((key) => key.replace(PLURAL, "")))].toSorted();
const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{\{\s*(\w+)[^}]*\}\}/g)].map(([, name]) => name ?? "").toSorted();

describe.each(FOLDERS)("the texts in %s", (folder) => {
  const en = textsOf(`${folder}/en.json`);
  const pl = textsOf(`${folder}/pl.json`);

  it("are the same in English and Polish", () => {
    expect(stems(pl)).toEqual(stems(en));
  });

  it("have every plural form of their language", () => {
    for (const [language, texts] of [
      ["en", en],
      ["pl", pl],
    ] as const) {
      const plural = new Set(
        Object.keys(texts)
          .filter((key) => PLURAL.test(key))
          .map((key) => key.replace(PLURAL, "")),
      );
      const missing = [...plural].flatMap((stem) =>
        FORMS[language].map((form) => `${stem}_${form}`).filter((key) => !(key in texts)),
      );
      expect([language, missing]).toEqual([language, []]);
    }
  });

  it("speak of the same things in both", () => {
    const shared = Object.keys(en).filter((key) => key in pl && !PLURAL.test(key));
    const different = shared.filter((key) => placeholders(en[key] ?? "").join() !== placeholders(pl[key] ?? "").join());
    expect(different).toEqual([]);
  });

  it("leave nothing empty, and nothing untranslated but names", () => {
    const same = Object.keys(en).filter(
      (key) => key in pl && en[key] === pl[key] && /[a-z]{4}/.test((en[key] ?? "").replace(/\{\{.*?\}\}/g, "")),
    );
    expect(same.filter((key) => !ALIKE.has(en[key] ?? ""))).toEqual([]);
    expect([...Object.values(en), ...Object.values(pl)].filter((text) => text.trim() === "")).toEqual([]);
  });
});

/** Words that are the same in both languages. */
const ALIKE = new Set([
  "E-mail",
  "Goniec",
  "English",
  "Polski",
  "{{count}} lead",
  "Status",
  "Lead",
  "Plan",
  "Port",
  "Host",
  "Login",
  "Test",
  "Pauza",
  "DNS",
  "TCP",
  "TLS",
  "HTML",
  "Operator",
  "PostgreSQL",
]);

describe("the page", () => {
  it("asks for no text that does not exist", () => {
    const known = new Set([...stems(textsOf(`${COMMON}/en.json`)), ...Object.keys(textsOf(`${COMMON}/en.json`))]);
    const missing = pageFiles(/\.tsx?$/).flatMap((path) => {
      const folder = FOLDERS.find((one) => one !== COMMON && path.startsWith(`${one}/`));
      const own = folder === undefined ? {} : textsOf(`${folder}/en.json`);
      const keys = new Set([...known, ...stems(own), ...Object.keys(own)]);
      const asked = [...textOf(path).matchAll(/\bt\(\s*"([\w.-]+)"/g)].map(([, key]) => key ?? "");
      return asked.filter((key) => !keys.has(key)).map((key) => `${path}: ${key}`);
    });
    expect(missing).toEqual([]);
  });

  it("has no words in its markup that are in no language file", () => {
    const wordsInMarkup = />\s*([A-Z][a-z]+(?: [a-z]+)+)[.!?]?\s*</g;
    const found = pageFiles(/\.tsx$/).flatMap((path) =>
      [...textOf(path).matchAll(wordsInMarkup)].map(([, words]) => `${path}: ${words}`),
    );
    expect(found).toEqual([]);
  });
});
