import { connect, isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import type { Fault } from "../domain/outcome.ts";
import { say } from "../domain/phrase.ts";

/** A host's further addresses are tried after this long. Node's own 250 ms gives up on servers that are merely far away. */
const NEXT_ADDRESS_AFTER_MS = 3_000;

/** A connection that is being made. */
export interface Dialling {
  readonly socket: Socket;
  /** Settles with the end of the attempt: `undefined` when connected. Destroying the socket settles it too. */
  readonly done: Promise<Fault | undefined>;
}

/** Opens a TCP connection; the name is looked up by the system, /etc/hosts included. The caller bounds the time. */
export function dial(host: string, port: number): Dialling {
  const socket = connect({ host, port, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS });
  const done = new Promise<Fault | undefined>((resolve) => {
    socket.once("connect", () => resolve(undefined));
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(connectFault(error, host, port)));
    socket.once("close", () => resolve({ kind: "lost", message: say("connection-cut", { place: place(host, port) }) }));
  });
  return { socket, done };
}

/** How the server's certificate is checked. */
export interface TlsCheck {
  readonly rejectUnauthorized: boolean;
  /** PEM; without it the system's authorities are trusted. */
  readonly ca?: string | undefined;
}

/** Encrypts a connection from its first byte (the `smtps` way). The caller bounds the time. */
export function encrypt(socket: Socket, host: string, check: TlsCheck): Dialling {
  const secured = connectTls({ socket, ...tlsOptions(host, check) });
  const done = new Promise<Fault | undefined>((resolve) => {
    secured.once("secureConnect", () => resolve(undefined));
    secured.on("error", (error: Error) => resolve({ kind: "tls", message: say("not-encrypted", { words: error.message }) }));
    secured.once("close", () => resolve({ kind: "tls", message: say("ended-before-encryption") }));
  });
  return { socket: secured, done };
}

/** An address has no server name to ask for (RFC 6066 section 3), but its certificate is still checked against it. */
export function tlsOptions(host: string, check: TlsCheck): TlsOptions {
  return {
    host,
    rejectUnauthorized: check.rejectUnauthorized,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(check.ca === undefined ? {} : { ca: check.ca }),
  };
}

type TlsOptions = Pick<ConnectionOptions, "host" | "rejectUnauthorized" | "servername" | "ca">;

/** Reads the system's error code, never its text: several addresses fail as one AggregateError whose text is empty. */
function connectFault(error: NodeJS.ErrnoException, host: string, port: number): Fault {
  const code = error.code ?? "unknown error";
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EAI_FAIL":
    case "EAI_NODATA":
      return { kind: "dns", message: say("name-not-found", { place: host, system: code }) };
    case "ETIMEDOUT":
      return { kind: "timeout", message: say("place-silent", { place: place(host, port), system: code }) };
    default:
      return { kind: "refused", message: say("no-connection", { place: place(host, port), system: code }) };
  }
}

export function place(host: string, port: number): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether a host is this machine itself, so that nothing said to it crosses a wire. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  return name === "localhost" || name.endsWith(".localhost") || name === "::1" || (isIP(name) === 4 && name.startsWith("127."));
}
