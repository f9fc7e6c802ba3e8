import { describe, expect, it } from "vitest";
import { problemText } from "../domain/result.ts";
import { maskPassword, parseMailbox } from "./smtp-url.ts";

const read = (text: string) => {
  const parsed = parseMailbox(text, "--mailbox");
  if (!parsed.ok) throw new Error(problemText(parsed.error));
  return parsed.value;
};

describe("a mailbox", () => {
  const login = { user: "user", password: "pass" };
  it.each([
    [
      "Anna <anna@acme.test>=smtp://user:pass@mail.acme.test:2525",
      { name: "Anna", address: "anna@acme.test", host: "mail.acme.test", port: 2525, security: "opportunistic", login },
    ],
    [
      '"Nowak, Anna" <anna@acme.test>=smtps://user:pass@mail.acme.test',
      { name: "Nowak, Anna", address: "anna@acme.test", host: "mail.acme.test", port: 465, security: "tls", login },
    ],
    ["anna@acme.test=smtp://localhost", { address: "anna@acme.test", host: "localhost", port: 587, security: "opportunistic" }],
    ["A=B <a@b.test>=smtp://[::1]:25?tls=none", { name: "A=B", address: "a@b.test", host: "::1", port: 25, security: "none" }],
    [
      "smtp://anna%40acme.test:p%40ss%3A%2F%25@host.test?tls=starttls&hello=me.test",
      {
        address: "anna@acme.test",
        host: "host.test",
        port: 587,
        security: "starttls",
        login: { user: "anna@acme.test", password: "p@ss:/%" },
        helloName: "me.test",
      },
    ],
    [
      "a@b.test = smtp://host.test?user=anna&password=a%26b",
      { address: "a@b.test", host: "host.test", port: 587, security: "opportunistic", login: { user: "anna", password: "a&b" } },
    ],
    [
      "smtps://anna@acme.test:pass@host.test",
      { address: "anna@acme.test", host: "host.test", port: 465, security: "tls", login: { ...login, user: "anna@acme.test" } },
    ],
  ])("%s is read", (text, mailbox) => {
    expect(read(text)).toEqual(mailbox);
  });

  it.each([
    ["anna@acme.test", /no smtp:\/\/ or smtps:\/\//],
    ["anna@acme.test=http://user:secret@host", /no smtp:\/\//],
    ["anna@acme.test=smtp://user:secret@", /cannot be read|host is missing/],
    ["anna@acme.test=smtp://user:se/cret@host", /%2F/],
    ["anna@acme.test=smtp://user:se#cret@host", /%23/],
    ["anna@acme.test=smtp://user:secret@host/inbox", /more than a host/],
    ["anna@acme.test=smtp://user:secret@host:99999", /cannot be read/],
    ["anna@acme.test=smtp://user:secret@host:0", /port 0/],
    ["anna@acme.test=smtp://user:se%cret@host", /two hex digits/],
    ["anna@acme.test=smtp://user@host", /password of user is missing/],
    ["anna@acme.test=smtp://:secret@host", /no user/],
    ["anna@acme.test=smtp://user:secret@host?tls=maybe", /maybe.*starttls, opportunistic, none/],
    ["anna@acme.test=smtps://user:secret@host?tls=none", /always encrypted/],
    ["anna@acme.test=smtp://user:secret@host?ssl=1", /unknown option \?ssl=/],
    ["smtp://host", /sender's address is missing/],
    ["smtp://anna:secret@host", /"anna" is not the address/],
    ["Anna anna@acme.test=smtp://user:secret@host", /not the address of a sender/],
    ["<a@b@c>=smtp://user:secret@host", /not the address of a sender/],
  ])("%s is refused in words, without its password", (text, words) => {
    const parsed = parseMailbox(text, "--mailbox");
    expect(parsed.ok).toBe(false);
    const said = parsed.ok ? "" : problemText(parsed.error);
    expect(said).toMatch(words);
    expect(said).toMatch(/^--mailbox "/);
    expect(said).not.toMatch(/secret|cret/);
  });
});

describe("a masked text", () => {
  it.each([
    ["a=smtp://user:s3cr:e@t/#?@host:25", "a=smtp://user:***@host:25"],
    ["smtp://user:s3cret", "smtp://user:***"],
    ["smtp://host:587?tls=none", "smtp://host:587?tls=none"],
    ["smtp://host?user=a&password=s3cret&tls=none", "smtp://host?user=a&password=***&tls=none"],
    ["smtp://[::1]:25", "smtp://[::1]:25"],
  ])("%s is %s", (text, masked) => {
    expect(maskPassword(text)).toBe(masked);
  });
});
