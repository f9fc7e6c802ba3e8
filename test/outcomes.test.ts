import { afterEach, expect, it } from "vitest";
import { type App, createApp } from "../src/app.ts";
import { loadConfig } from "../src/config.ts";
import { CAMPAIGN_DEFAULTS } from "../src/domain/campaign.ts";
import type { LeadState } from "../src/domain/states.ts";
import { createLogger } from "../src/log.ts";
import { startCampaign } from "../src/storage/lifecycle.ts";
import { saveMailbox } from "../src/storage/mailboxes.ts";
import { setMessage } from "../src/storage/messages.ts";
import { addLeads, createCampaign, setCampaignMailboxes } from "../src/storage/registry.ts";
import { addresses } from "./engine-world.ts";
import { eventually } from "./eventually.ts";
import { type RudeScript, type RudeServer, startRudeServer } from "./servers/rude-server.ts";

/** Short, so that silence is noticed soon; the product's own are RFC 5321's. */
const TIMEOUTS = { connectMs: 300, greetingMs: 300, commandMs: 300, bodyMs: 300, finalMs: 300 };

let app: App;
const servers: RudeServer[] = [];

afterEach(async () => {
  await app.close();
  for (const server of servers.splice(0)) await server.close();
});

interface Expected {
  /** What the lead is whose mail met the rudeness. */
  readonly lead: LeadState;
  /** What its mailbox is afterwards. */
  readonly mailbox: "works" | "rests" | "needs attention";
}

const sentByTheOther: Expected = { lead: "sent", mailbox: "rests" };

const CASES: readonly (readonly [string, RudeScript, Expected])[] = [
  ["a connection dropped at once", { at: "connect", does: "drop" }, sentByTheOther],
  ["a reset instead of a greeting", { at: "greeting", does: "reset" }, sentByTheOther],
  ["silence instead of a greeting", { at: "greeting", does: "silence" }, sentByTheOther],
  ["a drop at MAIL", { at: "mail", does: "drop" }, sentByTheOther],
  ["a drop at RCPT", { at: "rcpt", does: "drop" }, sentByTheOther],
  ["a drop at DATA", { at: "data", does: "drop" }, sentByTheOther],
  ["421 at MAIL", { at: "mail", does: { reply: "421 4.7.0 try again later" } }, sentByTheOther],
  [
    "553 at MAIL: the sender is refused",
    { at: "mail", does: { reply: "553 5.7.1 sender not allowed" } },
    { lead: "sent", mailbox: "needs attention" },
  ],
  ["451 at RCPT", { at: "rcpt", does: { reply: "451 4.3.0 try later" } }, { lead: "retrying", mailbox: "works" }],
  ["550 at RCPT", { at: "rcpt", does: { reply: "550 5.1.1 no such user" } }, { lead: "failed", mailbox: "works" }],
  ["552 at RCPT", { at: "rcpt", does: { reply: "552 5.2.2 mailbox full" } }, { lead: "failed", mailbox: "works" }],
  [
    "554 after the body",
    { at: "after-body", does: { reply: "554 5.7.1 content refused" } },
    { lead: "failed", mailbox: "works" },
  ],
  ["a drop after the body", { at: "after-body", does: "drop" }, { lead: "unconfirmed", mailbox: "works" }],
  ["a reset after the body", { at: "after-body", does: "reset" }, { lead: "unconfirmed", mailbox: "works" }],
  ["silence after the body", { at: "after-body", does: "silence" }, { lead: "unconfirmed", mailbox: "works" }],
  ["half a reply after the body", { at: "after-body", does: { half: "250 2.0.0 o" } }, { lead: "unconfirmed", mailbox: "works" }],
];

it.each(CASES)(
  "%s: its lead and mailbox become what the table says, and every other mail leaves",
  async (_name, script, expected) => {
    const rude = await startRudeServer([script]);
    const polite = await startRudeServer();
    servers.push(rude, polite);
    const id = await campaignOver([rude.port, polite.port], 4);
    const engine = await app.createEngine();
    engine.start();
    const first = "lead-1@example.test";
    await eventually(async () => (await stateOf(id, first)) === expected.lead, `${first} is ${expected.lead}`);
    await eventually(async () => (await sentLeads(id)) === (expected.lead === "sent" ? 4 : 3), "the others are sent");
    const mailbox = await app.reader.selectFrom("Mailbox").selectAll().where("port", "=", rude.port).executeTakeFirstOrThrow();
    const condition = mailbox.attention !== null ? "needs attention" : mailbox.restingUntil !== null ? "rests" : "works";
    expect(condition).toBe(expected.mailbox);
    const accepted = [...rude.accepted, ...polite.accepted].map((mail) => mail.to);
    expect(new Set(accepted).size).toBe(accepted.length);
    await engine.stop();
  },
);

async function campaignOver(ports: readonly number[], leads: number): Promise<number> {
  const loaded = loadConfig({}, { database: ":memory:" }, "no-such-file.json");
  if (!loaded.ok) throw new Error(loaded.error.message);
  app = await createApp(loaded.value.config, createLogger("silent", false), { timeouts: TIMEOUTS });
  const { perDayMax: _none, ...defaults } = CAMPAIGN_DEFAULTS;
  return app.write(async (trx, now) => {
    const boxes: number[] = [];
    for (const port of ports) {
      const settings = {
        address: `box-${port}@acme.test`,
        host: "127.0.0.1",
        port,
        security: "none",
        zone: "Europe/Warsaw",
        minGapMs: 0,
        sessionsMax: 1,
      } as const;
      boxes.push(await saveMailbox(trx, settings, undefined, now));
    }
    const id = await createCampaign(trx, "spring", { ...defaults, delayMs: 0 }, 7, "test", now);
    await setMessage(trx, id, { subject: "Hello", text: "Hello {{ email }}", attachments: [] }, now);
    await setCampaignMailboxes(trx, id, boxes, now);
    await addLeads(trx, id, addresses(leads), now);
    await startCampaign(trx, id, "test", now);
    return id;
  });
}

async function stateOf(campaignId: number, address: string): Promise<LeadState | undefined> {
  const row = await app.reader
    .selectFrom("CampaignLead as cl")
    .innerJoin("Lead as l", "l.id", "cl.leadId")
    .select("cl.state")
    .where("cl.campaignId", "=", campaignId)
    .where("l.address", "=", address)
    .executeTakeFirst();
  return row?.state;
}

async function sentLeads(campaignId: number): Promise<number> {
  return (
    await app.reader
      .selectFrom("CampaignLead")
      .select("id")
      .where("campaignId", "=", campaignId)
      .where("state", "=", "sent")
      .execute()
  ).length;
}
