import type { Step } from "./steps.ts";

/** What is typed and cannot be saved yet, such as a template that is half written, stays in this browser. */
export const unsavedKey = (draftId: number | undefined, step: Step): string => `goniec-draft:${draftId ?? "new"}:${step}`;

export function readUnsaved<T>(key: string): T | undefined {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? "null") as T | null) ?? undefined;
  } catch {
    return undefined;
  }
}

export function writeUnsaved(key: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // A browser without room for it still has it on the screen, and it is saved with the next step.
  }
}
