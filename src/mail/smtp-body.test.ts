import { connect, createServer, type Socket } from "node:net";
import { PassThrough } from "node:stream";
import { afterEach, expect, it } from "vitest";
import { PermittedBody } from "./smtp-body.ts";

const sockets: Socket[] = [];
const server = createServer({ pauseOnConnect: true });
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** Two ends of a real connection; the far one does not read yet. */
async function connection(): Promise<{ near: Socket; far: Socket }> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const arrived = new Promise<Socket>((resolve) => server.once("connection", resolve));
  const near = connect(port, "127.0.0.1");
  const far = await arrived;
  sockets.push(near, far);
  return { near, far };
}

it.each([
  ["in one piece to a server that reads", 0, 3_000],
  // More than the operating system takes off our hands: what follows queues up behind it.
  ["in one piece to a server that does not read", 32 * 1024 * 1024, 3_000],
  ["in several pieces to a server that does not read", 32 * 1024 * 1024, 200_000],
])("%s, it asks for its end only when nothing is left in our own buffers", async (_how, queuedBytes, messageBytes) => {
  const { near, far } = await connection();
  if (queuedBytes > 0) near.write(Buffer.alloc(queuedBytes, "x"));
  const sink = new PassThrough();
  sink.pipe(near, { end: false });
  let pieces = 0;
  const buffered = await new Promise<number>((resolve) => {
    const body = new PermittedBody(Buffer.alloc(messageBytes, "y"), {
      begin: () => setImmediate(() => far.resume()),
      socket: () => near,
      piece: () => void (pieces += 1),
      mayEnd: async () => {
        resolve(sink.readableLength + sink.writableLength + near.writableLength);
        return false;
      },
    });
    body.pipe(sink);
  });
  expect(buffered).toBe(0);
  expect(pieces).toBe(Math.ceil(messageBytes / 65_536));
  expect(sink.writableEnded).toBe(false);
});
