import { SECOND_MS } from "../domain/instant.ts";
import { MAILBOX_STATES, type InstallationFigures, type MailboxFigures } from "./installation-figures.ts";

interface Reading {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A number of the installation, and where it comes from. */
export interface GaugeSource {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
  readonly read: (figures: InstallationFigures) => readonly Reading[];
}

/** Mailboxes that are shown one by one, by their ids; those beyond only count in the sums. Every label costs whoever stores it. */
const MAILBOXES_SHOWN = 200;

export const GAUGES: readonly GaugeSource[] = [
  one("goniec_frozen", "1 while the installation is frozen and nothing leaves", ({ isFrozen }) => Number(isFrozen)),
  one("goniec_engine_in_charge", "1 when an engine, in whatever process, is at work", ({ isEngineAtWork }) =>
    Number(isEngineAtWork),
  ),
  one(
    "goniec_scheduler_late_seconds",
    "Since when the most overdue campaign should have been looked at; 0 when none is overdue",
    ({ latenessMs }) => latenessMs / SECOND_MS,
  ),
  {
    name: "goniec_workers",
    help: "Registered workers by what they do",
    labelNames: ["state"],
    read: ({ workers }) => Object.entries(workers).map(([state, value]) => ({ labels: { state }, value })),
  },
  {
    name: "goniec_worker_heartbeat_age_seconds",
    help: "Age of the oldest sign of life among the workers whose processes live",
    read: ({ heartbeatAgeMs }) => (heartbeatAgeMs === undefined ? [] : [{ value: heartbeatAgeMs / SECOND_MS }]),
  },
  {
    name: "goniec_campaigns",
    help: "Campaigns that are active",
    labelNames: ["status"],
    read: ({ campaigns: { running, scheduled } }) => [
      { labels: { status: "running" }, value: running },
      { labels: { status: "scheduled" }, value: scheduled },
    ],
  },
  one("goniec_queue_pending", "Planned mails of running campaigns, counted up to 100,000", ({ queue }) => queue.pending),
  one("goniec_queue_due", "Of these, mails whose planned instant has come", ({ queue }) => queue.due),
  one("goniec_queue_sending", "Mails whose conversation is under way", ({ queue }) => queue.sending),
  one("goniec_queue_unconfirmed", "Mails that wait for a person's decision", ({ queue }) => queue.unconfirmed),
  one("goniec_today_mails", "Mails of all mailboxes on their local day, counted like their limits", ({ mailboxes }) =>
    sum(mailboxes.map(({ today }) => today)),
  ),
  one("goniec_today_mails_max", "The daily limits of the mailboxes that are switched on, together", ({ mailboxes }) =>
    sum(mailboxes.filter(({ state }) => state !== "off").map(({ perDayMax }) => perDayMax ?? 0)),
  ),
  {
    name: "goniec_mailboxes",
    help: "Mailboxes by their condition",
    labelNames: ["state"],
    read: ({ mailboxes }) =>
      MAILBOX_STATES.map((state) => ({ labels: { state }, value: mailboxes.filter((one) => one.state === state).length })),
  },
  perMailbox("goniec_mailbox_rest_seconds", "What is left of the mailbox's rest", ({ restMs }) => restMs / SECOND_MS),
  perMailbox("goniec_mailbox_needs_attention", "1 when a person has to act on the mailbox", ({ state }) =>
    Number(state === "needs-attention"),
  ),
  perMailbox("goniec_mailbox_today_mails", "Mails of the mailbox on its local day", ({ today }) => today),
  perMailbox("goniec_mailbox_today_mails_max", "The mailbox's daily limit; absent without one", ({ perDayMax }) => perDayMax),
];

function one(name: string, help: string, value: (figures: InstallationFigures) => number): GaugeSource {
  return { name, help, read: (figures) => [{ value: value(figures) }] };
}

function perMailbox(name: string, help: string, value: (mailbox: MailboxFigures) => number | null): GaugeSource {
  return {
    name,
    help,
    labelNames: ["mailbox"],
    read: ({ mailboxes }) =>
      mailboxes
        .filter(({ state }) => state !== "off")
        .slice(0, MAILBOXES_SHOWN)
        .flatMap((mailbox) => {
          const read = value(mailbox);
          return read === null ? [] : [{ labels: { mailbox: String(mailbox.id) }, value: read }];
        }),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
