import type { Kysely, Transaction } from "kysely";
import type { Home } from "../domain/arrival.ts";
import type { Clock, Logger, SingleMailer, Store } from "../engine/ports.ts";
import type { Authentication } from "../operation/authentication.ts";
import type { Metrics } from "../operation/metrics.ts";
import type { SignInLink } from "../operation/set-up.ts";
import type { Liveness } from "../storage/liveness.ts";
import type { Database } from "../storage/schema.ts";
import type { SecretBox } from "../storage/secrets.ts";

/** What the routes work with: the parts of the program that app.ts has put together. */
export interface Parts {
  readonly kind: "sqlite" | "postgres";
  readonly clock: Clock;
  readonly log: Logger;
  readonly chance: Chance;
  readonly secrets: SecretBox;
  readonly liveness: Liveness;
  /** Where this process runs: a release makes it the home of the database. */
  readonly machine: Home;
  readonly store: Pick<Store, "watch">;
  readonly authentication: Authentication;
  readonly metrics: Metrics;
  /** What hands over test mails. */
  createSingleMailer(): Promise<SingleMailer>;
  /** Whether this process is to send, and so answers for it that somebody does. */
  readonly sends: boolean;
  /** Whether browsers come by HTTPS, through a proxy. */
  readonly isHttps: boolean;
  /** The demo's: what its printed link does, and the mails that its mail server was given. */
  readonly signInLink?: SignInLink | undefined;
  readonly inbox?: Inbox | undefined;
  /** The largest file of leads that is taken. */
  readonly importBytesMax: number;
  /** There is something to do for whoever brings files in. */
  wakeImports(): void;
  /** Where the built web page lies; without one the API stands alone. */
  readonly webFolder?: string | undefined;
  /** For questions; a snapshot of what is committed. */
  readonly reader: Kysely<Database>;
  /** One transaction, durable when it resolves. It may run more than once, when others were in the way, so it does nothing but write. */
  write<T>(work: (trx: Transaction<Database>, now: number) => Promise<T>): Promise<T>;
}

/** Identity and chance for what people make. */
export interface Chance {
  id(): string;
  seed(): number;
  bytes(count: number): Uint8Array;
}

/** A mail that the demo's server was given. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: string;
  readonly receivedAt: number;
  readonly raw: Buffer;
}

export interface Inbox {
  /** In the order in which they came. */
  readonly mails: readonly ReceivedMail[];
}
