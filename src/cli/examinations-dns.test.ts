import { expect, it } from "vitest";
import { examineDomains, type Names } from "./examinations-dns.ts";

const failure = (code: string) => Object.assign(new Error(`query${code}`), { code });

/** The names' system with these records; what is not in it is not found. */
function namesOf(records: Readonly<Record<string, readonly string[]>>): Names {
  const find = async (name: string): Promise<readonly string[]> => {
    const found = records[name];
    if (found === undefined) throw failure("ENOTFOUND");
    return found;
  };
  return {
    resolveMx: async (name) => (await find(`mx ${name}`)).map((exchange) => ({ exchange })),
    resolveTxt: async (name) => (await find(name)).map((text) => [text.slice(0, 5), text.slice(5)]),
  };
}

const GOOD = {
  "mx acme.test": ["mx.acme.test"],
  "acme.test": ["v=spf1 mx -all", "some-site-verification=1"],
  "_dmarc.acme.test": ["v=DMARC1; p=none"],
};

const found = async (records: Readonly<Record<string, readonly string[]>>, address = "anna@acme.test") =>
  Object.fromEntries(
    (await examineDomains([address, address], namesOf(records))).map(({ check, ok, text }) => [check, ok ? "ok" : text]),
  );

it("a domain with MX, SPF and DMARC is in order, and asked about once", async () => {
  expect(await found(GOOD)).toEqual({ "MX of acme.test": "ok", "SPF of acme.test": "ok", "DMARC of acme.test": "ok" });
});

it("the DMARC record of the organisation counts for its subdomains", async () => {
  expect((await found(GOOD, "anna@news.acme.test"))["DMARC of news.acme.test"]).toBe("ok");
});

it("what is missing, and what there is too much of, is told", async () => {
  expect(await found({})).toEqual({
    "MX of acme.test": "there is none: answers and bounces do not arrive",
    "SPF of acme.test": "there is none: many servers refuse the mails, or call them spam",
    "DMARC of acme.test": "there is none: large mailbox providers want one from whoever sends many mails",
  });
  const twice = { ...GOOD, "acme.test": ["v=spf1 mx -all", "v=spf1 -all"], "mx acme.test": [""] };
  expect(await found(twice)).toMatchObject({
    "MX of acme.test": "there is none: answers and bounces do not arrive",
    "SPF of acme.test": "there are 2, and so none counts",
  });
});

it("a name server that does not answer is not taken for a missing record", async () => {
  const silent: Names = {
    resolveMx: () => Promise.reject(failure("ETIMEOUT")),
    resolveTxt: () => Promise.reject(failure("ETIMEOUT")),
  };
  expect(await examineDomains(["anna@acme.test"], silent)).toMatchObject([
    { check: "domain acme.test", ok: false, text: "could not be looked up: queryETIMEOUT" },
  ]);
});
