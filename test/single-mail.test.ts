import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type App, createApp } from "../src/app.ts";
import { systemRandom } from "../src/clock.ts";
import { loadConfig } from "../src/config.ts";
import { CAMPAIGN_DEFAULTS } from "../src/domain/campaign.ts";
import type { SingleMailer } from "../src/engine/ports.ts";
import { createLogger } from "../src/log.ts";
import { withMailboxSession } from "../src/operation/mailbox-session.ts";
import { type SingleMailParts, sendSingleMail } from "../src/operation/single-mail.ts";
import { sendTestMail } from "../src/operation/test-mail.ts";
import { suppress } from "../src/storage/leads.ts";
import { startCampaign } from "../src/storage/lifecycle.ts";
import { mailboxesOverview } from "../src/storage/mailbox-overview.ts";
import { takeHold } from "../src/storage/mailbox-holds.ts";
import { type MailboxSettings, saveMailbox } from "../src/storage/mailboxes.ts";
import { setMessage } from "../src/storage/messages.ts";
import { addLeads, createCampaign, setCampaignMailboxes, switchMailbox } from "../src/storage/registry.ts";
import { recordSingleIntent } from "../src/storage/single-mails.ts";
import { createUser } from "../src/storage/users.ts";
import { eventually } from "./eventually.ts";
import { startAcceptingServer } from "./servers/accepting-server.ts";
import { type RudeScript, startRudeServer } from "./servers/rude-server.ts";
import { expectVerified } from "./verified.ts";

const ME = "me@acme.test";
/** Short, so that silence is noticed soon. */
const TIMEOUTS = { connectMs: 300, greetingMs: 300, commandMs: 300, bodyMs: 300, finalMs: 300 };

let app: App;
let parts: SingleMailParts;

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), "goniec-single-"));
  const loaded = loadConfig({ GONIEC_KEY_FILE: join(folder, "key") }, { database: join(folder, "goniec.db") }, "none.json");
  if (!loaded.ok) throw new Error(loaded.error.message);
  app = await createApp(loaded.value.config, createLogger("silent", false), { timeouts: TIMEOUTS });
  parts = { ...app, chance: systemRandom, mailer: await app.createSingleMailer() };
  onTestFinished(async () => {
    await expectVerified(app.reader);
    await app.close();
    rmSync(folder, { recursive: true });
  });
});

function mailbox(port: number, changes: Partial<MailboxSettings> = {}): Promise<number> {
  const settings = { address: "anna@acme.test", host: "127.0.0.1", port, security: "none", zone: "Europe/Warsaw" } as const;
  return app.write((trx, now) => saveMailbox(trx, { ...settings, minGapMs: 0, sessionsMax: 1, ...changes }, undefined, now));
}

/** A paused campaign of two leads. */
function campaign(mailboxIds: readonly number[]): Promise<number> {
  const content = Buffer.from("price list");
  return app.write(async (trx, now) => {
    const id = await createCampaign(trx, "spring", { ...CAMPAIGN_DEFAULTS, perDayMax: 9 }, 42, "eve", now);
    const attachments = [{ filename: "prices.txt", contentType: "text/plain", content }];
    await setMessage(trx, id, { subject: "For {{ firstName }}", text: "Hello {{ firstName }} ({{ email }})", attachments }, now);
    await setCampaignMailboxes(trx, id, mailboxIds, now);
    const fields = { firstName: "Ewa" };
    await addLeads(
      trx,
      id,
      [
        { address: "ewa@example.test", fields },
        { address: "jan@example.test", fields: {} },
      ],
      now,
    );
    return id;
  });
}

async function accepting() {
  const server = await startAcceptingServer({ security: "none" });
  onTestFinished(() => server.close());
  return server;
}

async function rude(script?: RudeScript) {
  const server = await startRudeServer([script]);
  onTestFinished(() => server.close());
  return server;
}

const order = (mailboxId: number, changes: object = {}) =>
  ({ purpose: "test", mailboxId, to: ME, subject: "Hello", text: "Hello", ...changes }) as const;

const ledger = () => app.reader.selectFrom("SendLog").selectAll().orderBy("id").execute();

async function seen(mailboxId: number) {
  const [overview] = await mailboxesOverview(app.reader, app.clock.now(), { id: mailboxId });
  return overview ?? expect.fail("no such mailbox");
}

describe("a test mail of a campaign", () => {
  it("leaves as it would for the lead, with the mark and the files, and moves nothing of the campaign", async () => {
    const server = await accepting();
    const id = await campaign([await mailbox(server.port)]);
    const before = await app.reader.selectFrom("Campaign").selectAll().executeTakeFirstOrThrow();
    const sent = await sendTestMail(parts, { campaignId: id, to: `Me <${ME.toUpperCase()}>` });
    expect(sent).toMatchObject({ ok: true, value: { state: "sent", outcome: "sent", mailbox: "anna@acme.test", to: ME } });
    expect(server.mails).toMatchObject([
      { to: [ME], parsed: { subject: "[TEST] For Ewa", attachments: [{ filename: "prices.txt" }] } },
    ]);
    expect(server.mails[0]?.parsed.text).toContain("Hello Ewa (ewa@example.test)");
    expect(await ledger()).toMatchObject([{ kind: "test", state: "sent", campaignId: id, leadId: null, toAddress: ME }]);
    expect(await app.reader.selectFrom("Campaign").selectAll().executeTakeFirstOrThrow()).toEqual(before);
    expect(await app.reader.selectFrom("DailyUsage").select(["scope", "used"]).execute()).toEqual([
      { scope: "mailbox", used: 1 },
    ]);
    expect(await seen(1)).toMatchObject({ state: "ready", sessionsBusy: 0, today: { used: 1 } });
  });

  it("goes through the mailbox that was not used for longest, unless one is named", async () => {
    const server = await accepting();
    const [anna, bert] = [await mailbox(server.port), await mailbox(server.port, { address: "bert@acme.test" })];
    const id = await campaign([anna, bert]);
    for (const mailboxId of [undefined, undefined, bert]) await sendTestMail(parts, { campaignId: id, to: ME, mailboxId });
    expect(server.mails.map(({ from }) => from)).toEqual(["anna@acme.test", "bert@acme.test", "bert@acme.test"]);
  });

  it("is refused with every field that its reader lacks, and is written for somebody made up", async () => {
    const server = await accepting();
    const id = await campaign([await mailbox(server.port)]);
    const { leadId } = await app.reader
      .selectFrom("CampaignLead")
      .select("leadId")
      .where("position", "=", 2)
      .executeTakeFirstOrThrow();
    expect(await sendTestMail(parts, { campaignId: id, to: ME, leadId })).toMatchObject({
      ok: false,
      error: { code: "template", faults: [{ kind: "missing-field", field: "firstName" }] },
    });
    await sendTestMail(parts, { campaignId: id, to: ME, fields: { firstName: "Zoe" } });
    expect(server.mails.map(({ parsed }) => parsed.text?.trim())).toEqual([`Hello Zoe (${ME})`]);
  });
});

describe("a single mail is refused, and no server asked,", () => {
  interface Refused {
    readonly what: string;
    readonly code: string;
    readonly prepare: (mailboxId: number) => Promise<unknown>;
    readonly changes?: object;
  }
  const set = (columns: object): Promise<unknown> => app.write((trx) => trx.updateTable("Mailbox").set(columns).execute());
  const CASES: readonly Refused[] = [
    {
      what: "from a mailbox that is off",
      code: "mailbox-off",
      prepare: (id) => app.write((trx, now) => switchMailbox(trx, id, false, "eve", now)),
    },
    { what: "beyond the daily limit", code: "limit", prepare: () => set({ perDayMax: 0 }) },
    {
      what: "to a suppressed address",
      code: "barred",
      prepare: () => app.write((trx, now) => suppress(trx, ME, "asked to", "test", now)),
    },
    { what: "to what is no address", code: "address", prepare: async () => undefined, changes: { to: "me at acme" } },
    {
      what: "while somebody else tries the mailbox",
      code: "busy",
      prepare: () => set({ heldBy: "check 1", heldUntil: app.clock.now() + 60_000 }),
    },
    {
      what: "as an alert through a mailbox that needs attention",
      code: "attention",
      prepare: () => set({ attention: "535" }),
      changes: { purpose: "alert" },
    },
  ];

  it.each(CASES)("$what", async ({ code, prepare, changes }) => {
    const server = await accepting();
    const id = await mailbox(server.port);
    await prepare(id);
    expect(await sendSingleMail(impatient(), order(id, changes))).toMatchObject({ ok: false, error: { code } });
    expect([server.connections, await ledger()]).toEqual([0, []]);
  });

  /** Whoever waits finds its time over after the first look. */
  function impatient(): SingleMailParts {
    let ms = 0;
    return { ...parts, clock: { ...app.clock, now: () => app.clock.now(), monotonicMs: () => (ms += 60_000) } };
  }
});

it("a person of the team may be written to although the address is suppressed", async () => {
  const server = await accepting();
  const id = await mailbox(server.port);
  await app.write(async (trx, now) => {
    await suppress(trx, ME, "bounced", "bounce", now);
    await createUser(trx, { email: ME, name: "Me", passwordHash: "none", role: "owner" }, "eve", now);
  });
  expect(await sendSingleMail(parts, order(id))).toMatchObject({ ok: true, value: { state: "sent" } });
});

describe("a server that is rude to a single mail", () => {
  const login = { user: "anna", password: "secret" };
  const CASES: readonly (readonly [string, RudeScript, state: string, used: number, mailboxState: string])[] = [
    ["refuses the recipient", { at: "rcpt", does: { reply: "550 5.1.1 no" } }, "rejected", 0, "ready"],
    ["is in trouble", { at: "mail", does: { reply: "421 4.7.0 later" } }, "rejected", 0, "ready"],
    ["hangs up before the body", { at: "data", does: "drop" }, "rejected", 0, "ready"],
    ["refuses the sender", { at: "mail", does: { reply: "553 5.7.1 not you" } }, "rejected", 0, "ready"],
    ["refuses the text", { at: "after-body", does: { reply: "554 5.7.1 spam" } }, "rejected", 0, "ready"],
    ["hangs up after the dot", { at: "after-body", does: "drop" }, "unconfirmed", 1, "ready"],
    ["is silent after the dot", { at: "after-body", does: "silence" }, "unconfirmed", 1, "ready"],
    [
      "refuses the login",
      { at: "auth", does: { reply: "535 5.7.8 bad password" }, offers: ["AUTH PLAIN"] },
      "rejected",
      0,
      "attention",
    ],
  ];

  it.each(CASES)("%s: it is told, and only a refused login stops campaigns", async (_what, script, state, used, mailboxState) => {
    const server = await rude(script);
    const id = await mailbox(server.port);
    const secret = await app.secrets.close(login.password);
    await app.write((trx) => trx.updateTable("Mailbox").set({ userName: login.user, secret }).execute());
    const told = await sendSingleMail(parts, order(id));
    const needsAttention = mailboxState === "attention";
    expect(told).toMatchObject({ ok: true, value: { state, needsAttention } });
    expect(await ledger()).toMatchObject([{ kind: "test", state, attempt: 1 }]);
    expect(await seen(id)).toMatchObject({ state: mailboxState, restingUntil: null, today: { used } });
    expect(server.connections).toBe(1);
  });
});

describe("just before the dot", () => {
  /** Does something when the whole body is at the server. */
  const meanwhile = (work: () => Promise<unknown>): SingleMailer => ({
    send: (mail, handOver, signal) =>
      parts.mailer.send(mail, { beforeDot: async () => (await work(), handOver.beforeDot()) }, signal),
    close: () => parts.mailer.close(),
  });

  it("a mailbox that was switched off meanwhile keeps the mail back", async () => {
    const server = await rude();
    const id = await mailbox(server.port);
    const mailer = meanwhile(() => app.write((trx, now) => switchMailbox(trx, id, false, "eve", now)));
    const told = await sendSingleMail({ ...parts, mailer }, order(id));
    expect(told).toMatchObject({
      ok: true,
      value: { state: "rejected", outcome: "withheld", obstacle: { code: "mailbox-off" } },
    });
    expect(server.dots).toEqual([]);
    expect(await ledger()).toMatchObject([{ state: "rejected", handedOverAt: null }]);
  });

  it("whoever ordered it may go, and the mail does not leave", async () => {
    const server = await rude();
    const id = await mailbox(server.port);
    const abort = new AbortController();
    const mailer = meanwhile(async () => abort.abort());
    const told = await sendSingleMail({ ...parts, mailer }, order(id), abort.signal);
    expect(told).toMatchObject({ ok: true, value: { state: "rejected" } });
    expect(server.dots).toEqual([]);
    expect(await seen(id)).toMatchObject({ sessionsBusy: 0, today: { used: 0 } });
  });
});

it("a campaign waits while the session is held, and goes on as soon as it is given back", async () => {
  const server = await accepting();
  const id = await mailbox(server.port);
  const spring = await campaign([id]);
  const engine = await app.createEngine();
  onTestFinished(() => engine.stop());
  await withMailboxSession(parts, id, "test", undefined, async () => {
    await app.write((trx, now) => startCampaign(trx, spring, "eve", now));
    engine.start();
    await eventually(() => isWaitingForSession(spring), "the campaign waits for a session");
    expect(server.connections).toBe(0);
  });
  expect(await isWaitingForSession(spring, app.clock.now())).toBe(false);
  await eventually(async () => server.mails.length === 1, "the mail leaves");
});

/** Whether it is to be looked at only after `at`, in the hope that a session is free then. */
async function isWaitingForSession(campaignId: number, at = 0): Promise<boolean> {
  const row = await app.reader.selectFrom("Campaign").selectAll().where("id", "=", campaignId).executeTakeFirstOrThrow();
  return row.waitGate === "busy" && (row.nextDueAt ?? 0) > at;
}

it("a single mail whose sender died is called unconfirmed by the next engine, and is not sent again", async () => {
  const server = await accepting();
  const mailboxId = await mailbox(server.port);
  const [holder, longAgo] = ["test 1", app.clock.now() - 60_000];
  await app.write(async (trx) => {
    await takeHold(trx, { mailboxId, holder, takenAt: longAgo }, longAgo + 1_000);
    const entry = { mailboxId, purpose: "test", to: ME, rfcMessageId: "<1@acme.test>", holder, startedAt: longAgo } as const;
    return recordSingleIntent(trx, entry, longAgo);
  });
  const engine = await app.createEngine();
  onTestFinished(() => engine.stop());
  engine.start();
  await eventually(async () => (await ledger())[0]?.state === "unconfirmed", "the mail is unconfirmed");
  expect(server.connections).toBe(0);
});
