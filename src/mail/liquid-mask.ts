const LIQUID = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;
/** Letters that Markdown and HTML pass through everywhere, link targets included. */
const placeholder = (index: number): string => `LIQUIDx${index}xDIUQIL`;
const PLACEHOLDER = /LIQUIDx(\d+)xDIUQIL/g;

/** A template whose Liquid tags have stepped aside, because a converter would turn their quotes and dashes into something else. */
export interface MaskedTemplate {
  readonly text: string;
  /** Each tag of the template once. */
  readonly tags: readonly string[];
  /** Puts the tags back into what became of `text`, each as `spelled` spells it. */
  restore(converted: string, spelled?: (tag: string) => string): string;
}

export function maskLiquid(template: string): MaskedTemplate {
  const indexes = new Map<string, number>();
  const text = template.replace(LIQUID, (tag) => {
    const index = indexes.get(tag) ?? indexes.size;
    indexes.set(tag, index);
    return placeholder(index);
  });
  const tags = [...indexes.keys()];
  return {
    text,
    tags,
    restore: (converted, spelled = (tag) => tag) =>
      converted.replace(PLACEHOLDER, (_, index: string) => spelled(tags[Number(index)] ?? "")),
  };
}
