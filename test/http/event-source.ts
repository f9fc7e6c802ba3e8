import { onTestFinished } from "vitest";
import { eventually } from "../eventually.ts";

export interface Heard {
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** A client of an event stream as a browser has one: it collects what it hears, and knows with which id it would come back. */
export class EventSourceClient {
  readonly heard: Heard[] = [];
  status = 0;
  lastId = "";
  heartbeats = 0;
  isOver = false;
  readonly #abort = new AbortController();

  /** @param address of the API, with its port */
  static async open(address: string, token: string, { lastId = "", query = "" } = {}): Promise<EventSourceClient> {
    const client = new EventSourceClient();
    onTestFinished(() => client.close());
    const headers = { authorization: `Bearer ${token}`, ...(lastId !== "" && { "last-event-id": lastId }) };
    const response = await fetch(`${address}/api/v1/events${query}`, { headers, signal: client.#abort.signal });
    client.status = response.status;
    void client.#read(response.body ?? new ReadableStream());
    return client;
  }

  names(): string[] {
    return this.heard.map(({ event }) => event);
  }

  /** What was heard under this name, as soon as there are so many. */
  async hears(event: string, count = 1): Promise<Record<string, unknown>[]> {
    const found = () => this.heard.filter((one) => one.event === event).map(({ data }) => data);
    await eventually(() => found().length >= count, `${count} ${event} are heard`, 20_000);
    return found();
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    let rest = "";
    try {
      const decoder = new TextDecoder();
      for await (const bytes of body) {
        const blocks = (rest + decoder.decode(bytes, { stream: true })).split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) this.#take(block);
      }
    } catch {
      // The connection ended, which is what `isOver` says.
    }
    this.isOver = true;
  }

  #take(block: string): void {
    const fields = block
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)] as const);
    const valueOf = (name: string) => fields.find(([field]) => field === name)?.[1];
    this.lastId = valueOf("id") ?? this.lastId;
    if (valueOf("") !== undefined) this.heartbeats += 1;
    const data = valueOf("data");
    if (data !== undefined) this.heard.push({ event: valueOf("event") ?? "message", data: JSON.parse(data) as Heard["data"] });
  }
}
