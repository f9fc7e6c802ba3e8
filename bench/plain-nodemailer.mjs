// Pooled nodemailer: fills in, composes and sends the bench's mails and remembers nothing. One pool for each mailbox, as nodemailer has it.
import { createTransport } from "nodemailer";
import { filledIn, mailboxAddress } from "./mail.mjs";
import { scriptOrder } from "./processes.mjs";

const { port, mails, mailboxes, connections } = scriptOrder();
const pools = Array.from({ length: mailboxes }, () =>
  createTransport({ host: "127.0.0.1", port, pool: true, maxConnections: connections, ignoreTLS: true }),
);
/** Twice the connections, so that each finds its next mail waiting. */
const senders = mailboxes * connections * 2;
let next = 0;

async function sendMails() {
  for (let index = next++; index < mails; index = next++) {
    const box = index % mailboxes;
    await pools[box].sendMail({ from: { name: "Box", address: mailboxAddress(box) }, ...filledIn(index) });
  }
}

await Promise.all(Array.from({ length: senders }, sendMails));
const { user, system } = process.cpuUsage();
for (const pool of pools) pool.close();
process.send({ cpuSeconds: (user + system) / 1e6 });
process.disconnect();
