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
 * `key`, so that neither going back nor closing the tab loses it. `keepable` leaves out what no browser can keep: whoever closes the tab with
 * such a thing unsaved is warned.
 */
export function useStepForm<T>(
  key: string,
  stored: T,
  save: (value: T) => Promise<unknown>,
  keepable = (value: T): T => value,
): StepForm<T> {
  const [unsaved, setUnsaved] = useState(() => readUnsaved<T>(key));
  // Leaving asks for what was typed last, which the function that it asks may have been made before.
  const latest = useRef(unsaved);
  const running = useRef(Promise.resolve(true));
  const keep = (value: T | undefined) => {
    latest.current = value;
    setUnsaved(value);
    writeUnsaved(key, value === undefined ? undefined : keepable(value));
  };
  const saving = useMutation({
    mutationFn: save,
    onSuccess: (_answer, value) => {
      if (isSame(latest.current, value)) keep(undefined);
    },
  });
  const saveLatest = async (): Promise<boolean> => {
    if (latest.current === undefined) return true;
    return saving.mutateAsync(latest.current).then(
      () => true,
      () => false,
    );
  };
  // One save after the other: each edits the version that the one before has made.
  const flush = (): Promise<boolean> => {
    running.current = running.current.then(saveLatest);
    return running.current;
  };
  useBlocker({
    shouldBlockFn: async () => {
      await flush();
      return false;
    },
    enableBeforeUnload: () => latest.current !== undefined && !isSame(latest.current, keepable(latest.current)),
  });
  return {
    value: unsaved ?? stored,
    set: (value) => keep(isSame(value, stored) ? undefined : value),
    flush,
    problem: saving.error,
    isSaving: saving.isPending,
  };
}
