import { describe, expect, it } from "vitest";
import { linkBase, parseListenAddress, parsePublicUrl } from "./listen-address.ts";

describe("the address to listen on", () => {
  it.each([
    ["127.0.0.1:4780", "127.0.0.1", 4780],
    ["localhost:80", "localhost", 80],
    ["[::1]:4780", "::1", 4780],
    ["0.0.0.0:0", "0.0.0.0", 0],
  ])("%s is read", (text, host, port) => {
    expect(parseListenAddress(text)).toEqual({ ok: true, value: { host, port } });
  });

  it.each([
    ["4780", "has no port"],
    [":4780", "has no host"],
    ["localhost", "has no port"],
    ["localhost:", "has no port"],
    ["localhost:65536", "65536 is no port: the highest is 65535"],
    ["localhost:-1", "has no port"],
    ["http://localhost:4780", "is a URL; the address that people use is the setting publicUrl"],
    ["a b:4780", "is not a host and a port"],
    ["::1:4780", "has no host"],
    ["[::zz]:4780", "is not a host and a port"],
    ["[:::::]:4780", "::::: is no host"],
    ["999.1.1.1:80", "999.1.1.1 is no host"],
  ])("%s is refused: %s", (text, message) => {
    expect(parseListenAddress(text)).toMatchObject({ ok: false, error: { field: "listen", value: text, message } });
  });
});

describe("the public address", () => {
  it("is kept without a slash at its end", () => {
    expect(parsePublicUrl("https://Mail.Acme.test/goniec/")).toEqual({ ok: true, value: "https://mail.acme.test/goniec" });
  });

  it.each([
    "mail.acme.test",
    "ftp://acme.test",
    "https://",
    "https://a:b@acme.test",
    "https://acme.test/?x",
    "https://acme.test/#x",
  ])("%s is refused", (text) => {
    expect(parsePublicUrl(text)).toMatchObject({ ok: false, error: { field: "publicUrl", value: text } });
  });
});

it("links name what people can open", () => {
  expect(linkBase("https://acme.test", { host: "127.0.0.1", port: 1 })).toBe("https://acme.test");
  expect(linkBase(undefined, { host: "0.0.0.0", port: 4780 })).toBe("http://localhost:4780");
  expect(linkBase(undefined, { host: "::1", port: 4780 })).toBe("http://[::1]:4780");
});
