import type { Shape } from "../../api/client.ts";

type Mailbox = Shape<"Mailbox">;

/** A mailbox as it stands in the form; an empty text is a field that was left out. */
export interface MailboxDraft
  extends Pick<Mailbox, "host" | "port" | "security" | "zone" | "perDayMax" | "minGapMs" | "sessionsMax"> {
  readonly address: string;
  readonly name: string;
  readonly user: string;
  /** Empty: the stored one stays. */
  readonly password: string;
}

const EMPTY = { address: "", name: "", host: "", port: 587, security: "starttls", user: "", password: "" } as const;

/** What a new mailbox begins with, by the installation's settings. */
export const newDraft = (defaults: Shape<"Settings">["mailboxDefaults"]): MailboxDraft => ({
  ...EMPTY,
  zone: defaults.zone,
  perDayMax: defaults.perDayMax,
  minGapMs: 0,
  sessionsMax: 1,
});

export const draftOf = (mailbox: Mailbox): MailboxDraft => ({
  ...mailbox,
  name: mailbox.name ?? "",
  user: mailbox.user ?? "",
  password: "",
});

/** The account as the API takes it; a password that is left out stays as it is. */
interface Account extends Pick<Mailbox, "host" | "port" | "security" | "user"> {
  readonly password?: string | null;
}

/** Without a user there is no password. */
export function accountOf({ host, port, security, user, password }: MailboxDraft, stored: Mailbox | undefined): Account {
  const hasUser = user.trim() !== "";
  const account = { host: host.trim(), port, security, user: hasUser ? user.trim() : null };
  if (password !== "") return { ...account, password };
  return !hasUser && stored?.hasPassword === true ? { ...account, password: null } : account;
}

export const rulesOf = ({ zone, perDayMax, minGapMs, sessionsMax }: MailboxDraft) => ({
  zone,
  perDayMax,
  minGapMs,
  sessionsMax,
});
