import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { type App, createApp } from "../../src/app.ts";
import { systemRandom } from "../../src/clock.ts";
import { loadConfig } from "../../src/config.ts";
import type { Logger } from "../../src/engine/ports.ts";
import { setUpToken } from "../../src/operation/set-up.ts";
import { eventually } from "../eventually.ts";
import { type AcceptingServer, startAcceptingServer } from "../servers/accepting-server.ts";
import { expectVerified } from "../verified.ts";
import { EventSourceClient } from "./event-source.ts";
import { OutsideClient } from "./outside-client.ts";

const PASSWORD = "user-gibberish-of-olga-1";
const NEXT_PASSWORD = "user-gibberish-of-olga-2";
const MAILBOX_PASSWORD = "mailbox-gibberish-3";
const WRONG_PASSWORD = "mailbox-gibberish-4";
const LEADS = ["ewa", "jan", "ola", "piotr", "zofia"];
const CSV = `email,firstName\r\n${LEADS.map((name) => `${name}@example.test,${name}\r\n`).join("")}ewa@example.test,twice\r\nnobody,broken\r\n`;

let folder: string;
let app: App;
let address: string;
let mails: AcceptingServer;
let client: OutsideClient;
const logged: string[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "goniec-whole-"));
  const loaded = loadConfig({ GONIEC_KEY_FILE: `${folder}.key` }, { database: join(folder, "goniec.db") }, "none.json");
  if (!loaded.ok) throw new Error(loaded.error.message);
  const keep = (event: string, fields: object = {}): void => void logged.push(`${event} ${JSON.stringify(fields)}`);
  const log: Logger = { debug: keep, info: keep, warn: keep, error: keep };
  app = await createApp(loaded.value.config, log);
  const server = await app.createServer({ sends: true });
  const engine = await app.createEngine();
  engine.start();
  address = await server.listen({ port: 0, host: "127.0.0.1" });
  client = new OutsideClient(address);
  mails = await startAcceptingServer({ security: "none", login: { user: "anna", password: MAILBOX_PASSWORD } });
  onTestFinished(async () => {
    await server.close();
    await engine.stop();
    await app.close();
    await mails.close();
    rmSync(folder, { recursive: true });
    rmSync(`${folder}.key`);
  });
});

async function ask(method: string, path: string, body?: unknown, headers?: Record<string, string>) {
  return client.ask(method, path, { body, ...(headers !== undefined && { headers }) });
}

/** Asks for what has to succeed. */
async function done(method: string, path: string, body?: unknown, headers?: Record<string, string>) {
  const answer = await ask(method, path, body, headers);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function signInByLink(): Promise<void> {
  const token = await setUpToken({ ...app, chance: systemRandom });
  await done("POST", "/setup", { token, name: "Olga", email: "olga@example.test", password: PASSWORD });
  expect((await ask("POST", "/session", { email: "olga@example.test", password: WRONG_PASSWORD })).status).toBe(401);
  await done("PUT", "/session/password", { oldPassword: PASSWORD, password: NEXT_PASSWORD });
  await done("POST", "/session", { email: "olga@example.test", password: NEXT_PASSWORD });
}

async function addMailbox(): Promise<number> {
  const account = { address: "anna@acme.test", host: "127.0.0.1", port: mails.port, security: "none", user: "anna" };
  const wrong = await done("POST", "/mailboxes/check", { ...account, password: WRONG_PASSWORD });
  expect(wrong["ok"]).toBe(false);
  const { id } = await done("POST", "/mailboxes", { ...account, password: MAILBOX_PASSWORD });
  expect((await ask("POST", "/mailboxes", { ...account, password: MAILBOX_PASSWORD })).status).toBe(409);
  expect(await done("POST", `/mailboxes/${String(id)}/check`)).toMatchObject({ ok: true });
  return id as number;
}

async function writeMessage(path: string): Promise<void> {
  const message = { subject: "Hello {{ firstName }}", text: "How are you, {{ firstName }}?" };
  expect((await ask("PUT", `${path}/message`, message)).status).toBe(428);
  expect((await ask("PUT", `${path}/message`, message, { "if-match": '"of another day"' })).status).toBe(412);
  const { version } = await done("GET", path);
  await done("PUT", `${path}/message`, message, { "if-match": `"${String(version)}"` });
}

async function importLeads(campaignId: number): Promise<void> {
  const { id } = await done("POST", "/imports?fileName=leads.csv", CSV);
  const path = `/imports/${String(id)}`;
  const until = (state: string) => eventually(async () => (await done("GET", path))["state"] === state, `the import is ${state}`);
  expect((await ask("POST", `${path}/commit`)).status).toBe(409);
  await done("POST", `${path}/check`, { campaignId });
  await until("checked");
  await done("POST", `${path}/commit`);
  await until("done");
  expect(await done("GET", path)).toMatchObject({ added: LEADS.length });
}

/** Each secret as it is, and as a login carries it. */
const spellings = (secret: string): string[] =>
  [secret, Buffer.from(secret).toString("base64"), Buffer.from(`\0anna\0${secret}`).toString("base64")].map((one) =>
    one.replace(/=+$/, ""),
  );

/** Where a secret stands: in the files beside the database, in what was answered and told, or in the log. */
function secretsFound(events: EventSourceClient, token: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  const files = entries.map(({ name }) => [name, readFileSync(join(folder, name)).toString("latin1")] as const);
  const answers = client.heard.filter((answer) => !answer.includes(`"token":"${token}"`));
  const places = [
    ...files,
    ["the answers", answers.join("\n")],
    ["the events", JSON.stringify(events.heard)],
    ["the log", logged.join("\n")],
  ] as const;
  // What is no secret is found, so the search can find.
  expect(places.filter(([, text]) => text.includes("ewa@example.test")).map(([place]) => place)).toEqual(
    expect.arrayContaining([expect.stringMatching(/^goniec\.db/), "the answers", "the events", "the log"]),
  );
  const secrets = [PASSWORD, NEXT_PASSWORD, MAILBOX_PASSWORD, WRONG_PASSWORD, client.session, token, token.slice(16)];
  return secrets.flatMap((secret) =>
    spellings(secret).flatMap((spelling) =>
      places.filter(([, text]) => text.includes(spelling)).map(([place]) => `${secret} in ${place}`),
    ),
  );
}

it("goes from the set-up link to the last mail through the API alone, and leaves no secret anywhere", async () => {
  await signInByLink();
  const mailboxId = await addMailbox();
  const { token, id: tokenId } = await done("POST", "/tokens", { name: "crm", scopes: ["campaigns:read", "log:read"] });
  const events = await EventSourceClient.open(address, token as string);
  const campaign = await done("POST", "/campaigns", {
    name: "Spring",
    mailboxIds: [mailboxId],
    settings: { delayMs: 0, windows: [] },
  });
  const path = `/campaigns/${String(campaign["id"])}`;
  expect((await ask("GET", "/campaigns/99")).status).toBe(404);
  expect((await ask("POST", `${path}/start`)).status).toBe(409);
  await writeMessage(path);
  await importLeads(campaign["id"] as number);
  expect(await done("POST", `${path}/preview`, { fields: { firstName: "Ewa" } })).toMatchObject({ subject: "Hello Ewa" });
  expect(await done("GET", `${path}/checks`)).toMatchObject({ canStart: true });
  expect(await done("POST", `${path}/test`, { to: "me@acme.test", fields: { firstName: "me" } })).toMatchObject({
    state: "sent",
  });

  const once = { "idempotency-key": "start of spring" };
  await done("POST", `${path}/start`, undefined, once);
  const again = await ask("POST", `${path}/start`, undefined, once);
  expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([200, "true"]);
  const isOver = () => events.heard.some(({ data }) => JSON.stringify(data).includes("completed"));
  await eventually(isOver, "the stream tells that the campaign has completed");

  const log = (await done("GET", "/sendlog?kind=campaign&state=sent"))["items"] as { lead: string }[];
  expect(log.map(({ lead }) => lead).toSorted()).toEqual(LEADS.map((name) => `${name}@example.test`));
  expect(mails.mails.flatMap(({ to }) => to).toSorted()).toEqual([...log.map(({ lead }) => lead), "me@acme.test"].toSorted());
  const after = await done("GET", path);
  expect(after).toMatchObject({ status: "COMPLETED", leads: LEADS.length });
  const counts = after["counts"] as Record<string, number>;
  expect([counts["sent"], Object.values(counts).reduce((sum, count) => sum + count, 0)]).toEqual([LEADS.length, LEADS.length]);
  expect((await done("GET", "/unconfirmed"))["items"]).toEqual([]);
  await done("DELETE", `/tokens/${String(tokenId)}`);
  for (const list of ["/mailboxes", "/users", "/tokens", "/settings", "/events/history", "/system", "/workers", "/overview"])
    await done("GET", list);
  await expectVerified(app.reader);

  expect(secretsFound(events, String(token))).toEqual([]);
});
