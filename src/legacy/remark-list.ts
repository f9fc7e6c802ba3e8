import type { Remark, RemarkKind } from "./old-picture.ts";

const EXAMPLES_MAX = 5;

interface Noted {
  readonly text: string;
  readonly examples: string[];
  count: number;
}

/** Gathers what a person should know: the same sentence often is one remark. */
export class RemarkList {
  readonly #byText = new Map<string, Noted & { readonly kind: RemarkKind }>();

  add(kind: RemarkKind, text: string, example: string): void {
    const key = `${kind}\n${text}`;
    const noted = this.#byText.get(key) ?? { kind, text, examples: [], count: 0 };
    noted.count += 1;
    if (noted.examples.length < EXAMPLES_MAX) noted.examples.push(example);
    this.#byText.set(key, noted);
  }

  all(): Remark[] {
    return [...this.#byText.values()];
  }
}
