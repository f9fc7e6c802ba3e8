import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

interface Link {
  readonly client: Socket;
  readonly server: Socket;
}

/** A way to a server that can be cut: without a word, as by a network that is gone, or by resets. */
export class TcpProxy {
  readonly port: number;
  readonly #listener: Server;
  readonly #links = new Set<Link>();
  /** Clients that came while the way was cut without a word. */
  readonly #stranded = new Set<Socket>();
  #state: "open" | "silent" | "refusing" = "open";

  private constructor(listener: Server) {
    this.#listener = listener;
    this.port = (listener.address() as AddressInfo).port;
  }

  static async start(host: string, port: number): Promise<TcpProxy> {
    const listener = createServer();
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    const proxy = new TcpProxy(listener);
    listener.on("connection", (client) => proxy.#accept(client, host, port));
    return proxy;
  }

  /** From now on nothing comes through, in either direction, and nobody is told. New connections open and stay silent too. */
  silence(): void {
    this.#state = "silent";
    for (const { client, server } of this.#links) {
      client.unpipe(server);
      server.unpipe(client);
      // What already lies in a socket's buffer must not be flushed by its end.
      client.pause();
      server.pause();
    }
  }

  /** The server is told that its clients are gone, as by its keepalive or by a person; the clients are not. */
  dropServerSide(): void {
    for (const { server } of this.#links) server.resetAndDestroy();
  }

  /** Every connection is reset on both sides, and new ones are refused. */
  reset(): void {
    this.#state = "refusing";
    this.#resetAll();
  }

  /** The way is open again; connections of the time before learn that they are gone. */
  restore(): void {
    this.#resetAll();
    this.#state = "open";
  }

  async close(): Promise<void> {
    this.#resetAll();
    const closed = once(this.#listener, "close");
    this.#listener.close();
    await closed;
  }

  #accept(client: Socket, host: string, port: number): void {
    client.on("error", () => undefined);
    if (this.#state === "refusing") return void client.resetAndDestroy();
    if (this.#state === "silent") return void this.#stranded.add(client);
    const server = connect({ host, port });
    const link = { client, server };
    this.#links.add(link);
    server.on("error", () => undefined);
    client.pipe(server).pipe(client);
    const tell = (other: Socket) => (): void => {
      if (this.#state === "silent") return;
      other.destroy();
      this.#links.delete(link);
    };
    client.once("close", tell(server));
    server.once("close", tell(client));
  }

  #resetAll(): void {
    for (const { client, server } of this.#links) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
    for (const client of this.#stranded) client.resetAndDestroy();
    this.#links.clear();
    this.#stranded.clear();
  }
}
