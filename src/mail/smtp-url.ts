import { fail, ok, type Problem, type Result } from "../domain/result.ts";
import { envelopeAddress } from "./smtp-envelope.ts";
import type { Security } from "./smtp-mailbox.ts";

/** A mailbox as a person writes it down. */
export interface MailboxSpec {
  readonly address: string;
  /** The name beside the address in From. */
  readonly name?: string;
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  readonly login?: { readonly user: string; readonly password: string };
  /** The name in EHLO. */
  readonly helloName?: string;
}

const FORMS = "Anna <anna@acme.test>=smtp://user:password@host:587 (smtps:// for port 465; ?tls=starttls|opportunistic|none)";
const OPTIONS = ["tls", "user", "password", "hello"];
const DEFAULT_PORTS = { "smtp:": 587, "smtps:": 465 } as const;

/**
 * Reads a mailbox: `Anna <anna@acme.test>=smtp://user:password@host:587`, `anna@acme.test=smtps://...`, or only the URL when its user
 * is the address (`smtp://anna%40acme.test:password@host`). Without `?tls=` an `smtp` mailbox is encrypted when the server offers it.
 *
 * @param field the option or setting that holds the text, for the problem
 * @returns the mailbox, or what is wrong with the text; its password is masked there
 */
export function parseMailbox(text: string, field: string): Result<MailboxSpec> {
  const problem: Complain = (message, allowed = FORMS) => fail({ field, value: maskPassword(text), message, allowed });
  const split = /^(?:(?<sender>.*?)=)?\s*(?<url>smtps?:\/\/.*)$/is.exec(text.trim());
  if (split?.groups?.["url"] === undefined) return problem("not a mailbox: no smtp:// or smtps:// address in it");
  const server = parseServer(split.groups["url"], problem);
  if (!server.ok) return server;
  const written = split.groups["sender"]?.trim() ?? server.value.login?.user;
  if (written === undefined || written === "") return problem("the sender's address is missing");
  const sender = parseSender(written);
  if (sender === undefined) return problem(`${JSON.stringify(written)} is not the address of a sender`);
  return ok({ ...sender, ...server.value });
}

/** The text with its password replaced by `***`, also when it is too malformed to be read. */
export function maskPassword(text: string): string {
  const inQuery = text.replace(/([?&]password=)[^&#]*/gi, "$1***");
  const beforeHost = inQuery.replace(/([a-z][a-z0-9+.-]*:\/\/[^:@/?#[\]]*:).*@/is, "$1***@");
  if (beforeHost !== inQuery) return beforeHost;
  // No "@" after the colon: a port, or a password whose host was forgotten.
  return inQuery.replace(/([a-z][a-z0-9+.-]*:\/\/[^:@/?#[\]]*:)(?!\d{1,5}(?:[/?#]|$)).*$/is, "$1***");
}

type Server = Omit<MailboxSpec, "address" | "name">;
type Complain = (message: string, allowed?: string) => { readonly ok: false; readonly error: Problem };

function parseServer(text: string, problem: Complain): Result<Server> {
  const url = parseUrl(text);
  // "#", "/" and "?" in a password end the part before the host, so they show up as a broken host or as a path.
  const hint = "characters such as @ / ? # : % in a user or password are written as %40 %2F %3F %23 %3A %25";
  if (url === undefined) return problem("the server's address cannot be read", hint);
  if (url.hostname === "") return problem("the server's host is missing");
  if (!["", "/"].includes(url.pathname) || url.hash !== "") return problem("there is more than a host behind smtp://", hint);
  const unknown = [...url.searchParams.keys()].find((key) => !OPTIONS.includes(key));
  if (unknown !== undefined) return problem(`unknown option ?${unknown}=`, OPTIONS.join(", "));
  const port = url.port === "" ? DEFAULT_PORTS[url.protocol as keyof typeof DEFAULT_PORTS] : Number(url.port);
  if (port === 0) return problem("port 0 cannot be connected to", "1 to 65535");
  const security = parseSecurity(url, problem);
  if (!security.ok) return security;
  const login = parseLogin(url, problem);
  if (!login.ok) return login;
  const helloName = url.searchParams.get("hello");
  return ok({
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port,
    security: security.value,
    ...(login.value === undefined ? {} : { login: login.value }),
    ...(helloName === null ? {} : { helloName }),
  });
}

function parseSecurity(url: URL, problem: Complain): Result<Security> {
  const wanted = url.searchParams.get("tls");
  if (url.protocol === "smtps:") {
    return wanted === null
      ? ok("tls")
      : problem("smtps:// is always encrypted, so ?tls= has no place there", "smtp://...?tls=...");
  }
  switch (wanted) {
    case null:
      return ok("opportunistic");
    case "starttls":
    case "opportunistic":
    case "none":
      return ok(wanted);
    default:
      return problem(
        `?tls=${wanted} is unknown`,
        "starttls, opportunistic, none; or smtps:// for encryption from the first byte",
      );
  }
}

function parseLogin(url: URL, problem: Complain): Result<MailboxSpec["login"]> {
  const user = url.searchParams.get("user") ?? decoded(url.username);
  const password = url.searchParams.get("password") ?? decoded(url.password);
  if (user === undefined || password === undefined)
    return problem("a % in the user or password is not followed by two hex digits", "%25 for %");
  if (user === "" && password === "") return ok(undefined);
  if (user === "") return problem("there is a password but no user");
  if (password === "")
    return problem(`the password of ${user} is missing`, "user:password@host, or neither for a server without login");
  return ok({ user, password });
}

/** `Anna Nowak <anna@acme.test>`, `"Nowak, Anna" <anna@acme.test>` or `anna@acme.test`. */
function parseSender(text: string): { readonly address: string; readonly name?: string } | undefined {
  const named = /^(?<name>[^<>]*)<(?<address>[^<>\s]+)>$/.exec(text);
  const address = named?.groups?.["address"] ?? text;
  if (/\s/.test(address) || address.split("@").length !== 2 || envelopeAddress(address) === undefined) return undefined;
  const name = named?.groups?.["name"]?.trim().replace(/^"(.*)"$/, "$1");
  return name === undefined || name === "" ? { address } : { address, name };
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
