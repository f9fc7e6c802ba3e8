// A minimal SMTP server in a process of its own: takes every mail and counts. Prints its port; answers "count\n" on standard input.
import { createServer } from "node:net";

const DOT = Buffer.from("\r\n.\r\n");
let accepted = 0;

const server = createServer((socket) => {
  let buffered = Buffer.alloc(0);
  let inData = false;
  socket.setNoDelay(true);
  socket.write("220 sink\r\n");
  socket.on("error", () => undefined);
  socket.on("data", (chunk) => {
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
    for (;;) {
      const end = inData ? buffered.indexOf(DOT) : buffered.indexOf("\r\n");
      if (end < 0) return;
      const line = inData ? "" : buffered.subarray(0, end).toString("latin1").toUpperCase();
      buffered = buffered.subarray(end + (inData ? DOT.length : 2));
      if (inData) {
        inData = false;
        accepted += 1;
        socket.write("250 2.0.0 taken\r\n");
      } else if (line === "DATA") {
        inData = true;
        socket.write("354 go on\r\n");
      } else if (line.startsWith("EHLO")) socket.write("250-sink\r\n250 8BITMIME\r\n");
      else if (line === "QUIT") socket.end("221 bye\r\n");
      else socket.write("250 2.0.0 ok\r\n");
    }
  });
});

server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.address().port}\n`));
process.stdin.on("data", () => process.stdout.write(`${accepted}\n`));
process.stdin.on("end", () => process.exit(0));
