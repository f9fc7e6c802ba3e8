import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import pg from "pg";

/** Letters of the protocol's messages (PostgreSQL manual, "Message Formats"). */
const READY = "Z".charCodeAt(0);
const TERMINATE = "X".charCodeAt(0);
const IDLE = "I".charCodeAt(0);
/** AuthenticationOk, and ReadyForQuery outside of a transaction. */
const WELCOME = Buffer.from([...Buffer.from("R"), 0, 0, 0, 8, 0, 0, 0, 0, READY, 0, 0, 0, 5, IDLE]);

export interface Pooler {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Stands between programs and the server at `url` as a pooler in transaction mode with one session does: a client may speak until its
 * transaction ends, then the next one speaks in the same session. What the server tells between transactions reaches nobody.
 */
export async function startPooler(url: string): Promise<Pooler> {
  const session = await SharedSession.open(url);
  const server = createServer((client) => session.serve(client));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const own = new URL(url);
  own.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: own.href,
    async close() {
      server.close();
      await session.close();
    },
  };
}

class SharedSession {
  readonly #pg: pg.Client;
  readonly #server: Socket;
  /** Clients with something to say, and what; the first one has the session. */
  readonly #waiting = new Map<Socket, Buffer[]>();
  #speaker: Socket | undefined;

  private constructor(client: pg.Client, server: Socket) {
    this.#pg = client;
    this.#server = server;
    server.removeAllListeners("data");
    onMessages(server, 0, (message) => this.#answer(message));
  }

  /** The driver logs in, as only it knows how; then its connection is taken from it. */
  static async open(url: string): Promise<SharedSession> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { connection } = client as unknown as { connection: { stream: Socket } };
    return new SharedSession(client, connection.stream);
  }

  serve(client: Socket): void {
    client.on("error", () => undefined);
    let isGreeted = false;
    onMessages(client, 1, (message) => {
      if (!isGreeted) {
        isGreeted = true;
        client.write(WELCOME);
      } else if (message[0] === TERMINATE) client.end();
      else if (client === this.#speaker) this.#server.write(message);
      else {
        this.#waiting.set(client, [...(this.#waiting.get(client) ?? []), message]);
        this.#next();
      }
    });
  }

  #answer(message: Buffer): void {
    this.#speaker?.write(message);
    if (message[0] !== READY || message[5] !== IDLE) return;
    this.#speaker = undefined;
    this.#next();
  }

  #next(): void {
    if (this.#speaker !== undefined) return;
    const [first] = this.#waiting;
    if (first === undefined) return;
    const [client, messages] = first;
    this.#waiting.delete(client);
    this.#speaker = client;
    for (const message of messages) this.#server.write(message);
  }

  async close(): Promise<void> {
    await this.#pg.end();
  }
}

/** Cuts the stream into messages: a letter, a length that counts itself, and so many bytes; the first `unlettered` have no letter. */
function onMessages(stream: Socket, unlettered: number, take: (message: Buffer) => void): void {
  let bytes = Buffer.alloc(0);
  let bare = unlettered;
  stream.on("data", (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (;;) {
      const letter = bare > 0 ? 0 : 1;
      if (bytes.length < letter + 4) return;
      const length = letter + bytes.readInt32BE(letter);
      if (bytes.length < length) return;
      bare = Math.max(0, bare - 1);
      const message = bytes.subarray(0, length);
      bytes = bytes.subarray(length);
      take(message);
    }
  });
}
