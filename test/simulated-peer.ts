import type { Conversation } from "../src/domain/outcome.ts";
import type { Clock, Mailer, OutgoingMail } from "../src/engine/ports.ts";
import { delay } from "../src/engine/wait.ts";

/** A message that the simulated server took. */
export interface Accepted {
  readonly at: number;
  readonly to: string;
  readonly mailboxId: number;
  readonly subject: string;
  readonly rfcMessageId: string;
}

export type Behaviour =
  | { readonly reply: string; readonly stage?: Conversation["stage"] }
  | { readonly fault: "refused" | "timeout" | "lost"; readonly stage: Conversation["stage"]; readonly accepts?: boolean }
  | { readonly hangs: true };

/** The SMTP servers of all mailboxes, on the test's clock: they take `latencyMs` and accept, unless told otherwise for an address or mailbox. */
export class SimulatedPeer implements Mailer {
  readonly accepted: Accepted[] = [];
  readonly #clock: Clock;
  readonly #rules: { readonly matches: (mail: OutgoingMail) => boolean; readonly behaviour: Behaviour; times: number }[] = [];
  latencyMs = 800;
  sessions = new Map<number, number>();
  sessionsSeenMax = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The next `times` mails that match get `behaviour`; later rules win. */
  when(matches: (mail: OutgoingMail) => boolean, behaviour: Behaviour, times = Number.POSITIVE_INFINITY): void {
    this.#rules.unshift({ matches, behaviour, times });
  }

  async send(mail: OutgoingMail, handOver: Parameters<Mailer["send"]>[1]): Promise<Conversation> {
    this.#count(mail.mailboxId, 1);
    try {
      return await this.#converse(mail, handOver);
    } finally {
      this.#count(mail.mailboxId, -1);
    }
  }

  async #converse(mail: OutgoingMail, handOver: Parameters<Mailer["send"]>[1]): Promise<Conversation> {
    const rule = this.#rules.find((one) => one.times > 0 && one.matches(mail));
    if (rule !== undefined) rule.times -= 1;
    const behaviour = rule?.behaviour;
    await delay(this.#clock, this.latencyMs);
    if (behaviour !== undefined && "hangs" in behaviour) await new Promise<never>(() => undefined);
    if (behaviour !== undefined && endsBeforeBody(behaviour)) return ended(behaviour, false);
    handOver.connected?.();
    handOver.inBody?.();
    const permit = await handOver.beforeDot();
    if (!permit.go) return { stage: "body", dotSent: false, fault: { kind: "withheld", message: permit.why } };
    handOver.dotSent?.();
    if (behaviour === undefined || ("accepts" in behaviour && behaviour.accepts)) this.#accept(mail);
    if (behaviour !== undefined) return ended(behaviour, true);
    return { stage: "dot", dotSent: true, reply: { code: 250, text: "250 2.0.0 accepted" } };
  }

  async close(): Promise<void> {}

  #accept(mail: OutgoingMail): void {
    const { to, mailboxId, subject, rfcMessageId } = mail;
    this.accepted.push({ at: this.#clock.now(), to, mailboxId, subject, rfcMessageId });
  }

  #count(mailboxId: number, by: number): void {
    const open = (this.sessions.get(mailboxId) ?? 0) + by;
    this.sessions.set(mailboxId, open);
    this.sessionsSeenMax = Math.max(this.sessionsSeenMax, open);
  }
}

function stageOf(behaviour: Behaviour): Conversation["stage"] {
  return "hangs" in behaviour ? "connect" : (behaviour.stage ?? "rcpt");
}

function endsBeforeBody(behaviour: Behaviour): boolean {
  return stageOf(behaviour) !== "dot";
}

function ended(behaviour: Behaviour, dotSent: boolean): Conversation {
  const stage = stageOf(behaviour);
  if ("reply" in behaviour) {
    const [code, enhanced] = behaviour.reply.split(" ");
    return {
      stage,
      dotSent,
      reply: {
        code: Number(code),
        text: behaviour.reply,
        ...(/^\d\.\d+\.\d+$/.test(enhanced ?? "") && { enhanced: enhanced ?? "" }),
      },
    };
  }
  if ("fault" in behaviour) return { stage, dotSent, fault: { kind: behaviour.fault, message: `simulated: ${behaviour.fault}` } };
  throw new Error("a hanging server never ends");
}
