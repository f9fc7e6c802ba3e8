import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Kysely, Transaction } from "kysely";
import { systemClock, systemRandom } from "./clock.ts";
import { type Config, keyFileOf, linkBaseOf } from "./config.ts";
import type { Home } from "./domain/arrival.ts";
import type { Engine } from "./engine/engine.ts";
import type { Clock, Logger, Mailer, Observer, SingleMailer, Store } from "./engine/ports.ts";
import type { Parts } from "./http/parts.ts";
import type { HttpServer } from "./http/server.ts";
import type { OldSendersFollower } from "./legacy/follow.ts";
import type { SmtpTimeouts } from "./mail/smtp-mailbox.ts";
import { type OpenDatabase, openDatabase } from "./storage/database.ts";
import type { Liveness } from "./storage/liveness.ts";
import { mailboxAccount } from "./storage/mailboxes.ts";
import { attachmentsOf } from "./storage/messages.ts";
import type { Database } from "./storage/schema.ts";
import { givenKeys, type KeySource, keyFile } from "./storage/key-source.ts";
import { passingBox, type SecretBox, secretBox } from "./storage/secrets.ts";
import { memoryFileOf } from "./operation/instance-memory.ts";
import type { AlertWatch } from "./operation/alerts.ts";
import type { SessionParts } from "./operation/mailbox-session.ts";
import type { Metrics } from "./operation/metrics.ts";
import type { Questions } from "./operation/questions.ts";
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
  /** What hands over single mails, tests and alerts: none of its connections is kept. */
  createSingleMailer(): Promise<SingleMailer>;
  /** Tells an operator what needs a person; it does nothing until it is started. */
  createAlertWatch(): Promise<AlertWatch>;
  /** Reads the databases of older senders again and again; it does nothing until it is started. */
  createFollower(): Promise<OldSendersFollower>;
  /** The API and the web page of this database, not yet listening. */
  createServer(options: ServerOptions): Promise<HttpServer>;
  close(): Promise<void>;
}

/** What this process is besides a server. */
export interface ServerOptions extends Pick<Parts, "inbox" | "signInLink"> {
  /** Whether it is to send, and so answers for it that somebody does. */
  readonly sends: boolean;
}

/** What a test or another program may put in the place of the real part. */
export interface AppOverrides {
  readonly clock?: Clock;
  readonly observer?: Observer;
  readonly timeouts?: SmtpTimeouts;
  readonly machine?: Home;
}

/** A person waits for the answer to a single mail; a server that takes longer leaves it unconfirmed. */
const SINGLE_MAIL_TIMEOUTS: SmtpTimeouts = {
  connectMs: 10_000,
  greetingMs: 15_000,
  commandMs: 30_000,
  bodyMs: 60_000,
  finalMs: 120_000,
};

const KEY_BYTES = 32;

/** Where nobody has said where the key is to lie, its folder is ours to make; a database on a server has not made it. */
export function keySourceOf(config: Config): KeySource {
  if (config.key !== undefined) return givenKeys(config.key, "GONIEC_KEY");
  return keyFile(keyFileOf(config), config.keyFile === undefined);
}

/** Chance for a key of the key file. */
export const newKey = (): Uint8Array => systemRandom.bytes(KEY_BYTES);

/** Opens the database of `config` (made when missing, brought to this program's schema) and wires the parts to it. */
export async function createApp(config: Config, log: Logger, overrides: AppOverrides = {}): Promise<App> {
  const database = await openDatabase(config.database, overrides.clock ?? systemClock);
  const { clock, store, reader, liveness } = database;
  const inMemory = config.database === IN_MEMORY;
  const secrets = inMemory ? passingBox(newKey()) : secretBox(keySourceOf(config), newKey, database);
  const createMailer = async (timeouts = overrides.timeouts): Promise<SingleMailer> => {
    const [mailer, smtp] = await Promise.all([import("./mail/mailer.ts"), import("./mail/smtp.ts")]);
    return mailer.createMailer({
      transport: smtp.createSmtpTransport({ monotonicMs: clock.monotonicMs, setTimer: clock.setTimer }),
      account: (mailboxId) => mailboxAccount(reader, mailboxId, secrets),
      attachments: (messageId) => attachmentsOf(reader, messageId),
      ...(timeouts !== undefined && { timeouts }),
    });
  };
  const write: App["write"] = (work) => database.write((trx) => work(trx, clock.now()));
  const machine = overrides.machine ?? thisMachine();
  let measured: Promise<Metrics> | undefined;
  /** Made once: the engine counts into what the server shows. */
  const metrics = (): Promise<Metrics> => {
    measured ??= import("./operation/metrics.ts").then(({ createMetrics }) =>
      createMetrics({ kind: database.kind, reader, clock, liveness }, log),
    );
    return measured;
  };
  /** The database is looked at before the first mail; one in memory has no past. */
  const createRememberingMailer = async (): Promise<Mailer> => {
    if (inMemory) return createMailer();
    const { arrive, remembering } = await import("./operation/arrival.ts");
    const memoryFile = memoryFileOf(config.database, keyFileOf(config));
    const keeper = await arrive({ kind: database.kind, reader, clock, log, write, memoryFile, machine, newId: systemRandom.id });
    return remembering(await createMailer(), keeper);
  };
  const createSingleMailer = (): Promise<SingleMailer> => createMailer(overrides.timeouts ?? SINGLE_MAIL_TIMEOUTS);
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
      const [mailer] = await Promise.all([createRememberingMailer(), database.prepareToSend()]);
      const meter = measured === undefined ? {} : { meter: (await measured).meter };
      return engineOf({ store, clock, log, mailer, ...meter }, config, overrides.observer);
    },
    createSingleMailer,
    createAlertWatch: () =>
      alertWatch(
        { kind: database.kind, liveness, clock, log, reader, write, chance: systemRandom },
        createSingleMailer,
        linkBaseOf(config),
      ),
    createFollower: async () => {
      const { OldSendersFollower } = await import("./legacy/follow.ts");
      return new OldSendersFollower({ reader, write, clock, log, owner: systemRandom.id() });
    },
    createServer: async (options) =>
      serverOf(
        { kind: database.kind, store, secrets, liveness, clock, log, reader, write, machine, chance: systemRandom },
        { ...options, createSingleMailer, metrics: await metrics() },
        config,
      ),
    close: () => database.close(),
  };
}

type EngineParts = Pick<ConstructorParameters<typeof Engine>[0], "store" | "clock" | "log" | "mailer" | "meter">;

/** Loaded only now: commands that only ask do without it. */
async function engineOf(parts: EngineParts, config: Config, observer: Observer | undefined): Promise<Engine> {
  const [{ Engine }, fallback] = await Promise.all([import("./engine/engine.ts"), import("./legacy/scheduledSender.ts")]);
  return new Engine({
    ...parts,
    // oxlint-disable-next-line typescript/no-deprecated -- it is there until its campaigns have been cut over
    alsoSends: fallback.createScheduledSender(),
    worker: { bootId: systemRandom.id(), host: hostname(), pid: process.pid, version: VERSION },
    limits: { engineLeaseMs: config.engineLease, emailLeaseMs: config.emailLease, sendsMax: config.sendsMax },
    ...(observer !== undefined && { observer }),
  });
}

type OpenParts = Pick<App, "kind" | "store" | "secrets" | "liveness" | "clock" | "log" | "reader" | "write" | "machine"> &
  Pick<Parts, "chance">;

/** Loaded only now: commands do without it. */
async function serverOf(
  parts: OpenParts,
  given: ServerOptions & Pick<Parts, "createSingleMailer" | "metrics">,
  config: Config,
): Promise<HttpServer> {
  const [{ createServer }, { createAuthentication }, { ImportJobs }] = await Promise.all([
    import("./http/server.ts"),
    import("./operation/authentication.ts"),
    import("./operation/import-jobs.ts"),
  ]);
  const { reader, write, clock, log, chance } = parts;
  const imports = new ImportJobs({ reader, write, clock, log, owner: chance.id() });
  const server = await createServer({
    ...parts,
    ...given,
    authentication: createAuthentication(parts),
    isHttps: config.publicUrl?.startsWith("https:") ?? false,
    webFolder: builtPage(),
    importBytesMax: config.importBytesMax,
    wakeImports: () => imports.wake(),
  });
  // Whoever takes files also brings them in, and goes on with what another process has left.
  server.addHook("onReady", async () => imports.start());
  server.addHook("onClose", () => imports.stop());
  return server;
}

/** Loaded only now: commands do without it. */
async function alertWatch(
  parts: Questions & SessionParts,
  createMailer: () => Promise<SingleMailer>,
  link: string,
): Promise<AlertWatch> {
  const [{ AlertWatch }, { noticesBySingleMail }] = await Promise.all([
    import("./operation/alerts.ts"),
    import("./operation/send-notice.ts"),
  ]);
  return new AlertWatch({ ...parts, sendNotice: noticesBySingleMail(parts, createMailer), link });
}

/** Where the web page was built to, as seen from the compiled program and from its sources; undefined when it was not. */
function builtPage(): string | undefined {
  const folders = ["./web", "../dist/web"].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return folders.find((folder) => existsSync(join(folder, "index.html")));
}
