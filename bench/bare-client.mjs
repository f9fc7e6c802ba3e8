// SMTP without a mail program: commands in one packet, bodies composed beforehand. Shows what the sink can take.
import { connect } from "node:net";
import { scriptOrder } from "./processes.mjs";

const { port, mails, connections } = scriptOrder();
const BODY = `Subject: bare\r\n\r\n${`${"x".repeat(76)}\r\n`.repeat(64)}.\r\n`;
let next = 0;

/** Answers: the greeting, EHLO, then for each mail one packet with MAIL, RCPT and DATA, and one with the acceptance. */
function sendMails() {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.setNoDelay(true);
    socket.on("error", reject);
    socket.on("close", resolve);
    const begin = () => {
      const index = next++;
      if (index >= mails) socket.end("QUIT\r\n");
      else socket.write(`MAIL FROM:<bare@acme.test>\r\nRCPT TO:<lead-${index}@example.test>\r\nDATA\r\n`);
    };
    socket.on("data", (chunk) => {
      const answer = chunk.latin1Slice();
      if (answer.startsWith("220 ")) socket.write("EHLO bare\r\n");
      else if (answer.startsWith("250-") || answer.startsWith("250 2.0.0 taken")) begin();
      else if (answer.includes("354 ")) socket.write(BODY);
    });
  });
}

await Promise.all(Array.from({ length: connections }, sendMails));
process.send({});
process.disconnect();
