import { domainOf } from "./address.ts";

/** A server that a mailbox may have, as it would be entered. */
export interface ServerGuess {
  readonly host: string;
  readonly port: number;
  readonly security: "tls" | "starttls";
}

/** Submission servers as their providers publish them, by the domain of the address. */
const PROVIDERS: readonly (readonly [domains: RegExp, host: string, ...ports: readonly (465 | 587)[]])[] = [
  [/^(gmail|googlemail)\.com$/, "smtp.gmail.com", 465, 587],
  [/^(outlook|hotmail|live|msn)\.[a-z.]+$/, "smtp-mail.outlook.com", 587],
  [/^(icloud|me|mac)\.com$/, "smtp.mail.me.com", 587],
  [/^(yahoo|ymail)\.[a-z.]+$/, "smtp.mail.yahoo.com", 465, 587],
  [/^wp\.pl$/, "smtp.wp.pl", 465],
  [/^(o2|go2|tlen)\.pl$/, "poczta.o2.pl", 465],
  [/^(onet|op|vp|poczta\.onet)\.(pl|eu)$/, "smtp.poczta.onet.pl", 465],
  [/^(interia|poczta\.fm|interia\.com)(\.pl|\.eu)?$/, "poczta.interia.pl", 465],
];

const SECURITY_OF = { 465: "tls", 587: "starttls" } as const;
const GUESSES_MAX = 6;

/**
 * Where a mailbox's server may be, the likeliest first, when the one that was entered cannot be reached: the provider's own, another port of
 * the same host, and the names that most domains give their server.
 */
export function guessServers(
  address: string,
  entered: Pick<ServerGuess, "host" | "port"> & { readonly security: string },
): ServerGuess[] {
  const domain = domainOf(address);
  const provider = PROVIDERS.find(([domains]) => domains.test(domain));
  const [, host = "", ...ports] = provider ?? [undefined];
  const own = ports.map((port) => guess(host, port));
  const sameHost = [guess(entered.host, 587), guess(entered.host, 465)];
  const named = domain === "" ? [] : [`smtp.${domain}`, `mail.${domain}`].flatMap((name) => [guess(name, 587), guess(name, 465)]);
  const all = provider === undefined ? [...sameHost, ...named] : own;
  const isNew = (one: ServerGuess, index: number): boolean =>
    key(one) !== key(entered) && all.findIndex((other) => key(other) === key(one)) === index;
  return all.filter(isNew).slice(0, GUESSES_MAX);
}

const guess = (host: string, port: 465 | 587): ServerGuess => ({ host, port, security: SECURITY_OF[port] });

const key = ({ host, port, security }: { readonly host: string; readonly port: number; readonly security: string }): string =>
  `${host.toLowerCase()} ${port} ${security}`;
