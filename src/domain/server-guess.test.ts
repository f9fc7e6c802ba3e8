import { expect, it } from "vitest";
import { guessServers } from "./server-guess.ts";

const words = (address: string, entered: Parameters<typeof guessServers>[1]): string[] =>
  guessServers(address, entered).map(({ host, port, security }) => `${host}:${port} ${security}`);

it("a provider's published server is named, and nothing else", () => {
  expect(words("anna@gmail.com", { host: "gmail.com", port: 25, security: "none" })).toEqual([
    "smtp.gmail.com:465 tls",
    "smtp.gmail.com:587 starttls",
  ]);
  expect(words("anna@wp.pl", { host: "wp.pl", port: 587, security: "tls" })).toEqual(["smtp.wp.pl:465 tls"]);
});

it("any other domain's other ports come first, then the usual names, and never what was entered", () => {
  expect(words("anna@acme.test", { host: "Smtp.acme.test", port: 587, security: "starttls" })).toEqual([
    "Smtp.acme.test:465 tls",
    "mail.acme.test:587 starttls",
    "mail.acme.test:465 tls",
  ]);
});

it("TLS on the port that begins in clear is answered with STARTTLS there", () => {
  const [first] = words("anna@acme.test", { host: "smtp.acme.test", port: 587, security: "tls" });
  expect(first).toBe("smtp.acme.test:587 starttls");
});
