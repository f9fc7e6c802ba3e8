import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

/** A whole message that the server was given: from the final dot on it counts as delivered, answered or not. */
export interface Delivery {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly messageId: string;
}

export interface RecordingServer {
  readonly port: number;
  readonly deliveries: readonly Delivery[];
  /** Called with each delivery before it is answered; the answer waits for it. */
  onDelivery: (delivery: Delivery) => void | Promise<void>;
  /** Sessions per login name at this moment, and the most there have been at once. */
  readonly sessionsMax: number;
  close(): Promise<void>;
}

/** A server that keeps the list of what it was given, and outlives the programs that die on it. */
export async function startRecordingServer(): Promise<RecordingServer> {
  const deliveries: Delivery[] = [];
  const open = new Map<string, number>();
  const recording: { -readonly [K in keyof RecordingServer]: RecordingServer[K] } = {
    port: 0,
    deliveries,
    sessionsMax: 0,
    onDelivery: () => undefined,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    closeTimeout: 200,
    onMailFrom(address, session, done) {
      const now = (open.get(address.address) ?? 0) + (session.transaction === 1 ? 1 : 0);
      open.set(address.address, now);
      Object.assign(session, { countedAs: address.address });
      recording.sessionsMax = Math.max(recording.sessionsMax, now);
      done();
    },
    onClose(session) {
      const name = (session as { countedAs?: string }).countedAs;
      if (name !== undefined) open.set(name, (open.get(name) ?? 1) - 1);
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const messageId = /^message-id:\s*(\S+)/im.exec(Buffer.concat(chunks).toString("utf8"))?.[1] ?? "";
        const from = session.envelope.mailFrom === false ? "" : session.envelope.mailFrom.address;
        const delivery = { at: Date.now(), from, to: session.envelope.rcptTo[0]?.address ?? "", messageId };
        deliveries.push(delivery);
        void Promise.resolve(recording.onDelivery(delivery)).then(() => done());
      });
    },
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  recording.port = (server.server.address() as AddressInfo).port;
  return recording;
}
