import { fail, ok, type Result } from "./result.ts";

const LISTEN_ALLOWED = "host:port, such as 127.0.0.1:4780, 0.0.0.0:4780 for every network, or [::1]:4780";
const PUBLIC_URL_ALLOWED = "https://mail.company.example, perhaps with a path";
const PORT_MAX = 65_535;

/** Where the server listens. */
export interface ListenAddress {
  /** A name or an IP address, without the brackets of IPv6. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

/** Reads `host:port`; nothing is guessed, because a wrong guess would open the server to a network that nobody meant. */
export function parseListenAddress(text: string): Result<ListenAddress> {
  const refuse = (message: string) => fail({ field: "listen", value: text, message, allowed: LISTEN_ALLOWED });
  const parts = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(text);
  if (parts === null) return refuse(messageFor(text));
  const host = parts[1] ?? parts[2] ?? "";
  const port = Number(parts[3]);
  if (port > PORT_MAX) return refuse(`${port} is no port: the highest is ${PORT_MAX}`);
  const isHost = URL.canParse(`http://${parts[1] === undefined ? host : `[${host}]`}/`);
  return isHost ? ok({ host, port }) : refuse(`${host} is no host`);
}

function messageFor(text: string): string {
  if (/^\w+:\/\//.test(text)) return "is a URL; the address that people use is the setting publicUrl";
  if (!/:\d+$/.test(text)) return "has no port";
  return text.startsWith(":") ? "has no host" : "is not a host and a port";
}

/** Reads the address under which people reach the web page, and returns it without a slash at its end. */
export function parsePublicUrl(text: string): Result<string> {
  const refuse = (message: string) => fail({ field: "publicUrl", value: text, message, allowed: PUBLIC_URL_ALLOWED });
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return refuse("is not a web address");
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return refuse("holds a user or password, which have no place there");
  if (url.search !== "" || url.hash !== "") return refuse("must end with its path");
  return ok(url.href.replace(/\/+$/, ""));
}

/** The address for links: the public one when it is known, else that of this machine. */
export function linkBase(publicUrl: string | undefined, { host, port }: ListenAddress): string {
  if (publicUrl !== undefined) return publicUrl;
  const isEverywhere = host === "0.0.0.0" || host === "::";
  const name = host.includes(":") ? `[${host}]` : host;
  return `http://${isEverywhere ? "localhost" : name}:${port}`;
}
