import { atMost } from "../engine/wait.ts";
import type { Clock } from "../engine/ports.ts";

/**
 * Answers from one question for `keptMs`, so that whoever asks often costs no more than one question in that time. Those who ask while it is
 * under way share it, however long it takes: a database that hangs must not gather questions.
 */
export function keptAnswer<T>(clock: Clock, keptMs: number, ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  let isOpen = false;
  let askedAtMs = 0;
  return () => {
    if (answer === undefined || (!isOpen && clock.monotonicMs() - askedAtMs >= keptMs)) {
      askedAtMs = clock.monotonicMs();
      isOpen = true;
      answer = ask().finally(() => {
        isOpen = false;
      });
    }
    return answer;
  };
}

/** The answer, or undefined when it does not come within `ms`; rejects as `work` does. */
export async function answerWithin<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T | undefined> {
  let answer: T | undefined;
  await atMost(
    clock,
    ms,
    work.then((value) => {
      answer = value;
    }),
  );
  return answer;
}
