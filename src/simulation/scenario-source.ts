import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from "yaml";
import type { Problem } from "../domain/result.ts";
import { nearestWord } from "../domain/spelling.ts";

/** What is wrong with a scenario file, and where. */
export interface ScenarioProblem extends Omit<Problem, "field" | "value"> {
  readonly file: string;
  /** From 1; 0 when the file could not be read at all. */
  readonly line: number;
  /** The path to the value, such as `campaigns.spring.windows[0].from`; empty when it is the file that is wrong. */
  readonly key: string;
  /** As it stands in the file, when it is short enough to be shown. */
  readonly value?: string;
}

/** Turns a value of the file into what it means; undefined when it was refused, which the file then remembers. */
export type Read<T> = (value: SourceValue) => T | undefined;

const SHOWN_CHARACTERS_MAX = 200;
const SHOWN_WORDS_MAX = 20;

/** A YAML or JSON text (JSON is a subset of YAML 1.2) whose every value knows where it stands. Collects what is wrong with it. */
export class SourceFile {
  readonly name: string;
  readonly root: SourceValue;
  readonly #document: Document;
  readonly #lines = new LineCounter();
  readonly #problems: ScenarioProblem[] = [];

  constructor(text: string, name: string) {
    this.name = name;
    // The core schema, also under a %YAML 1.1 directive: it leaves dates, `09:00` and `NO` the texts that they are.
    this.#document = parseDocument(text, { schema: "core", lineCounter: this.#lines, prettyErrors: false });
    this.root = new SourceValue(this, this.#document.contents, "", 1);
    for (const error of [...this.#document.errors, ...this.#document.warnings]) this.#noteSyntax(error);
    visit(this.#document, { Alias: (_, alias) => this.#checkAlias(alias) });
  }

  /** The one that was found first; others may only follow from it. */
  get firstProblem(): ScenarioProblem | undefined {
    return this.#problems[0];
  }

  note(problem: Omit<ScenarioProblem, "file">): void {
    this.#problems.push({ file: this.name, ...problem });
  }

  lineAt(offset: number): number {
    return this.#lines.linePos(offset).line;
  }

  /** What an alias (`*name`) stands for; any other node is itself. */
  resolve(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }

  #checkAlias(alias: Alias): void {
    if (alias.resolve(this.#document) !== undefined) return;
    const line = this.lineAt(alias.range?.[0] ?? 0);
    this.note({ line, key: "", message: `*${alias.source} repeats a value, but no value before it is named &${alias.source}` });
  }

  #noteSyntax({ code, message, pos }: YAMLError): void {
    this.note({ line: this.lineAt(pos[0]), key: "", message: SYNTAX_PROBLEMS[code] ?? `not valid YAML: ${message}` });
  }
}

const SYNTAX_PROBLEMS: Readonly<Partial<Record<YAMLError["code"], string>>> = {
  DUPLICATE_KEY: "this key has been given before",
  MULTIPLE_DOCS: "a second document begins; a scenario file holds one",
};

/** A value of the file and where it stands. */
export class SourceValue {
  readonly file: SourceFile;
  readonly key: string;
  readonly line: number;
  readonly #node: unknown;

  constructor(file: SourceFile, node: unknown, key: string, line: number) {
    this.file = file;
    this.key = key;
    this.line = line;
    this.#node = file.resolve(node);
  }

  /** Notes what is wrong with the value; the answer is the undefined of `Read`. */
  refuse(message: string, allowed?: string): undefined {
    const text = this.#scalarText();
    const isShown = text !== undefined && text.length <= SHOWN_CHARACTERS_MAX;
    this.file.note({
      line: this.line,
      key: this.key,
      ...(isShown && { value: text }),
      message,
      ...(allowed !== undefined && { allowed }),
    });
    return undefined;
  }

  /** Notes that a word is none of `words`, and which was probably meant. */
  refuseWord(message: string, word: string, words: readonly string[]): undefined {
    const meant = nearestWord(word, words);
    const shown = words.length > SHOWN_WORDS_MAX ? [...words.slice(0, SHOWN_WORDS_MAX), "..."] : words;
    return this.refuse(`${message}${meant === undefined ? "" : `; did you mean ${meant}?`}`, shown.join(", "));
  }

  /** Nothing is written behind the key. */
  get isEmpty(): boolean {
    return this.#node === null || this.#node === undefined || (isScalar(this.#node) && this.#node.value === null);
  }

  get isList(): boolean {
    return isSeq(this.#node);
  }

  get isMap(): boolean {
    return isMap(this.#node);
  }

  /** A single value as it is written, be it a text, a number or a boolean. */
  text(): string | undefined {
    if (this.isEmpty) return this.refuse("no value is given");
    return this.#scalarText() ?? this.refuse(`is a ${this.isList ? "list" : "map"} and not a single value`);
  }

  list(): readonly SourceValue[] | undefined {
    const list = this.#node;
    if (!isSeq(list)) return this.refuse("is not a list", "a list such as [a, b]");
    return list.items.map((item, index) => new SourceValue(this.file, item, `${this.key}[${index}]`, this.#lineOf(item)));
  }

  map(): SourceMap | undefined {
    const map = this.#node;
    if (!isMap(map)) return this.refuse("is not a map", "a map such as { key: value }");
    const entries: SourceEntry[] = [];
    for (const { key: keyNode, value } of map.items) {
      const label = new SourceValue(this.file, keyNode, this.key, this.#lineOf(keyNode));
      const name = label.text();
      if (name === undefined) continue;
      const key = this.key === "" ? name : `${this.key}.${name}`;
      // Collections begin where their key stands; an empty value stands nowhere.
      const line = isScalar(value) && value.value !== null ? this.#lineOf(value) : label.line;
      entries.push({
        name,
        label: new SourceValue(this.file, keyNode, key, label.line),
        value: new SourceValue(this.file, value, key, line),
      });
    }
    return new SourceMap(this, entries);
  }

  #scalarText(): string | undefined {
    const scalar = this.#node;
    if (!isScalar(scalar) || scalar.value === null) return undefined;
    // A number or boolean as its author wrote it: 0.20 and not 0.2.
    return typeof scalar.value === "string" ? scalar.value : scalar.source;
  }

  #lineOf(node: unknown): number {
    const start = (node as Node | null)?.range?.[0];
    return start === undefined ? this.line : this.file.lineAt(start);
  }
}

interface SourceEntry {
  readonly name: string;
  /** The key itself, to be refused when it is the name that is wrong. */
  readonly label: SourceValue;
  readonly value: SourceValue;
}

/** A map of the file. */
export class SourceMap {
  readonly place: SourceValue;
  readonly entries: readonly SourceEntry[];

  constructor(place: SourceValue, entries: readonly SourceEntry[]) {
    this.place = place;
    this.entries = entries;
  }

  /** Refuses every key but these; `owner` says whose they are. */
  allowOnly(keys: readonly string[], owner: string): void {
    for (const { name, label } of this.entries) {
      if (!keys.includes(name)) label.refuseWord(`unknown key of ${owner}`, name, keys);
    }
  }

  get(key: string): SourceValue | undefined {
    return this.entries.find(({ name }) => name === key)?.value;
  }

  /** The value's meaning; undefined when the key is not there, or when its value was refused. */
  optional<T>(key: string, read: Read<T>): T | undefined {
    const value = this.get(key);
    return value === undefined ? undefined : read(value);
  }

  /** The value's meaning; undefined only after a refusal, be it of the value or of its absence; `allowed` is what could stand there. */
  required<T>(key: string, read: Read<T>, allowed?: string): T | undefined {
    const value = this.get(key);
    return value === undefined ? this.place.refuse(`the key ${key} is missing`, allowed) : read(value);
  }
}
