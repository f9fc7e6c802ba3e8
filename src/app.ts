import { mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import type { Kysely, Transaction } from "kysely";
import { systemClock, systemRandom } from "./clock.ts";
import type { Config } from "./config.ts";
import type { Engine } from "./engine/engine.ts";
import type { Clock, Logger, Mailer, Observer, Store } from "./engine/ports.ts";
import type { SmtpTimeouts } from "./mail/smtp-mailbox.ts";
import { fileLiveness, type Liveness, memoryLiveness } from "./storage/liveness.ts";
import { mailboxAccount } from "./storage/mailboxes.ts";
import { attachmentsOf } from "./storage/messages.ts";
import { migrate, SQLITE_WORDS } from "./storage/migrate.ts";
import type { Database } from "./storage/schema.ts";
import { fileSecretBox, OPEN_BOX, type SecretBox } from "./storage/secrets.ts";
import { IN_MEMORY, loadDriver, openSqlite } from "./storage/sqlite.ts";
import { createSqliteStore } from "./storage/store.ts";
import { VERSION } from "./version.ts";

/** The program's parts, put together. */
export interface App {
  readonly store: Store;
  readonly secrets: SecretBox;
  readonly liveness: Liveness;
  readonly clock: Clock;
  readonly log: Logger;
  /** For questions; a snapshot of what is committed. */
  readonly reader: Kysely<Database>;
  /** For what people order: one transaction, durable when it resolves. */
  write<T>(work: (trx: Transaction<Database>, now: number) => Promise<T>): Promise<T>;
  /** A sender on this database; it does nothing until it is started. Loaded only now: commands that only ask do without it and the mail. */
  createEngine(): Promise<Engine>;
  close(): Promise<void>;
}

/** What a test or another program may put in the place of the real part. */
export interface AppOverrides {
  readonly clock?: Clock;
  readonly observer?: Observer;
  readonly timeouts?: SmtpTimeouts;
}

/** Opens the database of `config` (made when missing, brought to this program's schema) and wires the parts to it. */
export async function createApp(config: Config, log: Logger, overrides: AppOverrides = {}): Promise<App> {
  const clock = overrides.clock ?? systemClock;
  const inMemory = config.database === IN_MEMORY;
  if (!inMemory) mkdirSync(dirname(config.database), { recursive: true });
  const database = await openSqlite(config.database, clock);
  try {
    await migrate(database.writer, SQLITE_WORDS, clock.now());
  } catch (error) {
    await database.close();
    throw error;
  }
  const secrets = inMemory ? OPEN_BOX : fileSecretBox(config.keyFile ?? `${config.database}.key`, systemRandom.key);
  const liveness = inMemory ? memoryLiveness() : fileLiveness(config.database, await loadDriver());
  const store = createSqliteStore(database, liveness, clock);
  const createMailer = async (): Promise<Mailer> => {
    const [mailer, smtp] = await Promise.all([import("./mail/mailer.ts"), import("./mail/smtp.ts")]);
    return mailer.createMailer({
      transport: smtp.createSmtpTransport({ monotonicMs: clock.monotonicMs, setTimer: clock.setTimer }),
      account: (mailboxId) => mailboxAccount(database.reader, mailboxId, secrets),
      attachments: (messageId) => attachmentsOf(database.reader, messageId),
      ...(overrides.timeouts !== undefined && { timeouts: overrides.timeouts }),
    });
  };
  return {
    store,
    secrets,
    liveness,
    clock,
    log,
    reader: database.reader,
    write: (work) => database.writer.transaction().execute((trx) => work(trx, clock.now())),
    createEngine: async () => {
      const [{ Engine }, mailer] = await Promise.all([import("./engine/engine.ts"), createMailer()]);
      return new Engine({
        store,
        clock,
        log,
        mailer,
        worker: { bootId: systemRandom.id(), host: hostname(), pid: process.pid, version: VERSION },
        limits: { engineLeaseMs: config.engineLease, emailLeaseMs: config.emailLease, sendsMax: config.sendsMax },
        ...(overrides.observer !== undefined && { observer: overrides.observer }),
      });
    },
    close: () => database.close(),
  };
}
