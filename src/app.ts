import { hostname } from "node:os";
import type { Kysely, Transaction } from "kysely";
import { systemClock, systemRandom } from "./clock.ts";
import { type Config, keyFileOf } from "./config.ts";
import type { Home } from "./domain/arrival.ts";
import type { Engine } from "./engine/engine.ts";
import type { Clock, Logger, Mailer, Observer, Store } from "./engine/ports.ts";
import type { SmtpTimeouts } from "./mail/smtp-mailbox.ts";
import { type OpenDatabase, openDatabase } from "./storage/database.ts";
import type { Liveness } from "./storage/liveness.ts";
import { mailboxAccount } from "./storage/mailboxes.ts";
import { attachmentsOf } from "./storage/messages.ts";
import type { Database } from "./storage/schema.ts";
import { givenKeys, type KeySource, keyFile } from "./storage/key-source.ts";
import { passingBox, type SecretBox, secretBox } from "./storage/secrets.ts";
import { memoryFileOf } from "./operation/instance-memory.ts";
import { thisMachine } from "./operation/machine.ts";
import { IN_MEMORY } from "./storage/sqlite-file.ts";
import { VERSION } from "./version.ts";

/** The program's parts, put together. */
export interface App {
  readonly kind: OpenDatabase["kind"];
  readonly store: Store;
  readonly secrets: SecretBox;
  readonly liveness: Liveness;
  readonly clock: Clock;
  readonly log: Logger;
  readonly machine: Home;
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
  readonly machine?: Home;
}

const KEY_BYTES = 32;

/** Where nobody has said where the key is to lie, its folder is ours to make; a database on a server has not made it. */
export function keySourceOf(config: Config): KeySource {
  if (config.key !== undefined) return givenKeys(config.key, "GONIEC_KEY");
  return keyFile(keyFileOf(config), config.keyFile === undefined);
}

const newKey = (): Uint8Array => systemRandom.bytes(KEY_BYTES);

/** Opens the database of `config` (made when missing, brought to this program's schema) and wires the parts to it. */
export async function createApp(config: Config, log: Logger, overrides: AppOverrides = {}): Promise<App> {
  const database = await openDatabase(config.database, overrides.clock ?? systemClock);
  const { clock, store, reader, liveness } = database;
  const inMemory = config.database === IN_MEMORY;
  const secrets = inMemory ? passingBox(newKey()) : secretBox(keySourceOf(config), newKey, database);
  const createMailer = async (): Promise<Mailer> => {
    const [mailer, smtp] = await Promise.all([import("./mail/mailer.ts"), import("./mail/smtp.ts")]);
    return mailer.createMailer({
      transport: smtp.createSmtpTransport({ monotonicMs: clock.monotonicMs, setTimer: clock.setTimer }),
      account: (mailboxId) => mailboxAccount(reader, mailboxId, secrets),
      attachments: (messageId) => attachmentsOf(reader, messageId),
      ...(overrides.timeouts !== undefined && { timeouts: overrides.timeouts }),
    });
  };
  const write: App["write"] = (work) => database.write((trx) => work(trx, clock.now()));
  const machine = overrides.machine ?? thisMachine();
  /** The database is looked at before the first mail; one in memory has no past. */
  const createRememberingMailer = async (): Promise<Mailer> => {
    if (inMemory) return createMailer();
    const { arrive, remembering } = await import("./operation/arrival.ts");
    const memoryFile = memoryFileOf(config.database, keyFileOf(config));
    const keeper = await arrive({ kind: database.kind, reader, clock, log, write, memoryFile, machine, newId: systemRandom.id });
    return remembering(await createMailer(), keeper);
  };
  return {
    kind: database.kind,
    store,
    secrets,
    liveness,
    clock,
    log,
    reader,
    machine,
    write,
    createEngine: async () => {
      // Not at the first mail, which may be due at night.
      await secrets.check();
      const [{ Engine }, mailer] = await Promise.all([
        import("./engine/engine.ts"),
        createRememberingMailer(),
        database.prepareToSend(),
      ]);
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
