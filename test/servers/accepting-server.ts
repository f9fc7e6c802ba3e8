import type { AddressInfo } from "node:net";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer, type SMTPServerSession } from "smtp-server";
import { TEST_CERTIFICATE, TEST_KEY } from "./certificate.ts";

interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly login: string | undefined;
  readonly isEncrypted: boolean;
  /** The bytes as received, dots unstuffed. */
  readonly raw: Buffer;
  readonly parsed: ParsedMail;
}

export interface AcceptingServer {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  /** Connections that were opened so far. */
  readonly connections: number;
  close(): Promise<void>;
}

export interface AcceptingServerOptions {
  /** `tls` from the first byte, `starttls` offered (the default), or `none`. */
  readonly security?: "tls" | "starttls" | "none";
  /** The login that is asked for; none is when left out. With `token` it is XOAUTH2. */
  readonly login?: { readonly user: string; readonly password?: string; readonly token?: string };
  readonly sizeMaxBytes?: number;
  /** Listens here instead of on 127.0.0.1. */
  readonly host?: string;
}

/** A well-behaved SMTP server on a free port that keeps what it is given. */
export async function startAcceptingServer(options: AcceptingServerOptions = {}): Promise<AcceptingServer> {
  const { security = "starttls", login, sizeMaxBytes, host = "127.0.0.1" } = options;
  const mails: ReceivedMail[] = [];
  let connections = 0;
  const server = new SMTPServer({
    secure: security === "tls",
    key: TEST_KEY,
    cert: TEST_CERTIFICATE,
    disabledCommands: [...(security === "starttls" ? [] : ["STARTTLS"]), ...(login === undefined ? ["AUTH"] : [])],
    authMethods: login?.token === undefined ? ["PLAIN", "LOGIN"] : ["XOAUTH2"],
    allowInsecureAuth: true,
    authOptional: login === undefined,
    disableReverseLookup: true,
    ...(sizeMaxBytes === undefined ? {} : { size: sizeMaxBytes }),
    onConnect: (_session, done) => {
      connections += 1;
      done();
    },
    onAuth: (auth, _session, done) => {
      const secret = auth.accessToken ?? auth.password;
      const isRight = auth.username === login?.user && secret === (login?.token ?? login?.password);
      if (isRight) done(null, { user: auth.username });
      // Gmail and Exchange refuse a token with a challenge first; an empty answer to it brings the 535.
      else if (login?.token !== undefined) done(null, { data: { status: "401", schemes: "bearer", scope: "mail" } });
      else done(Object.assign(new Error("5.7.8 wrong user or password"), { responseCode: 535 }));
    },
    onData: (stream, session, done) => {
      void keepMail(mails, stream, session).then(done);
    },
  });
  // A client that breaks off is reported here; what matters of it the client says.
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    get connections() {
      return connections;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** @returns what to tell the client: nothing when the mail was kept */
async function keepMail(mails: ReceivedMail[], stream: AsyncIterable<Buffer>, session: SMTPServerSession): Promise<Error | null> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    const { mailFrom, rcptTo } = session.envelope;
    mails.push({
      from: mailFrom === false ? "" : mailFrom.address,
      to: rcptTo.map(({ address }) => address),
      login: typeof session.user === "string" ? session.user : undefined,
      isEncrypted: session.secure,
      raw,
      parsed: await simpleParser(raw),
    });
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
