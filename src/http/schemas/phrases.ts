import { z } from "zod";
import { type Phrase, type PhraseValue, readPhrase, type Remark } from "../../domain/phrase.ts";
import { PHRASE_CODES } from "../../domain/phrases.ts";
import { INSTANT, iso } from "./instants.ts";

const VALUE = z
  .object({
    text: z.string().optional(),
    number: z.number().optional(),
    at: INSTANT.optional(),
    zone: z.string().optional().describe("The one in which `at` is said"),
    durationMs: z.number().optional(),
  })
  .meta({ id: "PhraseValue" });

export interface PhraseWire {
  code: z.infer<typeof CODE>;
  values: Record<string, z.infer<typeof VALUE>>;
  parts: { text: string; phrase: PhraseWire | null }[];
}

const CODE = z.enum(PHRASE_CODES);

/** A sentence of Goniec's own, as it stands beside its English. */
const PHRASE: z.ZodType<PhraseWire> = z
  .object({
    code: CODE,
    values: z
      .record(z.string(), VALUE)
      .describe("What stands in the sentence, by name; each is one of text, number, instant, duration"),
    get parts() {
      return z.array(z.object({ text: z.string(), phrase: PHRASE.nullable() })).describe("The sentences inside of it");
    },
  })
  .meta({ id: "Phrase" });

/** Stands beside a field that holds a sentence of Goniec's or the words of a server or a person. */
export const PHRASE_OR_NULL = PHRASE.nullable().describe(
  "The sentence as data; null where the words are a server's or a person's",
);

/** What the sentence says as data. */
export function phraseWire(text: string | null | undefined): PhraseWire | null {
  const phrase = text === null || text === undefined ? undefined : readPhrase(text);
  return phrase === undefined ? null : wireOf(phrase);
}

function wireOf({ code, values, parts }: Phrase): PhraseWire {
  return {
    code,
    values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, valueWire(value)])),
    parts: parts.map(({ text, phrase }: Remark) => ({ text, phrase: phrase === undefined ? null : wireOf(phrase) })),
  };
}

function valueWire(value: PhraseValue): z.infer<typeof VALUE> {
  switch (value.kind) {
    case "text":
      return { text: value.text };
    case "number":
      return { number: value.number };
    case "instant":
      return { at: iso(value.at), zone: value.zone };
    case "duration":
      return { durationMs: value.durationMs };
  }
}
