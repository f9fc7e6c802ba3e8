// The program's own composer and transport without its database: what the engine's bookkeeping is measured against.
import { systemClock } from "../dist/clock.js";
import { composeMail } from "../dist/mail/compose.js";
import { createSmtpTransport } from "../dist/mail/smtp.js";
import { DEFAULT_SMTP_TIMEOUTS } from "../dist/mail/smtp-mailbox.js";
import { filledIn, mailboxAddress } from "./mail.mjs";
import { scriptOrder } from "./processes.mjs";

const { port, mails, mailboxes, connections } = scriptOrder();
const transport = createSmtpTransport(systemClock);
const handOver = { beforeDot: () => Promise.resolve({ go: true, monotonicMs: systemClock.monotonicMs() }) };
let next = 0;

async function sendMails(box) {
  const address = mailboxAddress(box);
  const server = { host: "127.0.0.1", port, security: "none", envelopeFrom: address, timeouts: DEFAULT_SMTP_TIMEOUTS };
  for (let index = next++; index < mails; index = next++) {
    const { to, subject, html, text } = filledIn(index);
    const parties = { from: { name: "Box", address }, to: { address: to } };
    const message = composeMail({ ...parties, subject, html, text, messageId: `<${index}@acme.test>`, date: Date.now() });
    if (!message.ok) throw new Error(message.error.message);
    const { reply, fault } = await transport.send(server, { from: address, to }, message.value, handOver);
    if (reply?.code !== 250) throw new Error(`not accepted: ${reply?.text ?? fault?.message ?? "no answer"}`);
  }
}

await Promise.all(Array.from({ length: mailboxes * connections }, (_, sender) => sendMails(sender % mailboxes)));
const { user, system } = process.cpuUsage();
await transport.close();
process.send({ cpuSeconds: (user + system) / 1e6 });
process.disconnect();
