/** One thing that mails depend on, and what was found. */
export interface Examination {
  readonly check: string;
  readonly ok: boolean;
  readonly text: string;
  /** What a person can do about it; absent when it is in order. */
  readonly remedy?: string;
}

export const inOrder = (check: string, text: string): Examination => ({ check, ok: true, text });
export const wrong = (check: string, text: string, remedy: string): Examination => ({ check, ok: false, text, remedy });
