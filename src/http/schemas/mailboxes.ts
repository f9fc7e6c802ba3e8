import { z } from "zod";
import { CHECK_FAILURES, CHECK_STEPS } from "../../domain/check-failure.ts";
import { DAY_MS } from "../../domain/instant.ts";
import type { tryMailbox } from "../../operation/mailbox-trial.ts";
import type { MailboxOverview } from "../../storage/mailbox-overview.ts";
import { STATUS } from "./campaigns.ts";
import { ID, INSTANT, iso, isoOrNull } from "./instants.ts";
import { PHRASE_OR_NULL, phraseWire } from "./phrases.ts";

const SECURITY = z.enum(["tls", "starttls", "opportunistic", "none"]);
const TEXT = z.string().trim().min(1).max(320);

/** The server and login of a mailbox, as a person types them. */
const ACCOUNT = {
  host: z.string().trim().min(1).max(253).describe("The SMTP server's name"),
  port: z.int().min(1).max(65_535),
  security: SECURITY.describe("tls: from the first byte (465); starttls: required (587); opportunistic: when offered; none"),
  user: TEXT.nullable().describe("null when the server asks for no login"),
};
const PASSWORD = z.string().min(1).max(1_000).nullable().describe("Kept encrypted, and never shown again");

const RULES = {
  zone: z.string().max(100).describe("IANA zone of its days"),
  perDayMax: z.int().min(0).max(1_000_000).nullable().describe("Mails of all campaigns per local day"),
  minGapMs: z.int().min(0).max(DAY_MS).describe("Least distance between two of its mails over all campaigns"),
  sessionsMax: z.int().min(1).max(20).describe("Conversations with its server at a time"),
};

const NAME = z.string().trim().max(200).nullable().describe("The name in From");

export const NEW_MAILBOX = z.strictObject({
  address: TEXT,
  name: NAME.default(null),
  ...ACCOUNT,
  user: ACCOUNT.user.default(null),
  password: PASSWORD.default(null),
  zone: RULES.zone.optional(),
  perDayMax: RULES.perDayMax.optional(),
  minGapMs: RULES.minGapMs.default(0),
  sessionsMax: RULES.sessionsMax.default(1),
});

export const MAILBOX_CHANGE = z
  .strictObject({ name: NAME, ...ACCOUNT, password: PASSWORD, ...RULES, active: z.boolean() })
  .partial();

export const TYPED_ACCOUNT = z.strictObject({
  address: TEXT,
  ...ACCOUNT,
  user: ACCOUNT.user.default(null),
  password: PASSWORD.default(null),
  passwordOf: ID.optional().describe("The mailbox whose stored password is meant when none is typed"),
});

export const MAILBOX = z
  .object({
    id: z.int(),
    address: z.string(),
    name: z.string().nullable(),
    host: z.string(),
    port: z.int(),
    security: SECURITY,
    user: z.string().nullable(),
    hasPassword: z.boolean(),
    zone: z.string(),
    perDayMax: z.int().nullable(),
    minGapMs: z.int(),
    sessionsMax: z.int(),
    active: z.boolean(),
    state: z
      .enum(["ready", "off", "attention", "limit", "resting", "min-gap", "busy"])
      .describe("ready, or the first reason why it takes no mail now"),
    attention: z.string().nullable().describe("Why a person has to look at it, in the server's words"),
    attentionPhrase: PHRASE_OR_NULL,
    restingUntil: INSTANT.nullable(),
    restReason: z.string().nullable(),
    restReasonPhrase: PHRASE_OR_NULL,
    sessionsBusy: z.int(),
    today: z.object({ day: z.iso.date(), used: z.int() }),
    nextAt: INSTANT.nullable().describe("When it may take its next mail; null when no clock says so"),
    lastUsedAt: INSTANT.nullable(),
    createdAt: INSTANT,
    campaigns: z.array(z.object({ id: z.int(), name: z.string(), status: STATUS })).describe("Open campaigns that send from it"),
    version: z.string().describe("For If-Match"),
  })
  .meta({ id: "Mailbox" });

export const MAILBOX_CHECK = z
  .object({
    ok: z.boolean().describe("The server takes mail from this account"),
    steps: z.array(
      z.object({
        step: z.enum(CHECK_STEPS),
        status: z.enum(["ok", "failed", "skipped"]),
        durationMs: z.int(),
        words: z.string().nullable().describe("The server's own words, or what was found out"),
        wordsPhrase: PHRASE_OR_NULL,
        failure: z.object({ code: z.enum(CHECK_FAILURES), remedy: z.string() }).nullable(),
      }),
    ),
    guesses: z
      .array(z.object({ host: z.string(), port: z.int(), security: SECURITY }))
      .describe("Servers that may be the right one, when this one could not be spoken with"),
  })
  .meta({ id: "MailboxCheck" });

type MailboxCheck = Extract<Awaited<ReturnType<typeof tryMailbox>>, { readonly ok: true }>["value"];

export function mailboxWire(seen: MailboxOverview, version: string): z.infer<typeof MAILBOX> {
  const { restingUntil, nextAt, lastUsedAt, createdAt, campaigns, ...rest } = seen;
  return {
    ...rest,
    campaigns: campaigns.map((campaign) => ({ ...campaign })),
    attentionPhrase: phraseWire(rest.attention),
    restReasonPhrase: phraseWire(rest.restReason),
    restingUntil: isoOrNull(restingUntil),
    nextAt: isoOrNull(nextAt),
    lastUsedAt: isoOrNull(lastUsedAt),
    createdAt: iso(createdAt),
    version,
  };
}

export function checkWire({ ok, steps, guesses }: MailboxCheck): z.infer<typeof MAILBOX_CHECK> {
  return {
    ok,
    steps: steps.map(({ step, status, durationMs, words, failure }) => ({
      step,
      status,
      durationMs: Math.round(durationMs),
      words: words ?? null,
      wordsPhrase: phraseWire(words),
      failure: failure ?? null,
    })),
    guesses: guesses.map(({ host, port, security }) => ({ host, port, security })),
  };
}
