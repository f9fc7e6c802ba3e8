/**
 * The engine's part in an SMTP conversation. The hooks only watch; `beforeDot` decides.
 *
 *   connected -> inBody -> bodySent -> beforeDot -> dotSent
 */
export interface HandOver {
  /** The server takes mail from us: connected, secured and logged in, or a kept connection was taken up again. */
  connected?(): void;
  /** The server answered 354; the first byte of the message follows. */
  inBody?(): void;
  /** Every byte of the message was given to the connection, the dot was not. */
  bodySent?(): void;
  /** The final dot is about to leave; from here on a missing answer means that nobody knows. */
  dotSent?(): void;
  /**
   * The point of no return: commits the intent durably and says whether the dot may follow. Called at most once, only after 354
   * and only when the whole body was given to the connection. A refusal or an exception breaks the connection: the server has no
   * complete message.
   */
  beforeDot(): Promise<Permit>;
}

/** The answer of `beforeDot`. */
export type Permit =
  /** `monotonicMs` is the monotonic clock's reading at the instant when the commit returned: the permit goes stale. */
  { readonly go: true; readonly monotonicMs: number } | { readonly go: false; readonly why: string };

/** How long a connection to a mailbox's server is kept open for its next mail, where no pace keeps its mails apart. */
export const SESSION_KEPT_MS = 2_000;

/** After so long a connection that was kept for nothing is closed for certain: its end may take a second too. */
export const SESSION_LEFT_AFTER_MS = SESSION_KEPT_MS + 1_000;
