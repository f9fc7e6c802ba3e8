import { useMutation } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { readUnsaved, writeUnsaved } from "./unsaved.ts";

interface StepForm<T> {
  readonly value: T;
  readonly set: (value: T) => void;
  /** Saves what is not saved yet; false when the server refused it, and `problem` says why. */
  readonly flush: () => Promise<boolean>;
  readonly problem: unknown;
  readonly isSaving: boolean;
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/**
 * What a step lets people change. It is saved when they leave the step, by whatever way; what the server refuses stays in this browser under
 * `key`, so that neither going back nor closing the tab loses it.
 */
export function useStepForm<T>(key: string, stored: T, save: (value: T) => Promise<unknown>): StepForm<T> {
  const [unsaved, setUnsaved] = useState(() => readUnsaved<T>(key));
  // Leaving asks for what was typed last, which the function that it asks may have been made before.
  const latest = useRef(unsaved);
  const keep = (value: T | undefined) => {
    latest.current = value;
    setUnsaved(value);
    writeUnsaved(key, value);
  };
  const saving = useMutation({
    mutationFn: save,
    onSuccess: (_answer, value) => {
      if (isSame(latest.current, value)) keep(undefined);
    },
  });
  const flush = async (): Promise<boolean> => {
    if (latest.current === undefined) return true;
    return saving.mutateAsync(latest.current).then(
      () => true,
      () => false,
    );
  };
  useBlocker({
    shouldBlockFn: async () => {
      await flush();
      return false;
    },
    enableBeforeUnload: false,
  });
  return {
    value: unsaved ?? stored,
    set: (value) => keep(isSame(value, stored) ? undefined : value),
    flush,
    problem: saving.error,
    isSaving: saving.isPending,
  };
}
