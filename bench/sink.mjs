// A minimal SMTP server in a process of its own: takes every mail and remembers when. Started with fork; --latency=200 answers that many
// ms later. Tells its port first, then answers "count", "log" and "reset".
import { createServer } from "node:net";

const latencyMs = Number(process.argv.find((word) => word.startsWith("--latency="))?.slice("--latency=".length) ?? 0);
const LINE_END = Buffer.from("\r\n");
const DOT = Buffer.from("\r\n.\r\n");
const NOTHING = Buffer.alloc(0);
const HELLO = "250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n";

/** One entry for each accepted mail, all instants in ms since 1970. */
const log = { recipients: [], connectedAt: [], begunAt: [], acceptedAt: [] };

class Session {
  #rest = NOTHING;
  #inData = false;
  /** @readonly */
  #connectedAt = Date.now();
  #begunAt = 0;
  #mails = 0;
  #recipient = "";

  /** Everything that the bytes ask for, in one answer: commands that came together are answered together. */
  answerTo(chunk) {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let answer = "";
    let at = 0;
    for (;;) {
      const mark = this.#inData ? DOT : LINE_END;
      const end = bytes.indexOf(mark, at);
      if (end < 0) break;
      answer += this.#inData ? this.#accept() : this.#obey(bytes.latin1Slice(at, end));
      at = end + mark.length;
    }
    this.#rest = at === bytes.length ? NOTHING : bytes.subarray(at);
    return answer;
  }

  #accept() {
    this.#inData = false;
    this.#mails += 1;
    log.recipients.push(this.#recipient);
    log.connectedAt.push(this.#connectedAt);
    log.begunAt.push(this.#begunAt);
    log.acceptedAt.push(Date.now());
    return "250 2.0.0 taken\r\n";
  }

  #obey(line) {
    switch (line.slice(0, 4).toUpperCase()) {
      case "EHLO":
        return HELLO;
      case "MAIL":
        // A conversation begins with its connection, unless that one was kept from the mail before.
        this.#begunAt = this.#mails === 0 ? this.#connectedAt : Date.now();
        return "250 2.1.0 ok\r\n";
      case "RCPT":
        this.#recipient = line.slice(line.indexOf("<") + 1, line.indexOf(">"));
        return "250 2.1.5 ok\r\n";
      case "DATA":
        this.#inData = true;
        return "354 go on\r\n";
      case "QUIT":
        return "221 bye\r\n";
      default:
        return "250 2.0.0 ok\r\n";
    }
  }
}

const server = createServer((socket) => {
  const session = new Session();
  const write = (answer) => {
    if (answer === "221 bye\r\n") socket.end(answer);
    else socket.write(answer);
  };
  socket.setNoDelay(true);
  socket.on("error", () => undefined);
  const say = latencyMs === 0 ? write : (answer) => setTimeout(write, latencyMs, answer);
  say("220 sink\r\n");
  socket.on("data", (chunk) => {
    const answer = session.answerTo(chunk);
    if (answer !== "") say(answer);
  });
});

server.listen(0, "127.0.0.1", 1_024, () => process.send?.({ port: server.address().port }));
process.on("message", (question) => {
  if (question === "reset") for (const list of Object.values(log)) list.length = 0;
  process.send?.(question === "log" ? log : { count: log.acceptedAt.length });
});
process.on("disconnect", () => process.exit(0));
