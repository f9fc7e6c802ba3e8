/** An answer as it came over the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

interface Sending {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Somebody outside who works with the API as a browser does, by its cookie, and keeps every answer. */
export class OutsideClient {
  readonly #address: string;
  #cookie = "";
  /** All that was answered, headers among it, but for the cookie itself. */
  readonly heard: string[] = [];
  /** What signing in has set. */
  session = "";

  constructor(address: string) {
    this.#address = address;
  }

  async ask(method: string, path: string, { body, headers = {} }: Sending = {}): Promise<Answer> {
    const isText = typeof body === "string";
    const response = await fetch(`${this.#address}/api/v1${path}`, {
      method,
      headers: {
        origin: this.#address,
        cookie: this.#cookie,
        ...(body !== undefined && { "content-type": isText ? "text/csv" : "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const shown = [...response.headers].filter(([name]) => name !== "set-cookie");
    this.heard.push(`${JSON.stringify(shown)}\n${text}`);
    this.#keepCookie(response.headers.getSetCookie());
    const isJson = (response.headers.get("content-type") ?? "").includes("json");
    return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : {}) as Answer["body"] };
  }

  #keepCookie([cookie]: readonly string[]): void {
    if (cookie === undefined) return;
    this.#cookie = cookie.slice(0, cookie.indexOf(";"));
    this.session = this.#cookie.slice(this.#cookie.indexOf("=") + 1);
  }
}
