import { once } from "node:events";
import { type AddressInfo, connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { ApiWorld } from "./api-world.ts";

/** What the server says to these bytes until it ends the connection. */
async function answerTo(port: number, bytes: string | Buffer): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(bytes);
  return text(socket);
}

/** A client that begins a request and then goes. */
async function breakOff(port: number, bytes: string): Promise<void> {
  const socket: Socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  socket.resetAndDestroy();
}

const upload = (token: string, rest: string): string =>
  `POST /api/v1/imports?fileName=a.csv HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\nContent-Type: text/csv\r\n${rest}`;

it("bytes that are no request are answered with a problem document, and clients that break off leave the server as it was", async () => {
  const world = await ApiWorld.open();
  await world.server.listen({ port: 0, host: "127.0.0.1" });
  const { port } = world.server.server.address() as AddressInfo;
  const token = world.tokens.owner;
  const garbage = await Promise.all([
    answerTo(port, "HELO there\r\n\r\n"),
    answerTo(port, Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])),
    answerTo(port, "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
    answerTo(port, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    answerTo(port, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n\u0000garbage in the pipe\r\n\r\n"),
  ]);
  for (const answer of garbage) expect(answer).toContain("urn:goniec:problem:invalid-request");
  expect(await answerTo(port, `GET /healthz HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(40_000)}\r\n\r\n`)).toContain(
    "problem:too-large",
  );
  expect(await answerTo(port, "GET /healthz HTTP/1.0\r\n\r\n")).toContain("200 OK");

  for (const rest of [
    "",
    "Content-Length: 9000\r\n\r\nemail\na@",
    "Transfer-Encoding: chunked\r\n\r\n5\r\nemail\r\n",
    "Content-Le",
  ])
    await breakOff(port, upload(token, rest));
  await breakOff(port, `GET /api/v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  const { status, body } = await world.ask("GET", "/campaigns");
  expect([status, body]).toEqual([200, { items: [] }]);
});
