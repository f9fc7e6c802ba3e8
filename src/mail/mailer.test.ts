import { simpleParser } from "mailparser";
import { afterEach, expect, it } from "vitest";
import { createMailer, type SenderAccount } from "./mailer.ts";
import { type Sandbox, startSandbox } from "./sandbox.ts";
import { createSmtpTransport } from "./smtp.ts";

let sandbox: Sandbox | undefined;
afterEach(() => sandbox?.close());

const handOver = { beforeDot: async () => ({ go: true, monotonicMs: 0 }) as const };

function mail(number: number) {
  const ids = { queueId: number, campaignId: 1, leadId: number, step: 1, mailboxId: 1, messageId: 1 };
  return {
    ...ids,
    to: "ewa@example.test",
    subject: "x",
    text: "Hi",
    rfcMessageId: `<${number}@acme.test>`,
    keepConnection: true,
    mailboxSettingsAt: 1,
    composedAt: 0,
  };
}

async function stand() {
  const started = await startSandbox(() => 0);
  sandbox = started;
  const account: { -readonly [K in keyof SenderAccount]: SenderAccount[K] } = {
    address: "anna@acme.test",
    host: "127.0.0.1",
    port: started.port,
    security: "none",
  };
  const mailer = createMailer({
    // No bound runs out here: the sandbox answers at once.
    transport: createSmtpTransport({ monotonicMs: () => 0, setTimer: () => () => {} }),
    account: async () => ({ ...account }),
    attachments: async () => [],
  });
  const send = async (number: number, mailboxSettingsAt = 1) =>
    mailer.send({ ...mail(number), mailboxSettingsAt }, handOver, new AbortController().signal);
  return { account, mailer, mails: started.mails, send };
}

it("asks for the mailbox anew when its settings have changed, and not before", async () => {
  const { account, mailer, mails, send } = await stand();
  await send(1);
  account.name = "Anna Nowak";
  await send(2);
  await send(3, 2);
  await mailer.close();
  const names = await Promise.all(mails.map(async ({ raw }) => (await simpleParser(raw)).from?.value[0]?.name));
  expect(names).toEqual(["", "", "Anna Nowak"]);
});
