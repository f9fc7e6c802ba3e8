import type { HandOver } from "../domain/hand-over.ts";
import type { Conversation, SmtpStage } from "../domain/outcome.ts";
import { parseReply } from "../domain/reply.ts";
import type { Clock, OutgoingMail } from "../engine/ports.ts";
import { delay } from "../engine/wait.ts";
import type { SmtpEvent } from "./scenario.ts";

interface Rule {
  readonly event: SmtpEvent;
  /** By the monotonic clock. */
  readonly untilMs: number;
  timesLeft: number;
}

/** A connection attempt to a server that says nothing is given up after this long, as the product's own transport does. */
const TIMEOUT_MS = 30_000;

/** The SMTP servers of all mailboxes. They live on when a worker dies, and keep what they took. */
export class SimulatedServers {
  readonly #clock: Clock;
  readonly #latencyMs: number;
  readonly #mailboxAddress: (mailboxId: number) => string;
  readonly #rules: Rule[] = [];

  constructor(clock: Clock, latencyMs: number, mailboxAddress: (mailboxId: number) => string) {
    this.#clock = clock;
    this.#latencyMs = latencyMs;
    this.#mailboxAddress = mailboxAddress;
  }

  /** From now on mails that the event names meet its trouble, `times` times or for its duration; the newest rule wins. */
  obey(event: SmtpEvent): void {
    const untilMs = event.forMs === undefined ? Number.POSITIVE_INFINITY : this.#clock.monotonicMs() + event.forMs;
    this.#rules.unshift({ event, untilMs, timesLeft: event.times ?? Number.POSITIVE_INFINITY });
  }

  /** One mail's conversation; `accepted` is called when the server has the mail, whatever it says or fails to say. */
  async converse(mail: OutgoingMail, handOver: HandOver, accepted: (mail: OutgoingMail) => void): Promise<Conversation> {
    const trouble = this.#troubleFor(mail);
    await delay(this.#clock, trouble?.takesMs ?? this.#latencyMs);
    if (trouble?.endsAt === "connection") return trouble.conversation;
    handOver.connected?.();
    if (trouble?.endsAt === "envelope") return trouble.conversation;
    handOver.inBody?.();
    if (trouble?.endsAt === "body") return trouble.conversation;
    const permit = await handOver.beforeDot();
    if (!permit.go) return { stage: "body", dotSent: false, fault: { kind: "withheld", message: permit.why } };
    if (trouble === undefined || trouble.accepts) accepted(mail);
    handOver.dotSent?.();
    return trouble?.conversation ?? { stage: "dot", dotSent: true, reply: reply("250 2.0.0 accepted") };
  }

  #troubleFor(mail: OutgoingMail): Trouble | undefined {
    const mailbox = this.#mailboxAddress(mail.mailboxId);
    const nowMs = this.#clock.monotonicMs();
    const rule = this.#rules.find(
      ({ event, untilMs, timesLeft }) =>
        timesLeft > 0 && nowMs < untilMs && (event.mailbox ?? mailbox) === mailbox && (event.lead ?? mail.to) === mail.to,
    );
    if (rule === undefined) return undefined;
    rule.timesLeft -= 1;
    return troubleOf(rule.event);
  }
}

interface Trouble {
  readonly conversation: Conversation;
  readonly endsAt: "connection" | "envelope" | "body" | "answer";
  /** The server keeps the mail, whatever it says or fails to say. */
  readonly accepts: boolean;
  readonly takesMs?: number;
}

const REPLY_STAGES: Readonly<Record<string, { readonly stage: SmtpStage; readonly endsAt: Trouble["endsAt"] }>> = {
  connect: { stage: "greeting", endsAt: "connection" },
  mail: { stage: "mail", endsAt: "envelope" },
  rcpt: { stage: "rcpt", endsAt: "envelope" },
  data: { stage: "data", endsAt: "envelope" },
  body: { stage: "dot", endsAt: "answer" },
};

function troubleOf(event: SmtpEvent): Trouble {
  if (event.reply !== undefined) {
    const { stage, endsAt } = REPLY_STAGES[event.atStage ?? "rcpt"] ?? { stage: "rcpt", endsAt: "envelope" };
    return { conversation: { stage, dotSent: stage === "dot", reply: reply(event.reply) }, endsAt, accepts: false };
  }
  if (event.fail === undefined) throw new Error("an smtp event says what fails or what is replied");
  return failureOf(event.fail);
}

function failureOf(fail: NonNullable<SmtpEvent["fail"]>): Trouble {
  const broken = (stage: SmtpStage, kind: "refused" | "timeout" | "lost", message: string): Conversation => ({
    stage,
    dotSent: stage === "dot",
    fault: { kind, message },
  });
  switch (fail) {
    case "connection":
      return { conversation: broken("connect", "refused", "connection refused"), endsAt: "connection", accepts: false };
    case "timeout":
      return {
        conversation: broken("greeting", "timeout", "no greeting"),
        endsAt: "connection",
        accepts: false,
        takesMs: TIMEOUT_MS,
      };
    case "auth":
      return {
        conversation: { stage: "auth", dotSent: false, reply: reply("535 5.7.8 authentication failed") },
        endsAt: "connection",
        accepts: false,
      };
    case "lost-before-body":
      return { conversation: broken("data", "lost", "connection lost"), endsAt: "envelope", accepts: false };
    case "lost-after-body":
      return { conversation: broken("dot", "lost", "connection lost after the body"), endsAt: "answer", accepts: true };
    case "dropped-after-body":
      return { conversation: broken("dot", "lost", "connection lost after the body"), endsAt: "answer", accepts: false };
  }
}

function reply(text: string): NonNullable<Conversation["reply"]> {
  const parsed = parseReply(text);
  if (parsed === undefined) throw new Error(`${JSON.stringify(text)} is no SMTP reply`);
  return parsed;
}
