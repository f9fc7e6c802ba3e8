import { statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { App } from "../app.ts";
import { durationText } from "../domain/duration.ts";
import { engineRemedy, engineText } from "../domain/engine-state.ts";
import { MINUTE_MS } from "../domain/instant.ts";
import { dateIn } from "../domain/mail-date.ts";
import { localText } from "../domain/zone.ts";
import { keyFileOf, type Config } from "../config.ts";
import { connectionOf } from "../mail/mailer.ts";
import type { SmtpTimeouts } from "../mail/smtp-mailbox.ts";
import { probeMailbox } from "../mail/smtp-probe.ts";
import type { TranscriptListener } from "../mail/smtp-transcript.ts";
import {
  fileHealth,
  lastWrittenInstant,
  type MailboxCondition,
  mailboxConditions,
  type SchemaHealth,
  schemaHealth,
} from "../storage/health.ts";
import { mailboxAccount } from "../storage/mailboxes.ts";
import { hasWork } from "../storage/reports.ts";
import { VERSION } from "../version.ts";
import { viewEngine, viewWorkers } from "../operation/campaign-views.ts";
import { type Examination, inOrder, wrong } from "./examination.ts";
import { examineDomains } from "./examinations-dns.ts";
import { examineFrozen, examineLateness, examinePermissions } from "./examinations-instance.ts";
import { examinePostgres } from "./examinations-postgres.ts";
import { counted } from "./style.ts";
import { namesOf, ofAnotherVersion } from "./workers-view.ts";

const MEGABYTE = 1_000_000;
/** Below this a write-ahead log of a busy hour may not fit any more. */
const DISK_FREE_MIN_BYTES = 200 * MEGABYTE;
/** Two clocks that are set by NTP differ by less. */
const CLOCK_SLACK_MS = MINUTE_MS;
/** A person waits for the answers. */
const PROBE_TIMEOUTS: SmtpTimeouts = {
  connectMs: 10_000,
  greetingMs: 15_000,
  commandMs: 15_000,
  bodyMs: 15_000,
  finalMs: 15_000,
};

/** What is looked at beyond this machine and the database. */
export interface Reach {
  /** Speak with the mailboxes' servers. */
  readonly smtp: boolean;
  /** Look up the records of the mailboxes' domains. */
  readonly dns: boolean;
}

/** Looks at everything in turn. */
export async function examineAll(app: App, config: Config, reach: Reach): Promise<Examination[]> {
  const mailboxes = await mailboxConditions(app.reader);
  const inUse = mailboxes.filter(({ active }) => active);
  return [
    await examineFrozen(app),
    examineSchema(await schemaHealth(app.reader)),
    ...(app.kind === "postgres" ? await examinePostgres(app, config) : [...(await examineFile(app)), examineDisk(config)]),
    examinePermissions(app, config),
    await examineKey(app, config, mailboxes),
    await examineClock(app),
    await examineEngine(app),
    await examineLateness(app),
    ...(await examineWorkers(app)),
    ...mailboxes.map((mailbox) => examineMailbox(mailbox, app.clock.now())),
    ...(reach.smtp ? (await Promise.all(inUse.map((mailbox) => examineServer(app, mailbox)))).flat() : []),
    ...(reach.dns ? await examineDomains(inUse.map(({ address }) => address)) : []),
  ];
}

function examineSchema({ schema, newestSchema }: SchemaHealth): Examination {
  return schema === newestSchema
    ? inOrder("schema", `version ${schema}`)
    : wrong("schema", `version ${schema} of ${newestSchema}`, "start goniec once more, which brings it up to date");
}

async function examineFile(app: App): Promise<Examination[]> {
  const { journalMode, synchronous, foreignKeys, damages } = await fileHealth(app.reader);
  const isSafe = journalMode === "wal" && synchronous === 2 && foreignKeys;
  const modes = `journal_mode=${journalMode}, synchronous=${synchronous === 2 ? "FULL" : synchronous}, foreign_keys=${foreignKeys ? "ON" : "OFF"}`;
  return [
    isSafe
      ? inOrder("durability", modes)
      : wrong(
          "durability",
          modes,
          "the file lies where SQLite cannot keep a write-ahead log, such as a network share: move it to a local disk",
        ),
    damages.length === 0
      ? inOrder("file", "no damage found")
      : wrong("file", damages.join("; "), "stop goniec, and restore a backup or run SQLite's `.recover`"),
  ];
}

/** A key that is given as a setting has no file whose mode could be wrong. */
const GIVEN_KEY = { mode: 0o600 };

/** On a server all workers open the same passwords, each with the key file of its own machine. */
async function examineKey(app: App, config: Config, mailboxes: readonly MailboxCondition[]): Promise<Examination> {
  const path = config.key === undefined ? keyFileOf(config) : "GONIEC_KEY";
  const check = "key file";
  const locked = mailboxes.filter(({ hasSecret }) => hasSecret);
  const stats = config.key === undefined ? statSync(path, { throwIfNoEntry: false }) : GIVEN_KEY;
  const remedy =
    app.kind === "postgres"
      ? "copy the key file of the machine that they were entered on"
      : "restore the key file that belongs to this database";
  if (stats === undefined) {
    return locked.length === 0
      ? inOrder(check, "none is needed yet")
      : wrong(
          check,
          `${path} is missing; ${counted(locked.length, "password")} ${locked.length === 1 ? "is" : "are"} locked with it`,
          `${remedy}, or enter the mailboxes again`,
        );
  }
  const mode = stats.mode & 0o777;
  if (process.platform !== "win32" && (mode & 0o077) !== 0)
    return wrong(check, `${path} may be read by others (mode ${mode.toString(8)})`, `chmod 600 ${path}`);
  try {
    for (const { id } of locked) await mailboxAccount(app.reader, id, app.secrets);
  } catch (error) {
    return wrong(check, error instanceof Error ? error.message : String(error), remedy);
  }
  const everywhere = app.kind === "postgres" ? "; every worker needs this same file" : "";
  return inOrder(
    check,
    `${path}${config.key === undefined ? ", readable by its owner only" : ""}; it opens ${counted(locked.length, "stored password")}${everywhere}`,
  );
}

function examineDisk(config: Config): Examination {
  const { bavail, bsize } = statfsSync(dirname(config.database));
  const freeBytes = bavail * bsize;
  const text = `${Math.floor(freeBytes / MEGABYTE).toLocaleString("en")} MB free where the database lies`;
  return freeBytes >= DISK_FREE_MIN_BYTES
    ? inOrder("disk", text)
    : wrong("disk", text, `make room: at least ${DISK_FREE_MIN_BYTES / MEGABYTE} MB`);
}

/** Hours, limits and gaps go by the clock: one that was set back makes mails wait for what it calls the future. */
async function examineClock(app: App): Promise<Examination> {
  const now = app.clock.now();
  const last = await lastWrittenInstant(app.reader);
  const aheadMs = (last ?? now) - now;
  const text = `${localText("UTC", now)} (UTC)`;
  if (aheadMs <= CLOCK_SLACK_MS) return inOrder("clock", text);
  return wrong(
    "clock",
    `${text}, but something was written ${durationText(aheadMs)} later than that`,
    "set the clock right; mails wait until it has caught up",
  );
}

async function examineEngine(app: App): Promise<Examination> {
  const state = await viewEngine(app);
  const at = app.clock.now();
  const remedy = engineRemedy(state);
  if (remedy === undefined) return inOrder("engine", engineText(state, at));
  if (state.kind === "nobody" && !(await hasWork(app.reader)))
    return inOrder("engine", "nobody is in charge, and no campaign has anything to send");
  return wrong("engine", engineText(state, at), remedy);
}

async function examineWorkers(app: App): Promise<Examination[]> {
  const workers = await viewWorkers(app);
  if (workers.length === 0) return [];
  const counts = (["working", "standing-by", "silent", "dead"] as const).flatMap((state) => {
    const n = workers.filter((worker) => worker.state === state).length;
    return n === 0 ? [] : [`${n} ${state.replace("-", " ")}`];
  });
  const others = ofAnotherVersion(workers);
  const version = others.length === 0 ? "" : `; ${namesOf(others)} of another version than this program, ${VERSION}`;
  const text = `${counts.join(", ")}${version}`;
  const silent = workers.filter(({ state }) => state === "silent");
  if (silent.length === 0) return [inOrder("workers", text)];
  return [
    wrong(
      "workers",
      text,
      silent.some((worker) => others.includes(worker))
        ? `${namesOf(silent)} silent, as a worker is whose program is older than the tables: stop it, and start it with version ${VERSION}`
        : `${namesOf(silent)} silent: wake or end it; its log says what it waits for`,
    ),
  ];
}

function examineMailbox(mailbox: MailboxCondition, now: number): Examination {
  const check = `mailbox ${mailbox.address}`;
  const { attention, restingUntil, restReason, zone } = mailbox;
  if (!mailbox.active) return inOrder(check, "switched off");
  if (attention !== null)
    return wrong(
      check,
      `needs attention: ${attention}`,
      "correct it and enter the mailbox again, with the same `goniec send` or in the settings",
    );
  if (restingUntil !== null && restingUntil > now)
    return inOrder(check, `rests until ${localText(zone, restingUntil)} (${zone}): ${restReason ?? "its server has trouble"}`);
  return inOrder(check, "active");
}

async function examineServer(app: App, { id, address }: MailboxCondition): Promise<Examination[]> {
  const check = `server of ${address}`;
  const account = await mailboxAccount(app.reader, id, app.secrets).catch(() => undefined);
  if (account === undefined) return [wrong(check, "was not asked, because the password cannot be read", "see the key file")];
  const { monotonicMs, setTimer } = app.clock;
  let clock: Examination[] = [];
  const listener: TranscriptListener = {
    entered: () => undefined,
    heard: (stage, reply) => {
      if (stage === "greeting" && clock.length === 0) clock = examineGreeting(account.host, reply, app.clock.now());
    },
  };
  const obstacle = await probeMailbox(connectionOf(account, PROBE_TIMEOUTS), { monotonicMs, setTimer }, listener);
  const place = `${account.host}:${account.port}`;
  if (obstacle === undefined) {
    return [
      inOrder(check, `${place} takes mail from it${account.user === undefined ? "" : `, logged in as ${account.user}`}`),
      ...clock,
    ];
  }
  const words = obstacle.reply?.text ?? obstacle.fault?.message ?? "no answer";
  const remedy = SERVER_REMEDIES[obstacle.stage] ?? "ask the mail provider, with the server's words";
  return [wrong(check, `${place}, at ${obstacle.stage}: ${words}`, remedy), ...clock];
}

/** Some servers say the time when they greet, and they keep it well. */
function examineGreeting(host: string, greeting: string, now: number): Examination[] {
  const at = dateIn(greeting);
  if (at === undefined) return [];
  const check = `clock of ${host}`;
  const offMs = Math.abs(now - at);
  if (offMs <= CLOCK_SLACK_MS) return [inOrder(check, "agrees with the clock here")];
  const place = now > at ? "ahead of" : "behind";
  return [
    wrong(
      check,
      `the clock here is ${durationText(offMs)} ${place} the server's`,
      "set the clock by NTP: hours, limits and dates of mails go by it",
    ),
  ];
}

const SERVER_REMEDIES: Readonly<Record<string, string>> = {
  connect: "check host and port, and whether a firewall lets the connection out",
  greeting: "check the port: 465 wants smtps://, 587 and 25 want smtp://",
  tls: "check the port and the server's certificate; 465 wants smtps://, 587 wants smtp://",
  auth: "check user and password; some providers want an app password",
};
