import type { Mailbox } from "./mailbox-queries.ts";

/** A mail provider's own settings, as it publishes them. */
export interface Provider {
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly security: Mailbox["security"];
  /** What its customers have to do first: a key of `providerHint`. */
  readonly hint?: "appPassword" | "microsoft" | "switchOn";
  /** Addresses that are surely its own. */
  readonly domains: RegExp;
}

const NEVER = /^$/;

export const PROVIDERS: readonly Provider[] = [
  {
    ...{ id: "google", name: "Gmail / Google Workspace", host: "smtp.gmail.com", port: 465, security: "tls" },
    ...{ hint: "appPassword", domains: /^(gmail|googlemail)\.com$/ },
  },
  {
    ...{ id: "microsoft", name: "Microsoft 365", host: "smtp.office365.com", port: 587, security: "starttls" },
    ...{ hint: "microsoft", domains: /\.onmicrosoft\.com$/ },
  },
  {
    ...{ id: "icloud", name: "iCloud", host: "smtp.mail.me.com", port: 587, security: "starttls" },
    ...{ hint: "appPassword", domains: /^(icloud|me|mac)\.com$/ },
  },
  {
    ...{ id: "yahoo", name: "Yahoo", host: "smtp.mail.yahoo.com", port: 465, security: "tls" },
    ...{ hint: "appPassword", domains: /^(yahoo|ymail)\.[a-z.]+$/ },
  },
  {
    ...{ id: "wp", name: "WP", host: "smtp.wp.pl", port: 465, security: "tls" },
    ...{ hint: "switchOn", domains: /^wp\.pl$/ },
  },
  {
    ...{ id: "o2", name: "o2", host: "poczta.o2.pl", port: 465, security: "tls" },
    ...{ hint: "switchOn", domains: /^(o2|go2|tlen)\.pl$/ },
  },
  {
    ...{ id: "onet", name: "Onet", host: "smtp.poczta.onet.pl", port: 465, security: "tls" },
    ...{ hint: "switchOn", domains: /^(onet|op|vp|poczta\.onet)\.(pl|eu)$/ },
  },
  {
    ...{ id: "interia", name: "Interia", host: "poczta.interia.pl", port: 465, security: "tls" },
    ...{ hint: "switchOn", domains: /^(interia|poczta\.fm|interia\.com)(\.pl|\.eu)?$/ },
  },
  { ...{ id: "ovh", name: "OVH", host: "ssl0.ovh.net", port: 465, security: "tls" }, domains: NEVER },
  {
    ...{ id: "zoho", name: "Zoho (EU)", host: "smtp.zoho.eu", port: 465, security: "tls" },
    ...{ hint: "appPassword", domains: /^zohomail\.eu$/ },
  },
  {
    ...{ id: "fastmail", name: "Fastmail", host: "smtp.fastmail.com", port: 465, security: "tls" },
    ...{ hint: "appPassword", domains: /^fastmail\.(com|fm)$/ },
  },
];

/** Whose address it is; undefined for a domain of one's own. */
export function providerOfAddress(address: string): Provider | undefined {
  const domain = address.trim().toLowerCase().split("@").at(-1) ?? "";
  return PROVIDERS.find(({ domains }) => domains.test(domain));
}

/** Whose server it is. */
export function providerOfHost(host: string): Provider | undefined {
  return PROVIDERS.find((provider) => provider.host === host.trim().toLowerCase());
}
