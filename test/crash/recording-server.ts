import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerSession } from "smtp-server";

/** A whole message that the server was given: from the final dot on it counts as delivered, answered or not. */
export interface Delivery {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly messageId: string;
}

/** A mail transaction: from MAIL FROM to the answer after the dot, or to what cut it short. */
export interface MailTransaction {
  readonly mailbox: string;
  /** By the server's monotonic clock, in ms. */
  readonly from: number;
  until?: number;
  end?: "answered" | "broken";
}

export interface RecordingServer {
  readonly port: number;
  readonly deliveries: readonly Delivery[];
  readonly transactions: readonly MailTransaction[];
  /** Called with each recipient before it is accepted; the answer waits for it. */
  onRecipient: (address: string) => void | Promise<void>;
  /** Called with each delivery before it is answered; the answer waits for it. */
  onDelivery: (delivery: Delivery) => void | Promise<void>;
  /** The most sessions of one sender that there have been at once, counted from their first mail on. */
  readonly sessionsMax: number;
  close(): Promise<void>;
}

/** A server that keeps the list of what it was given, and outlives the programs that die on it. */
export async function startRecordingServer(): Promise<RecordingServer> {
  const deliveries: Delivery[] = [];
  const transactions = new TransactionLog();
  const sessions = new SessionCount();
  const recording: { -readonly [K in keyof RecordingServer]: RecordingServer[K] } = {
    port: 0,
    deliveries,
    transactions: transactions.all,
    get sessionsMax() {
      return sessions.most;
    },
    onRecipient: () => undefined,
    onDelivery: () => undefined,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    closeTimeout: 200,
    onMailFrom({ address }, session, done) {
      sessions.count(session, address);
      transactions.begin(session, address);
      done();
    },
    onRcptTo({ address }, _session, done) {
      void Promise.resolve(recording.onRecipient(address)).then(() => done());
    },
    onClose(session) {
      transactions.end(session, "broken");
      sessions.end(session);
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const delivery = deliveryOf(session, Buffer.concat(chunks).toString("utf8"));
        deliveries.push(delivery);
        void Promise.resolve(recording.onDelivery(delivery)).then(() => {
          transactions.end(session, "answered");
          done();
        });
      });
    },
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  recording.port = (server.server.address() as AddressInfo).port;
  return recording;
}

function deliveryOf({ envelope }: SMTPServerSession, message: string): Delivery {
  return {
    at: Date.now(),
    from: envelope.mailFrom === false ? "" : envelope.mailFrom.address,
    to: envelope.rcptTo[0]?.address ?? "",
    messageId: /^message-id:\s*(\S+)/im.exec(message)?.[1] ?? "",
  };
}

class TransactionLog {
  readonly all: MailTransaction[] = [];
  readonly #open = new Map<string, MailTransaction>();

  begin(session: SMTPServerSession, mailbox: string): void {
    this.end(session, "broken");
    const transaction: MailTransaction = { mailbox, from: performance.now() };
    this.all.push(transaction);
    this.#open.set(session.id, transaction);
  }

  end(session: SMTPServerSession, end: "answered" | "broken"): void {
    const transaction = this.#open.get(session.id);
    if (transaction !== undefined) Object.assign(transaction, { until: performance.now(), end });
    this.#open.delete(session.id);
  }
}

class SessionCount {
  most = 0;
  readonly #senders = new Map<string, string>();

  count(session: SMTPServerSession, sender: string): void {
    this.#senders.set(session.id, sender);
    this.most = Math.max(this.most, [...this.#senders.values()].filter((one) => one === sender).length);
  }

  end(session: SMTPServerSession): void {
    this.#senders.delete(session.id);
  }
}
