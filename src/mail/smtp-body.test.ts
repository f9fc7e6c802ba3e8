import { PassThrough } from "node:stream";
import { connect, createServer, type Socket } from "node:net";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { deliver, wireForm } from "./smtp-body.ts";

describe("a message on the wire", () => {
  const cases: [message: string, wire: string][] = [
    ["a\r\n", "a\r\n"],
    ["a", "a\r\n"],
    ["", ""],
    [".\r\n", "..\r\n"],
    ["a.\r\n.b\r\n..\r\n", "a.\r\n..b\r\n...\r\n"],
    ["a\n.\nb\r.\rc", "a\r\n..\r\nb\r\n..\r\nc\r\n"],
    ["a\r\r\n\n", "a\r\n\r\n\r\n"],
  ];
  it.each(cases)("%j goes as %j", (message, wire) => expect(wireForm(Buffer.from(message)).toString()).toBe(wire));

  it("never ends before its dot, and comes out as it went in", () => {
    const text = fc.string({ unit: fc.constantFrom("a", ".", "\r", "\n", "\r\n", "\r\n."), minLength: 1 });
    fc.assert(
      fc.property(text, (message) => {
        const wire = wireForm(Buffer.from(message)).toString();
        expect(wire.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
        expect(`\r\n${wire}`.indexOf("\r\n.\r\n")).toBe(-1);
        expect(wire.endsWith("\r\n")).toBe(true);
        const asWritten = message.replace(/\r\n?|\n/g, "\r\n");
        expect(wire.replace(/^\./gm, "")).toBe(asWritten.endsWith("\r\n") ? asWritten : `${asWritten}\r\n`);
      }),
    );
  });
});

describe("a message that is delivered", () => {
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
  ])("%s, has left our own buffers when it is done", async (_how, queuedBytes, messageBytes) => {
    const { near, far } = await connection();
    if (queuedBytes > 0) near.write(Buffer.alloc(queuedBytes, "x"));
    let pieces = 0;
    setImmediate(() => far.resume());
    await deliver(Buffer.alloc(messageBytes, "y"), near, () => void (pieces += 1));
    expect(near.writableLength).toBe(0);
    expect(pieces).toBe(Math.ceil(messageBytes / 65_536));
  });

  it("is given up when the connection is destroyed under it", async () => {
    const sink = new PassThrough({ highWaterMark: 1 });
    const delivering = deliver(Buffer.alloc(200_000), sink, () => setImmediate(() => sink.destroy()));
    await expect(delivering).resolves.toBeUndefined();
  });
});
