import { Resolver } from "node:dns/promises";
import { domainOf } from "../domain/address.ts";
import { type Examination, inOrder, wrong } from "./examination.ts";

/** What is asked of the names' system; each rejects as Node's resolver does. */
export interface Names {
  resolveMx(name: string): Promise<readonly { readonly exchange: string }[]>;
  resolveTxt(name: string): Promise<readonly (readonly string[])[]>;
}

/** A person waits for the answers. */
const ANSWER_WITHIN_MS = 5_000;

/** Looks up what recipients' servers look up about the domains that the mailboxes send from. */
export async function examineDomains(
  addresses: readonly string[],
  names: Names = new Resolver({ timeout: ANSWER_WITHIN_MS, tries: 2 }),
): Promise<Examination[]> {
  const domains = [...new Set(addresses.map(domainOf))].toSorted();
  return (await Promise.all(domains.map((domain) => examineDomain(domain, names)))).flat();
}

async function examineDomain(domain: string, names: Names): Promise<Examination[]> {
  try {
    return [await examineMx(domain, names), await examineSpf(domain, names), await examineDmarc(domain, names)];
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return [wrong(`domain ${domain}`, `could not be looked up: ${words}`, "check this machine's way to its name server")];
  }
}

async function examineMx(domain: string, names: Names): Promise<Examination> {
  const check = `MX of ${domain}`;
  const records = await orNone(() => names.resolveMx(domain));
  // RFC 7505: a single dot says that the domain takes no mail.
  const servers = records.map(({ exchange }) => exchange).filter((exchange) => exchange !== "" && exchange !== ".");
  return servers.length > 0
    ? inOrder(check, servers.join(", "))
    : wrong(check, "there is none: answers and bounces do not arrive", "enter the mail provider's MX record at the domain's DNS");
}

async function examineSpf(domain: string, names: Names): Promise<Examination> {
  const check = `SPF of ${domain}`;
  const records = await textsOf(domain, /^v=spf1( |$)/i, names);
  const [record] = records;
  if (record === undefined)
    return wrong(
      check,
      "there is none: many servers refuse the mails, or call them spam",
      `enter the mail provider's TXT record for ${domain}, which begins with v=spf1`,
    );
  // RFC 7208, 4.5.
  if (records.length > 1) return wrong(check, `there are ${records.length}, and so none counts`, "join them into one TXT record");
  return inOrder(check, record);
}

async function examineDmarc(domain: string, names: Names): Promise<Examination> {
  const check = `DMARC of ${domain}`;
  for (const name of [domain, organisationOf(domain)]) {
    const [record] = await textsOf(`_dmarc.${name}`, /^v=DMARC1 *(;|$)/i, names);
    if (record !== undefined)
      return inOrder(check, `${record}; whether mails are signed (DKIM) only a received mail's header tells`);
  }
  return wrong(
    check,
    "there is none: large mailbox providers want one from whoever sends many mails",
    `enter a TXT record for _dmarc.${domain}, at least v=DMARC1; p=none`,
  );
}

/** Where the record of the whole organisation stands (RFC 7489, 6.6.3), without the list of public suffixes: two labels. */
function organisationOf(domain: string): string {
  return domain.split(".").slice(-2).join(".");
}

async function textsOf(name: string, pattern: RegExp, names: Names): Promise<string[]> {
  const records = await orNone(() => names.resolveTxt(name));
  return records.map((parts) => parts.join("")).filter((text) => pattern.test(text));
}

async function orNone<T>(ask: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await ask();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENODATA" || code === "ENOTFOUND") return [];
    throw error;
  }
}
