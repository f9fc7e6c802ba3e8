import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { suppressions } from "../src/storage/leads.ts";
import { CliWorld } from "./cli-world.ts";
import { openSqliteFile } from "./contract/sqlite-file.ts";
import { StoreWorld } from "./contract/store-world.ts";
import { freeze } from "../src/storage/frozen.ts";
import { startAcceptingServer } from "./servers/accepting-server.ts";
import { startRudeServer } from "./servers/rude-server.ts";

let cli: CliWorld;
let world: StoreWorld;
let campaignId: number;

/** Campaign spring: lead 1 is sent, 2 failed, 3 unconfirmed, 4 planned. Campaign autumn: a draft with one lead. */
beforeEach(async () => {
  cli = new CliWorld();
  const folder = dirname(cli.database);
  mkdirSync(folder);
  world = await StoreWorld.open(() => openSqliteFile(folder));
  const anna = await world.mailbox("anna@acme.test");
  campaignId = await world.campaign("spring", 4, anna);
  for (const ending of ["sent", "refused", "unknown"] as const) {
    const email = await world.mustClaim(campaignId, "boot-1");
    await world.intent(email, "boot-1");
    await world.settle(email, "boot-1", ending);
    world.under.clock.advance(90_000);
  }
  await world.draft("autumn", 1, anna);
});

afterEach(async () => {
  await world.under.close(false);
  cli.remove();
});

const goniec = (argv: string, answer?: boolean) =>
  cli.run([...argv.split(" "), "--database", cli.database], answer === undefined ? {} : { answer });

async function json(argv: string): Promise<unknown> {
  return JSON.parse((await goniec(`${argv} --json`)).out);
}

const INTENDED = { waiting: 0, planned: 1, sending: 0, retrying: 0, sent: 1, failed: 1, skipped: 0, unconfirmed: 1 };
const NOBODY = "nobody is in charge: nothing is sent until `goniec serve` or `goniec send` runs";

describe("goniec status", () => {
  it("prints every campaign with its states, its next mail and why", async () => {
    const { campaigns } = (await json("status")) as { campaigns: Record<string, unknown>[] };
    expect(campaigns).toEqual([
      { name: "spring", status: "IN_PROGRESS", leads: 4, ...INTENDED, nextAt: "2025-11-05T08:00:00.000Z", why: NOBODY },
      {
        name: "autumn",
        status: "DRAFT",
        leads: 1,
        ...INTENDED,
        waiting: 1,
        planned: 0,
        sent: 0,
        failed: 0,
        unconfirmed: 0,
        nextAt: null,
        why: "the campaign is a draft, not started",
      },
    ]);
    expect(Object.keys(campaigns[0] ?? {})).toEqual([
      "name",
      "status",
      "leads",
      "waiting",
      "planned",
      "sending",
      "retrying",
      "sent",
      "failed",
      "skipped",
      "unconfirmed",
      "nextAt",
      "why",
    ]);
  });

  it("says in words who is in charge, and what comes next when somebody is", async () => {
    expect((await goniec("status")).out).toContain(
      `Engine: ${NOBODY}\n\nspring  IN_PROGRESS\n  4 leads: 1 planned, 1 sent, 1 failed, 1 unconfirmed\n  ${NOBODY}\n`,
    );
    const app = await cli.open();
    await app.store.takeCharge(
      { bootId: "boot-9", host: "web-1", pid: 4242, version: "0" },
      {
        engine: 60_000,
        email: 60_000,
      },
    );
    const { out } = await goniec("status");
    await app.store.leaveCharge("boot-9");
    await app.close();
    expect(out).toContain("Engine: in charge: process 4242 on web-1, for ");
    expect(out).toContain("  Next: lead-4@example.test due since Wed 2025-11-05 09:00:00 (Europe/Warsaw) from anna@acme.test\n");
  });

  it("says when there is no database, and when there is no campaign", async () => {
    const lost = await cli.run(["status", "--database", `${cli.folder}/lost.db`]);
    expect([lost.exitCode, lost.err]).toEqual([1, expect.stringContaining("there is no such file")]);
    const fresh = new CliWorld();
    await (await fresh.open()).close();
    expect((await fresh.run(["status", "--database", fresh.database])).out).toContain(
      "There is no campaign yet; `goniec send` makes one.",
    );
    fresh.remove();
  });
});

describe("goniec explain", () => {
  it("shows every gate in order with its setting, and the engine's", async () => {
    const shown = (await json("explain spring")) as {
      gates: { gate: string; open: boolean; setting: string | null; remedy: string | null }[];
      next: unknown[];
      headline: string;
    };
    expect(shown.gates.map(({ gate, open }) => [gate, open])).toEqual([
      ...["owner", "status", "frozen", "start-time", "hours", "holiday", "pace", "long-pause", "campaign-limit", "mailboxes"].map(
        (gate) => [gate, true],
      ),
      ["engine", false],
    ]);
    expect(shown.gates.find(({ gate }) => gate === "hours")?.setting).toBe("around the clock (Europe/Warsaw)");
    expect(shown.gates.at(-1)?.remedy).toBe("run `goniec serve`");
    expect(shown.headline).toBe(NOBODY);
    expect(shown.next).toEqual([
      { lead: "lead-4@example.test", at: "2025-11-05T08:00:00.000Z", mailbox: "anna@acme.test", cause: "start" },
    ]);
  });

  it("tells in words what is closed and what would open it", async () => {
    const { out } = await goniec("explain autumn");
    expect(out).toMatch(
      /closed {2}status +the campaign is a draft, not started \[status DRAFT\]\n +to change it: start the campaign\n/,
    );
    expect(out).toMatch(/open {4}pace /);
  });

  it("tells of a lead where it stands, every try, and what comes next", async () => {
    const { out } = await goniec("explain spring --lead LEAD-2@example.test");
    expect(out).toMatch(/lead-2@example.test {2}failed\n/);
    expect(out).toContain("  try 1  Wed 2025-11-05 09:01:30  rejected  from anna@acme.test\n");
    const { lead } = (await json("explain spring --lead lead-4@example.test")) as { lead: Record<string, unknown> };
    expect(lead).toMatchObject({ state: "planned", ahead: 0, tries: [], planned: { mailbox: "anna@acme.test", cause: "start" } });
    expect(lead["headline"]).toBe("is due since Wed 2025-11-05 09:00:00 (Europe/Warsaw) from anna@acme.test (start)");
  });

  it.each([
    ["explain sprng", `campaign "sprng": there is no such campaign; did you mean spring?; allowed: spring, autumn`],
    ["explain spring --lead nobody@example.test", `--lead "nobody@example.test": is not in campaign spring`],
    ["explain spring --lead nobody", `--lead "nobody": has no @`],
  ])("refuses %s", async (argv, words) => {
    const io = await goniec(argv);
    expect([io.exitCode, io.out, io.err]).toEqual([2, "", expect.stringContaining(words)]);
  });
});

describe("goniec verify", () => {
  it("says that all invariants hold and what it looked at", async () => {
    const io = await goniec("verify");
    expect([io.exitCode, io.out]).toEqual([0, "All invariants hold (2 campaigns, 5 leads, 3 hand-overs).\n"]);
    expect(await json("verify")).toEqual({ holds: true, campaigns: 2, leads: 5, handOvers: 3, findings: [] });
  });

  it("names what is broken and ends with 1", async () => {
    await world.write((trx) => trx.updateTable("CampaignLead").set({ state: "sent" }).where("state", "=", "planned").execute());
    const io = await goniec("verify");
    expect(io.exitCode).toBe(1);
    expect(io.out).toContain(
      "1 finding:\n  states  campaign spring, lead lead-4@example.test: is sent with a queue row in pending and no hand-over; ",
    );
  });
});

describe("goniec suppress", () => {
  it("takes the addresses out of every campaign and lists them", async () => {
    expect((await goniec("suppress Lead-4@example.test x@example.test --reason bounced")).exitCode).toBe(0);
    expect((await world.counts(campaignId)).skipped).toBe(1);
    const { out } = await goniec("suppress --list");
    expect(out.split("\n").map((line) => line.slice("2026-01-01T00:00:00.000Z  ".length))).toEqual([
      "lead-4@example.test  bounced (command line)",
      "x@example.test  bounced (command line)",
      "",
    ]);
  });

  it("takes all addresses or none", async () => {
    const io = await goniec("suppress lead-4@example.test nobody");
    expect([io.exitCode, io.err]).toEqual([2, expect.stringContaining(`address "nobody": has no @`)]);
    expect(await suppressions(world.one.reader)).toEqual([]);
    expect((await goniec("suppress")).exitCode).toBe(2);
    expect((await goniec("suppress --list x@example.test")).exitCode).toBe(2);
  });
});

describe("goniec unconfirmed", () => {
  const mailId = async (): Promise<number> =>
    ((await json("unconfirmed list")) as { unconfirmed: { id: number }[] }).unconfirmed[0]?.id ?? 0;

  it("lists the mails with what is known of them and offers to mark them as sent", async () => {
    const { out } = await goniec("unconfirmed list");
    expect(out).toContain(
      "lead-3@example.test  spring, handed over at Wed 2025-11-05 09:03:00 (Europe/Warsaw) from anna@acme.test",
    );
    expect(out).toContain(`goniec unconfirmed mark-sent ${await mailId()}\n`);
  });

  it("marks as sent", async () => {
    expect((await goniec(`unconfirmed mark-sent ${await mailId()}`)).out).toBe("1 mail marked as sent.\n");
    expect(await world.counts(campaignId)).toMatchObject({ sent: 2, unconfirmed: 0 });
    expect((await goniec("unconfirmed list")).out).toBe("No mail is unconfirmed.\n");
  });

  it("decides on all or none", async () => {
    const io = await goniec(`unconfirmed mark-sent ${await mailId()} 999`);
    expect([io.exitCode, io.err]).toEqual([
      2,
      expect.stringContaining(
        `mail "999": there is no such mail; allowed: a number from \`goniec unconfirmed list\`; nothing was changed`,
      ),
    ]);
    expect((await world.counts(campaignId)).unconfirmed).toBe(1);
    expect((await goniec("unconfirmed mark-sent three")).err).toContain(`mail "three": is not a number`);
  });

  it("sends again only when somebody has said that the lead may get it twice", async () => {
    const id = await mailId();
    expect((await goniec(`unconfirmed send-again ${id}`)).exitCode).toBe(2);
    expect((await goniec(`unconfirmed send-again ${id}`, false)).exitCode).toBe(1);
    expect((await world.counts(campaignId)).unconfirmed).toBe(1);
    expect((await goniec(`unconfirmed send-again ${id}`, true)).out).toBe("1 mail ordered again.\n");
    expect(await world.counts(campaignId)).toMatchObject({ unconfirmed: 0, planned: 2 });
  });
});

describe("goniec pause, resume and cancel", () => {
  it("change the campaign's status and say so", async () => {
    expect((await goniec("pause spring")).out).toBe("Campaign spring is paused.\n");
    expect(await json("resume spring")).toEqual({ campaign: "spring", status: "IN_PROGRESS" });
    expect((await goniec("cancel spring --yes")).out).toBe("Campaign spring is cancelled.\n");
    expect((await world.counts(campaignId)).skipped).toBe(1);
  });

  it("refuse what the campaign's status forbids, a name that is unknown, and a cancel that nobody has confirmed", async () => {
    const refused = await goniec("pause autumn");
    expect([refused.exitCode, refused.err]).toEqual([2, expect.stringContaining("cannot pause: it is DRAFT")]);
    expect((await goniec("cancel winter --yes")).err).toContain("allowed: spring, autumn");
    expect((await goniec("cancel spring")).exitCode).toBe(2);
    expect((await goniec("cancel spring", false)).exitCode).toBe(1);
    expect((await world.counts(campaignId)).planned).toBe(1);
  });
});

describe("goniec doctor", () => {
  const checks = async (argv = "doctor"): Promise<Map<string, { ok: boolean; text: string; remedy: string | null }>> => {
    const { checks: found } = (await json(argv)) as {
      checks: { check: string; ok: boolean; text: string; remedy: string | null }[];
    };
    return new Map(found.map((one) => [one.check, one]));
  };

  it("shows the settings with their sources and finds everything in order where it is", async () => {
    await goniec("cancel spring --yes");
    const io = await goniec("doctor");
    expect([io.exitCode, io.err]).toEqual([0, ""]);
    expect(io.out).toMatch(/^database +\S+goniec\.db {2}\(command line\)$/m);
    expect(io.out).toMatch(/^engineLease +15000 {2}\(default\)$/m);
    expect(io.out).toContain("journal_mode=wal, synchronous=FULL, foreign_keys=ON");
    expect(io.out).toMatch(/Everything is in order\.\n$/);
  });

  it("finds a campaign that nobody sends, and a mailbox that needs a person", async () => {
    await world.write((trx) => trx.updateTable("Mailbox").set({ attention: "535 wrong password" }).execute());
    const found = await checks();
    expect(found.get("engine")).toMatchObject({ ok: false, text: NOBODY, remedy: "run `goniec serve`" });
    expect(found.get("mailbox anna@acme.test")).toMatchObject({ ok: false, text: "needs attention: 535 wrong password" });
    expect((await goniec("doctor")).exitCode).toBe(1);
  });

  it("finds a key that others may read, one that is missing, and one that does not fit", async () => {
    const key = `${cli.database}.key`;
    const app = await cli.open();
    const secret = await app.secrets.close("s3cret");
    await app.close();
    await world.write((trx) => trx.updateTable("Mailbox").set({ secret }).execute());
    expect((await checks()).get("key file")).toMatchObject({
      ok: true,
      text: `${key}, readable by its owner only; it opens 1 stored password`,
    });
    chmodSync(key, 0o644);
    expect((await checks()).get("key file")).toMatchObject({
      ok: false,
      text: `${key} may be read by others (mode 644)`,
      remedy: `chmod 600 ${key}`,
    });
    chmodSync(key, 0o600);
    writeFileSync(key, `${Buffer.alloc(32, 7).toString("base64url")}\n`);
    expect((await checks()).get("key file")).toMatchObject({
      ok: false,
      text: expect.stringContaining("cannot be read with the key in"),
    });
  });

  it("finds a clock that was set back", async () => {
    await world.write((trx, now) => sql`UPDATE "Event" SET "at" = ${now + 1_000 * 365 * 86_400_000}`.execute(trx));
    expect((await checks()).get("clock")).toMatchObject({
      ok: false,
      text: expect.stringContaining("but something was written"),
    });
  });

  it("logs in at the mailboxes' servers when it is asked to, and tells the server's words", async () => {
    const server = await startAcceptingServer({ security: "none" });
    await world.write((trx) => trx.updateTable("Mailbox").set({ host: "127.0.0.1", port: server.port }).execute());
    expect((await checks("doctor --smtp")).get("server of anna@acme.test")).toMatchObject({
      ok: true,
      text: `127.0.0.1:${server.port} takes mail from it`,
    });
    await server.close();
    expect((await checks("doctor --smtp")).get("server of anna@acme.test")).toMatchObject({
      ok: false,
      text: expect.stringMatching(/at connect: .*ECONNREFUSED/),
    });
    expect((await checks()).has("server of anna@acme.test")).toBe(false);
  });

  it("compares the clock with the one that a server greets with", async () => {
    const greeting = async (at: number) => {
      const date = new Date(at).toUTCString();
      const server = await startRudeServer([{ at: "greeting", does: { reply: `220 mail.acme.test ESMTP ${date}` } }]);
      await world.write((trx) => trx.updateTable("Mailbox").set({ host: "127.0.0.1", port: server.port }).execute());
      const found = (await checks("doctor --smtp")).get("clock of 127.0.0.1");
      await server.close();
      return found;
    };
    expect(await greeting(Date.now())).toMatchObject({ ok: true });
    expect(await greeting(Date.now() - 3_600_000)).toMatchObject({
      ok: false,
      text: expect.stringContaining("ahead of the server's"),
    });
  });

  it("finds an installation that is frozen, and one in which nobody looks at what is due", async () => {
    await world.write((trx, now) =>
      freeze(trx, { since: now, reason: "older", text: "it is older than remembered", known: {} }, "engine"),
    );
    expect((await checks()).get("frozen")).toMatchObject({
      ok: false,
      text: "frozen until `goniec release`: it is older than remembered",
      remedy: expect.stringContaining("goniec release"),
    });
    expect((await goniec("status")).out).toMatch(
      /^frozen until `goniec release`: it is older than remembered\n {2}run `goniec release`/,
    );
    expect(await json("status")).toMatchObject({ frozen: { reason: "older" } });
    await goniec("release --yes");
    expect((await checks()).get("frozen")).toMatchObject({ ok: true });
    const app = await cli.open();
    await app.store.takeCharge({ bootId: "boot-9", host: "web-1", pid: 4242, version: "0" }, { engine: 60_000, email: 60_000 });
    await app.write((trx, now) =>
      trx
        .updateTable("Campaign")
        .set({ nextDueAt: now - 120_000 })
        .where("id", "=", campaignId)
        .execute(),
    );
    const scheduler = (await checks()).get("scheduler");
    await app.store.leaveCharge("boot-9");
    await app.close();
    expect(scheduler).toMatchObject({
      ok: false,
      text: expect.stringMatching(/^campaign spring was due 12\d s ago|^campaign spring was due 2 m/),
    });
  });
});
