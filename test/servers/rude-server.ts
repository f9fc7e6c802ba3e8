import { createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** Where in a session the server turns rude. `after-body` is when the dot was seen, `accepted` when the mail was taken as well. */
type RudeStage =
  | "connect"
  | "greeting"
  | "ehlo"
  | "starttls"
  | "auth"
  | "mail"
  | "rcpt"
  | "data"
  | "mid-body"
  | "after-body"
  | "accepted";

/** What it does there: end the connection, reset it, say nothing more, stop reading, say half a reply and end, or say this. */
type Rudeness =
  | "drop"
  | "reset"
  | "silence"
  | "stall"
  | { readonly half: string }
  | { readonly reply: string; readonly thenDrop?: boolean };

export interface RudeScript {
  readonly at: RudeStage;
  readonly does: Rudeness;
  /** For `mid-body`: after this many bytes of the body; 1 when left out. */
  readonly afterBytes?: number;
  /** Offers in the answer to EHLO; `["PIPELINING", "8BITMIME"]` when left out. */
  readonly offers?: readonly string[];
  /** The mail of the connection with which it turns rude; the first when left out. */
  readonly onMail?: number;
  /** Answers 354 to DATA although it refused the recipient. */
  readonly takesDataAnyway?: boolean;
}

interface AcceptedMail {
  readonly from: string;
  readonly to: string;
  /** As sent, with stuffed dots and without the final one. */
  readonly data: string;
}

export interface RudeServer {
  readonly port: number;
  /** Mails whose dot was seen. */
  readonly dots: readonly AcceptedMail[];
  /** Mails that the server took, whether or not it managed to say so. */
  readonly accepted: readonly AcceptedMail[];
  readonly connections: number;
  /** Commands as received, of all connections. */
  readonly commands: readonly string[];
  /** Bytes of bodies received. */
  readonly bodyBytes: number;
  /** Resolves when `isTrue` holds; asked after everything that the server receives or does. */
  until(isTrue: (server: RudeServer) => boolean): Promise<void>;
  /** Ends every open connection. */
  dropAll(): Promise<void>;
  close(): Promise<void>;
}

/**
 * An SMTP server that misbehaves on purpose, one script per connection; connections beyond the scripts, and `undefined` ones, are
 * served politely.
 */
export async function startRudeServer(scripts: readonly (RudeScript | undefined)[] = []): Promise<RudeServer> {
  const rude = new ScriptedServer(scripts);
  await rude.listen();
  return rude;
}

class ScriptedServer implements RudeServer {
  readonly #scripts: readonly (RudeScript | undefined)[];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #waiting = new Set<() => void>();
  readonly dots: AcceptedMail[] = [];
  readonly accepted: AcceptedMail[] = [];
  readonly commands: string[] = [];
  connections = 0;
  bodyBytes = 0;

  constructor(scripts: readonly (RudeScript | undefined)[]) {
    this.#scripts = scripts;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  until(isTrue: (server: RudeServer) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isTrue(this)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  changed(): void {
    for (const look of this.#waiting) look();
  }

  async dropAll(): Promise<void> {
    const closed = [...this.#sockets].map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    for (const socket of this.#sockets) socket.end();
    await Promise.all(closed);
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #serve(socket: Socket): void {
    const script = this.#scripts[this.connections];
    this.connections += 1;
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => {});
    socket.setNoDelay(true);
    new RudeSession(this, socket, script).start();
    this.changed();
  }
}

const GOOD_REPLIES: Readonly<Record<string, readonly [RudeStage, string]>> = {
  EHLO: ["ehlo", ""],
  HELO: ["ehlo", "250 rude.test"],
  STARTTLS: ["starttls", "220 go ahead"],
  AUTH: ["auth", "235 2.7.0 welcome"],
  MAIL: ["mail", "250 2.1.0 sender ok"],
  RCPT: ["rcpt", "250 2.1.5 recipient ok"],
  DATA: ["data", "354 go ahead"],
};

class RudeSession {
  readonly #server: ScriptedServer;
  readonly #socket: Socket;
  readonly #script: RudeScript | undefined;
  #unread = "";
  #isMute = false;
  #mails = 0;
  #hasBeenRude = false;
  #from: string | undefined;
  #to: string | undefined;
  /** What came of the body; `undefined` outside of one. */
  #body: string | undefined;

  constructor(server: ScriptedServer, socket: Socket, script: RudeScript | undefined) {
    this.#server = server;
    this.#socket = socket;
    this.#script = script;
  }

  start(): void {
    this.#socket.on("data", (chunk) => this.#read(chunk.toString("latin1")));
    if (!this.#turnsRude("connect") && !this.#turnsRude("greeting")) this.#say("220 rude.test ESMTP");
  }

  #read(text: string): void {
    this.#unread += text;
    while (!this.#isMute && (this.#body === undefined ? this.#readCommand() : this.#readBody(this.#body))) {
      // One command or one body at a time.
    }
    this.#server.changed();
  }

  #readCommand(): boolean {
    const end = this.#unread.indexOf("\r\n");
    if (end < 0) return false;
    const line = this.#unread.slice(0, end);
    this.#unread = this.#unread.slice(end + 2);
    this.#server.commands.push(line);
    this.#answer(line);
    return true;
  }

  #answer(line: string): void {
    const verb = line.split(/[ :]/)[0]?.toUpperCase() ?? "";
    if (verb === "QUIT") return void this.#socket.end("221 bye\r\n");
    if (verb === "MAIL") this.#mails += 1;
    const [stage, reply] = GOOD_REPLIES[verb] ?? ["auth", "500 5.5.1 what?"];
    if (this.#turnsRude(stage)) return;
    if (
      (verb === "RCPT" && this.#from === undefined) ||
      (verb === "DATA" && this.#to === undefined && !this.#script?.takesDataAnyway)
    ) {
      return this.#say("503 5.5.1 out of order");
    }
    if (verb === "MAIL") this.#from = addressIn(line);
    if (verb === "RCPT") this.#to = addressIn(line);
    if (verb === "DATA") this.#body = "";
    this.#say(verb === "EHLO" ? this.#offer() : reply);
    // What follows is a TLS handshake, which nobody here takes part in.
    if (verb === "STARTTLS") this.#isMute = true;
  }

  #offer(): string {
    const lines = ["rude.test", ...(this.#script?.offers ?? ["PIPELINING", "8BITMIME"])];
    return lines.map((line, at) => `250${at === lines.length - 1 ? " " : "-"}${line}`).join("\r\n");
  }

  #readBody(before: string): boolean {
    // The dot's line may arrive in pieces; only what is new is searched, with as much before it as one dot line has.
    const overlap = before === "" ? "\r\n" : before.slice(-4);
    const end = (overlap + this.#unread).indexOf("\r\n.\r\n");
    const taken = end < 0 ? this.#unread.length : end + 5 - overlap.length;
    const body = before + this.#unread.slice(0, taken);
    this.#unread = this.#unread.slice(taken);
    this.#server.bodyBytes += taken;
    if (end >= 0) {
      this.#finishMail(body.slice(0, -3));
      return true;
    }
    this.#body = body;
    if (body.length >= (this.#script?.afterBytes ?? 1)) this.#turnsRude("mid-body");
    return false;
  }

  #finishMail(data: string): void {
    const mail = { from: this.#from ?? "", to: this.#to ?? "", data };
    this.#body = undefined;
    this.#from = undefined;
    this.#to = undefined;
    this.#server.dots.push(mail);
    if (this.#turnsRude("after-body")) return;
    this.#server.accepted.push(mail);
    if (!this.#turnsRude("accepted")) this.#say("250 2.0.0 queued");
  }

  /** Does what the script says for this stage, once; returns whether that took the place of a polite answer. */
  #turnsRude(stage: RudeStage): boolean {
    const script = this.#script;
    if (script?.at !== stage || this.#hasBeenRude || this.#mails < (script.onMail ?? 0)) return false;
    this.#hasBeenRude = true;
    const { does } = script;
    if (typeof does === "object" && "reply" in does) {
      this.#say(does.reply);
      if (does.thenDrop) this.#fallMute(() => this.#socket.end());
      return true;
    }
    if (does === "drop") this.#fallMute(() => this.#socket.end());
    else if (does === "reset") this.#fallMute(() => this.#socket.resetAndDestroy());
    else if (does === "stall") this.#fallMute(() => this.#socket.pause());
    else if (does === "silence") this.#fallMute(() => {});
    else this.#fallMute(() => this.#socket.end(does.half));
    return true;
  }

  #fallMute(leave: () => void): void {
    this.#isMute = true;
    leave();
  }

  #say(line: string): void {
    this.#socket.write(`${line}\r\n`);
  }
}

function addressIn(line: string): string {
  return /<(.*?)>/.exec(line)?.[1] ?? "";
}
