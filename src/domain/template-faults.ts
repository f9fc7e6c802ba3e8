import type { MessageTemplate } from "./template.ts";

/** Why a lead gets no mail of this message. */
export type TemplateFault =
  | { readonly kind: "missing-field"; readonly field: string }
  | { readonly kind: "error"; readonly message: string };

/** Stands for a missing value while the next one is looked for. */
const FILLED_IN = "1";

/**
 * Everything that keeps the message from being written with these fields, where `render` stops at the first; empty when it can be written.
 */
export function templateFaults(template: MessageTemplate, fields: Readonly<Record<string, string>>): TemplateFault[] {
  const faults: TemplateFault[] = [];
  const filled: Record<string, string> = { ...fields };
  // Each round fills a field in, so there are no more rounds than fields.
  for (let round = 0; round <= template.fields.length; round += 1) {
    const outcome = template.render(filled);
    switch (outcome.kind) {
      case "rendered":
        return faults;
      case "error":
        return [...faults, { kind: "error", message: outcome.message }];
      case "missing-field":
        faults.push({ kind: "missing-field", field: outcome.field });
        filled[outcome.field] = FILLED_IN;
    }
  }
  return faults;
}
