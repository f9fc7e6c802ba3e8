import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerSession } from "smtp-server";
import type { Instant } from "../domain/instant.ts";

/** A mail as the sandbox was given it. */
export interface SandboxMail {
  readonly from: string;
  readonly to: string;
  /** The user that had logged in, if any. */
  readonly login: string | undefined;
  /** When its last line had come. */
  readonly receivedAt: Instant;
  readonly raw: Buffer;
}

/** An SMTP server inside this process that takes every mail and passes none on. */
export interface Sandbox {
  readonly port: number;
  /** In the order in which they came. */
  readonly mails: readonly SandboxMail[];
  close(): Promise<void>;
}

/** What the library keeps of a client; it has no other way to hang up on one. */
interface SandboxConnection {
  readonly session?: { readonly id: string };
  readonly _socket: { destroy(): void };
}

/** Bounds the memory; a mail beyond it is refused for now, as a full server would. */
const MAILS_MAX = 10_000;

/**
 * Starts a sandbox on a free port of 127.0.0.1. It takes any login, and none. Where `hangsUpOn` says so, it keeps the mail and breaks the
 * connection instead of saying that it has it.
 */
export async function startSandbox(now: () => Instant, hangsUpOn: (to: string) => boolean = () => false): Promise<Sandbox> {
  const mails: SandboxMail[] = [];
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    onAuth: (auth, _session, done) => done(null, { user: auth.username ?? "" }),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        if (mails.length >= MAILS_MAX) return done(Object.assign(new Error("4.2.2 the sandbox is full"), { responseCode: 452 }));
        mails.push({ ...envelopeOf(session), receivedAt: now(), raw: Buffer.concat(chunks) });
        if (!hangsUpOn(session.envelope.rcptTo[0]?.address ?? "")) return done();
        for (const connection of server.connections as Set<SandboxConnection>)
          if (connection.session?.id === session.id) connection._socket.destroy();
        return undefined;
      });
    },
  });
  // A client that breaks off is reported here and has not handed anything over.
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}

function envelopeOf({ envelope, user }: SMTPServerSession): Pick<SandboxMail, "from" | "to" | "login"> {
  return {
    from: envelope.mailFrom === false ? "" : envelope.mailFrom.address,
    to: envelope.rcptTo.map(({ address }) => address).join(", "),
    login: typeof user === "string" && user !== "" ? user : undefined,
  };
}
