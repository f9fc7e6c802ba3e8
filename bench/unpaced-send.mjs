// `goniec send --delay 0s` of N leads through M mailboxes, against plain nodemailer sending the same mails over as many pooled connections.
// Both speak to the same sink in another process. Goniec commits claim, intent and outcome of every mail to disk; nodemailer remembers
// nothing. Usage: node bench/unpaced-send.mjs [leads] [mailboxes]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTransport } from "nodemailer";

const leads = Number(process.argv[2] ?? 5_000);
const mailboxes = Number(process.argv[3] ?? 1);
const folder = mkdtempSync(join(tmpdir(), "goniec-bench-"));
const sink = spawn(process.execPath, [new URL("sink.mjs", import.meta.url).pathname], { stdio: ["pipe", "pipe", "inherit"] });
const port = Number(String((await once(sink.stdout, "data"))[0]).trim());

const BODY = `Hello {{ firstName }},\n\n${"A line of some sixty characters that a campaign mail may hold.\n".repeat(20)}\nBye\n`;

async function accepted() {
  sink.stdin.write("count\n");
  return Number(String((await once(sink.stdout, "data"))[0]).trim());
}

async function timed(name, work) {
  const before = await accepted();
  const startedMs = performance.now();
  await work();
  const seconds = (performance.now() - startedMs) / 1_000;
  const mails = (await accepted()) - before;
  if (mails !== leads) throw new Error(`${name}: the sink took ${mails} of ${leads} mails`);
  console.log(`${name.padEnd(22)} ${seconds.toFixed(2).padStart(7)} s ${(mails / seconds).toFixed(0).padStart(6)} mails/s`);
  return mails / seconds;
}

async function plainNodemailer() {
  const pools = Array.from({ length: mailboxes }, () =>
    createTransport({
      host: "127.0.0.1",
      port,
      pool: true,
      maxConnections: 1,
      maxMessages: Number.POSITIVE_INFINITY,
      ignoreTLS: true,
    }),
  );
  await Promise.all(
    Array.from({ length: leads }, (_, index) =>
      pools[index % mailboxes].sendMail({
        from: `"Box" <box-${index % mailboxes}@acme.test>`,
        to: `lead-${index}@example.test`,
        subject: `Hello Lead ${index}`,
        text: BODY.replace("{{ firstName }}", `Lead ${index}`),
      }),
    ),
  );
  for (const pool of pools) pool.close();
}

async function goniec() {
  writeFileSync(
    join(folder, "leads.csv"),
    `email,firstName\n${Array.from({ length: leads }, (_, index) => `lead-${index}@example.test,Lead ${index}`).join("\n")}\n`,
  );
  writeFileSync(join(folder, "body.txt"), BODY);
  const boxes = Array.from({ length: mailboxes }, (_, index) => [
    "--mailbox",
    `Box <box-${index}@acme.test>=smtp://127.0.0.1:${port}?tls=none`,
  ]).flat();
  const limits = ["--delay", "0s", "--daily-limit", "none", "--mailbox-daily-limit", "none"];
  const files = [
    "--leads",
    join(folder, "leads.csv"),
    "--body",
    join(folder, "body.txt"),
    "--database",
    join(folder, "goniec.db"),
  ];
  const bin = new URL("../bin/goniec", import.meta.url).pathname;
  const child = spawn(
    process.execPath,
    [bin, "send", "--name", "bench", ...files, ...boxes, "--subject", "Hello {{ firstName }}", ...limits, "--yes"],
    {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, GONIEC_LOG_LEVEL: "error" },
    },
  );
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`goniec send ended with ${code}`);
}

const plain = await timed("plain nodemailer", plainNodemailer);
const ours = await timed("goniec send", goniec);
console.log(
  `ratio ${(ours / plain).toFixed(2)} (${leads} leads, ${mailboxes} mailboxes; import, start-up and ${leads * 3} durable commits included)`,
);
sink.stdin.end();
rmSync(folder, { recursive: true, force: true });
