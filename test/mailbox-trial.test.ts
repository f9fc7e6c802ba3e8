import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { type App, createApp } from "../src/app.ts";
import { systemRandom } from "../src/clock.ts";
import { loadConfig } from "../src/config.ts";
import { createLogger } from "../src/log.ts";
import { type TrialParts, tryMailbox, tryTypedMailbox } from "../src/operation/mailbox-trial.ts";
import { saveMailbox } from "../src/storage/mailboxes.ts";
import { type AcceptingServer, startAcceptingServer } from "./servers/accepting-server.ts";

const LOGIN = { user: "anna", password: "secret" };

let app: App;
let parts: TrialParts;
let server: AcceptingServer;
let mailboxId: number;

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), "goniec-trial-"));
  const loaded = loadConfig({ GONIEC_KEY_FILE: join(folder, "key") }, { database: join(folder, "goniec.db") }, "none.json");
  if (!loaded.ok) throw new Error(loaded.error.message);
  app = await createApp(loaded.value.config, createLogger("silent", false));
  server = await startAcceptingServer({ security: "none", login: LOGIN });
  parts = { ...app, chance: systemRandom };
  const secret = await app.secrets.close(LOGIN.password);
  const settings = { ...stored(), user: LOGIN.user, zone: "Europe/Warsaw", minGapMs: 0, sessionsMax: 1 };
  mailboxId = await app.write((trx, now) => saveMailbox(trx, settings, secret, now));
  onTestFinished(async () => {
    await server.close();
    await app.close();
    rmSync(folder, { recursive: true });
  });
});

const stored = () => ({ address: "anna@acme.test", host: "127.0.0.1", port: server.port, security: "none" }) as const;

const held = async (): Promise<string | null> =>
  (await app.reader.selectFrom("Mailbox").select("heldBy").executeTakeFirstOrThrow()).heldBy;

it("a stored mailbox is tried with its stored password, while its session is held", async () => {
  const holders: Promise<string | null>[] = [];
  const tried = await tryMailbox(parts, mailboxId, { onStep: () => void holders.push(held()) });
  expect(tried).toMatchObject({ ok: true, value: { ok: true } });
  expect(await Promise.all(holders)).toContainEqual(expect.stringMatching(/^check /));
  expect(await held()).toBeNull();
});

it("an account that is typed in anew needs no mailbox, and says what is wrong with its own password", async () => {
  const typed = { ...stored(), address: "new@acme.test", ...LOGIN };
  expect(await tryTypedMailbox(parts, typed)).toMatchObject({ ok: true, value: { ok: true } });
  const wrong = await tryTypedMailbox(parts, { ...typed, password: "wrong" });
  expect(wrong).toMatchObject({ ok: true, value: { ok: false } });
  expect(wrong.ok && wrong.value.steps.find(({ status }) => status === "failed")?.failure?.code).toBe("wrong-password");
});

it("a mailbox that is not there lends no password, and is not waited for", async () => {
  const refused = await tryTypedMailbox(parts, { ...stored(), ...LOGIN, passwordOf: mailboxId + 1 });
  expect(refused).toMatchObject({ ok: false, error: { code: "no-mailbox" } });
});

it("an edited account is tried with the stored password, but never by another server", async () => {
  const typed = { ...stored(), user: LOGIN.user, passwordOf: mailboxId };
  expect(await tryTypedMailbox(parts, typed)).toMatchObject({ ok: true, value: { ok: true } });
  const elsewhere = await tryTypedMailbox(parts, { ...typed, host: "localhost" });
  expect(elsewhere).toMatchObject({ ok: false, error: { code: "password-needed" } });
  expect(server.connections).toBe(1);
});

it("a mailbox that does not exist, or whose password cannot be read, is not tried", async () => {
  expect(await tryMailbox(parts, 99)).toMatchObject({ ok: false, error: { code: "no-mailbox" } });
  await app.write((trx) => trx.updateTable("Mailbox").set({ secret: "garbage" }).execute());
  expect(await tryMailbox(parts, mailboxId)).toMatchObject({ ok: false, error: { code: "password-unreadable" } });
  expect(server.connections).toBe(0);
});
