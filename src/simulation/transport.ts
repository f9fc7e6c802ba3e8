import { type HandOver, SESSION_KEPT_MS } from "../domain/hand-over.ts";
import type { Conversation } from "../domain/outcome.ts";
import type { Clock, Mailer, OutgoingMail } from "../engine/ports.ts";
import type { SimulatedServers } from "./servers.ts";

/** What a worker's transport tells the world. */
export interface TransportReports {
  accepted(mail: OutgoingMail): void;
  session(mailboxId: number, change: "opened" | "kept" | "closed"): void;
}

/**
 * One worker's way to the simulated servers. As the product's own it keeps a connection for the mailbox's next mail, where the engine says
 * that one may come; it dies with the worker's clock.
 */
export class SimulatedTransport implements Mailer {
  readonly #servers: SimulatedServers;
  readonly #clock: Clock;
  readonly #reports: TransportReports;
  /** By mailbox, what keeps its connection from being closed at its time. */
  readonly #kept = new Map<number, () => void>();
  #isClosed = false;

  constructor(servers: SimulatedServers, clock: Clock, reports: TransportReports) {
    this.#servers = servers;
    this.#clock = clock;
    this.#reports = reports;
  }

  async send(mail: OutgoingMail, handOver: HandOver): Promise<Conversation> {
    const { mailboxId } = mail;
    // Taken up again, the kept connection serves the new conversation.
    this.#leave(mailboxId);
    this.#reports.session(mailboxId, "opened");
    const conversation = await this.#servers.converse(mail, handOver, this.#reports.accepted);
    const isClean = conversation.stage === "dot" && conversation.reply?.code === 250;
    if (isClean && mail.keepConnection && !this.#isClosed) this.#keep(mailboxId);
    else this.#reports.session(mailboxId, "closed");
    return conversation;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const mailboxId of this.#kept.keys()) this.#leave(mailboxId);
  }

  #keep(mailboxId: number): void {
    this.#leave(mailboxId);
    this.#reports.session(mailboxId, "kept");
    this.#kept.set(
      mailboxId,
      this.#clock.setTimer(SESSION_KEPT_MS, () => this.#leave(mailboxId)),
    );
  }

  #leave(mailboxId: number): void {
    const stopTimer = this.#kept.get(mailboxId);
    if (stopTimer === undefined) return;
    stopTimer();
    this.#kept.delete(mailboxId);
    this.#reports.session(mailboxId, "closed");
  }
}
