import { useState } from "react";

interface Draft<Value> {
  readonly value: Value;
  readonly isDirty: boolean;
  /** What is typed was begun from an older version than the one that is in force. */
  readonly isOutdated: boolean;
  /** Of what the draft was begun from, for If-Match. */
  readonly version: string;
  set(value: Value): void;
  /** Begins anew from what is in force. */
  reset(): void;
}

/** What a person types over a stored thing that others may change meanwhile: untouched it follows them, touched it is kept. */
export function useDraft<Value>(stored: Value, version: string): Draft<Value> {
  const [base, setBase] = useState({ value: stored, version });
  const [typed, setTyped] = useState<Value>();
  const differs = (from: Value): boolean => JSON.stringify(typed) !== JSON.stringify(from);
  const isDirty = typed !== undefined && differs(base.value) && differs(stored);
  if (version !== base.version && !isDirty) {
    setBase({ value: stored, version });
    setTyped(undefined);
  }
  return {
    value: typed ?? base.value,
    isDirty,
    isOutdated: isDirty && version !== base.version,
    version: base.version,
    set: setTyped,
    reset: () => {
      setBase({ value: stored, version });
      setTyped(undefined);
    },
  };
}
