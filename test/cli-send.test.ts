import { existsSync } from "node:fs";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pauseCampaign } from "../src/storage/lifecycle.ts";
import { campaignReports } from "../src/storage/reports.ts";
import { testIo } from "./cli-io.ts";
import { CliWorld, jsonLines } from "./cli-world.ts";
import { eventually } from "./eventually.ts";
import { type AcceptingServer, startAcceptingServer } from "./servers/accepting-server.ts";

const PASSWORD = "s3cret";

let world: CliWorld;
let server: AcceptingServer;

beforeEach(async () => {
  world = new CliWorld();
  server = await startAcceptingServer({ security: "none", login: { user: "anna", password: PASSWORD } });
});

afterEach(async () => {
  await server.close();
  world.remove();
});

const mailbox = (address: string, password = PASSWORD): string => `${address}=smtp://anna:${password}@127.0.0.1:${server.port}`;

/** A command line that is right in everything but for what `changes` replaces; `undefined` leaves an option out. */
function sendLine(changes: Readonly<Record<string, string | undefined>> = {}, ...more: readonly string[]): string[] {
  const options: Record<string, string | undefined> = {
    "--name": "spring",
    "--leads": changes["--leads"] ?? world.leads(3),
    "--mailbox": mailbox("Anna Żak <anna@acme.test>"),
    "--subject": "Cześć {{ firstName }}",
    "--body": changes["--body"] ?? world.file("message.txt", "Dzień dobry {{ firstName }},\nżółć.\n"),
    "--delay": "0s",
    "--database": world.database,
    ...changes,
  };
  return ["send", ...Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [name, value])), ...more];
}

const receivers = (): string[] => server.mails.flatMap((mail) => mail.to);

const report = () =>
  world.ask(async (app) => {
    const [first] = await campaignReports(app.reader);
    return first;
  });

/** Of everything that a send could leave in the database. */
const countOfRows = () =>
  world.ask(async (app) => {
    const counted = await sql<{ n: number }>`SELECT (SELECT COUNT(*) FROM "Campaign") + (SELECT COUNT(*) FROM "Lead")
      + (SELECT COUNT(*) FROM "Mailbox") + (SELECT COUNT(*) FROM "Event") AS n`.execute(app.reader);
    return counted.rows[0]?.n;
  });

describe("goniec send", () => {
  it("mails each of 100 leads once, over each mailbox's own address and login, text and attachments intact", async () => {
    const pdf = Uint8Array.from({ length: 5_000 }, (_, index) => index % 256);
    const io = await world.run(
      sendLine(
        { "--leads": world.leads(100), "--attach": world.file("oferta łódź.pdf", pdf) },
        "--mailbox",
        mailbox("jan@acme.test"),
        "--yes",
      ),
    );
    expect(io.err).toBe("");
    expect(io.exitCode).toBe(0);
    expect(io.out).toContain("Campaign spring is complete.");
    expect(new Set(receivers()).size).toBe(100);
    expect(server.mails).toHaveLength(100);
    expect(new Set(server.mails.map((mail) => mail.from))).toEqual(new Set(["anna@acme.test", "jan@acme.test"]));
    for (const { from, login, parsed, to } of server.mails) {
      const number = /\d+/.exec(to[0] ?? "")?.[0];
      expect(parsed.from?.value[0]?.address).toBe(from);
      expect(login).toBe("anna");
      expect(parsed.subject).toBe(`Cześć Łucja ${number}`);
      expect(parsed.text?.trimEnd()).toBe(`Dzień dobry Łucja ${number},\nżółć.`);
      expect(parsed.attachments.map((file) => [file.filename, file.contentType, file.content.equals(pdf)])).toEqual([
        ["oferta łódź.pdf", "application/pdf", true],
      ]);
    }
  });

  it("goes on with the same command: new leads are added, settings change, nobody gets a second mail", async () => {
    await world.run(sendLine({}, "--yes"));
    expect(server.mails).toHaveLength(3);
    const again = await world.run(sendLine({}, "--yes"));
    expect(again.exitCode).toBe(0);
    expect(again.out).toContain("nobody is left to write to");
    const more = await world.run(
      sendLine({ "--leads": world.leads(5), "--subject": "Ahoj" }, "--daily-limit", "77", "--buffer", "3", "--yes"),
    );
    expect(more.out).toContain("goes on with changed settings");
    expect(more.out).toContain("2 new, 3 in the campaign already");
    expect(receivers().toSorted()).toEqual([1, 2, 3, 4, 5].map((number) => `lead-${number}@example.test`));
    expect(server.mails.at(-1)?.parsed.subject).toBe("Ahoj");
    const settings = await world.ask((app) =>
      app.reader.selectFrom("Campaign").select(["perDayMax", "bufferSize", "delayMs"]).executeTakeFirstOrThrow(),
    );
    expect(settings).toEqual({ perDayMax: 77, bufferSize: 3, delayMs: 0 });
  });

  it("asks before it sends, and a no leaves nothing behind", async () => {
    const io = await world.run(sendLine(), { answer: false });
    expect(io.exitCode).toBe(1);
    expect(io.out).toContain("3 new, 0 in the campaign already");
    expect(io.out).toContain("Nothing was saved, nothing was sent.");
    expect(server.mails).toHaveLength(0);
    expect(await countOfRows()).toBe(0);
  });

  it("leaves nothing behind when it is interrupted before the campaign has started", async () => {
    const interrupted = Object.assign(testIo(), {
      onInterrupt: (stop: () => void) => {
        stop();
        return () => undefined;
      },
    });
    const io = await world.run(sendLine({}, "--yes"), {}, interrupted);
    expect(io.exitCode).toBe(1);
    expect(io.err).toContain("nothing was saved, nothing was sent");
    expect(await countOfRows()).toBe(0);
  });

  it("sends after a yes", async () => {
    const io = await world.run(sendLine(), { answer: true });
    expect(io.exitCode).toBe(0);
    expect(server.mails).toHaveLength(3);
  });

  it.each([
    ["no terminal", [], "add --yes"],
    ["--json", ["--json"], "add --yes"],
  ])("does not guess a yes: %s", async (_, more, words) => {
    const io = await world.run(sendLine({}, ...more));
    expect(io.exitCode).toBe(2);
    expect(io.err).toContain(words);
    expect(existsSync(world.database)).toBe(false);
  });

  it("lists rejected rows with their reason, and the leads that will be skipped", async () => {
    const leads = world.file(
      "leads.csv",
      "email,first name\newa@example.test,Ewa\nno address,Jan\nEWA@example.test,Ewa\nola@example.test,\n",
    );
    const io = await world.run(sendLine({ "--leads": leads }, "--yes"));
    expect(io.exitCode).toBe(0);
    expect(io.out).toMatch(/row 3 +"no address" +has no @/);
    expect(io.out).toMatch(/row 4 +"EWA@example.test" +duplicate of row 2/);
    expect(io.out).toMatch(/ola@example.test +missing field firstName/);
    expect(receivers()).toEqual(["ewa@example.test"]);
  });

  it("--json gives a line for the summary, each mail, the progress and the end", async () => {
    const io = await world.run(sendLine({}, "--yes", "--json"));
    const lines = jsonLines(io);
    expect(lines[0]).toMatchObject({
      event: "summary",
      campaign: "spring",
      new: true,
      mails: 3,
      leads: { accepted: 3, rejected: [] },
    });
    expect(lines.filter((line) => line["event"] === "mail").map((line) => line["became"])).toEqual(["sent", "sent", "sent"]);
    expect(lines.at(-1)).toMatchObject({ event: "finished", ending: "completed", status: "COMPLETED", sent: 3, leads: 3 });
  });

  it("--detach starts the campaign without sending, and serve sends it", async () => {
    const io = await world.run(sendLine({}, "--yes", "--detach"));
    expect(io.exitCode).toBe(0);
    expect(io.out).toContain(`goniec serve --database ${world.database}`);
    expect(server.mails).toHaveLength(0);
    const serving = testIo();
    const served = world.run(["serve", "--listen", "127.0.0.1:0", "--database", world.database], {}, serving);
    await eventually(() => server.mails.length === 3, "three mails");
    serving.interrupt();
    expect((await served).exitCode).toBe(0);
  });

  it("follows another process that has charge of the database, and does not send beside it", async () => {
    const app = await world.open();
    const engine = await app.createEngine();
    engine.start();
    await eventually(() => engine.inCharge, "the engine is in charge");
    const io = await world.run(sendLine({}, "--yes"));
    await engine.stop();
    const workers = await app.reader.selectFrom("SendLog").select("worker").distinct().execute();
    await app.close();
    expect(io.out).toContain("Another process serves this database");
    expect(io.out).toContain("Campaign spring is complete.");
    expect(workers).toHaveLength(1);
    expect(receivers()).toHaveLength(3);
  });

  it("stops in order at Ctrl-C, and the same command goes on", async () => {
    const io = testIo();
    const running = world.run(sendLine({ "--delay": "10m" }, "--yes"), {}, io);
    await eventually(() => server.mails.length === 1, "the first mail");
    await eventually(() => /sent +lead-1@example.test +from anna@acme.test/.test(io.out), "its line");
    io.interrupt();
    await running;
    expect(io.exitCode).toBe(1);
    expect(io.out).toContain("The same command again goes on where this one stopped.");
    const again = await world.run(sendLine({}, "--yes"));
    expect(again.exitCode).toBe(0);
    expect(receivers().toSorted()).toEqual([1, 2, 3].map((number) => `lead-${number}@example.test`));
  });

  it("says so when somebody else pauses the campaign", async () => {
    const running = world.run(sendLine({ "--delay": "10m" }, "--yes"));
    await eventually(() => server.mails.length === 1, "the first mail");
    await world.ask((app) => app.write((trx, now) => pauseCampaign(trx, 1, "somebody", now)));
    const io = await running;
    expect(io.exitCode).toBe(1);
    expect(io.out).toContain("was paused by somebody else");
  });

  it("ends when no mailbox is left that may send, and goes on with the right password", async () => {
    const io = await world.run(sendLine({ "--mailbox": mailbox("anna@acme.test", "wrong") }, "--yes"));
    expect(io.exitCode).toBe(1);
    expect(io.err).toMatch(/^goniec: no mailbox may send: anna@acme.test needs attention .*535/);
    expect(io.out + io.err).not.toContain("wrong@");
    expect((await world.run(sendLine({}, "--yes"))).exitCode).toBe(0);
    expect((await report())?.counts.sent).toBe(3);
  });

  it("keeps what the command line does not speak of when a campaign is continued", async () => {
    const rules = [
      "--window",
      "mon-fri 09:00-17:00",
      "--mailbox-daily-limit",
      "7",
      "--jitter",
      "-0.1,0.3",
      "--timezone",
      "Asia/Kolkata",
    ];
    await world.run(sendLine({ "--delay": "42s", "--start": "2099-01-05T09:00" }, ...rules, "--detach", "--yes"));
    await world.run(sendLine({ "--delay": undefined }, "--detach", "--yes"));
    const kept = await world.ask(async (app) => ({
      ...(await app.reader
        .selectFrom("Campaign")
        .select(["delayMs", "jitterMin", "jitterMax", "zone", "startAt", "status"])
        .executeTakeFirstOrThrow()),
      ...(await app.reader.selectFrom("Mailbox").select("perDayMax").executeTakeFirstOrThrow()),
    }));
    const startAt = Date.parse("2099-01-05T09:00+05:30");
    expect(kept).toEqual({
      delayMs: 42_000,
      jitterMin: -0.1,
      jitterMax: 0.3,
      zone: "Asia/Kolkata",
      startAt,
      status: "SCHEDULED",
      perDayMax: 7,
    });
  });
});

describe("goniec send refuses", () => {
  const refusals: [what: string, changes: Record<string, string>, words: string[]][] = [
    ["an unknown zone", { "--timezone": "Europe/Warsw" }, ["--timezone", "Europe/Warsw", "did you mean Europe/Warsaw?"]],
    ["an unknown day", { "--window": "mon-fry 09:00-17:00" }, ["--window", '"fry"', "fri"]],
    ["hours that end where they start", { "--window": "mon 09:00-09:00" }, ["--window"]],
    ["a duration without a unit", { "--delay": "90" }, ["--delay", "no unit", "90s"]],
    ["an unknown unit", { "--delay": "5 parsecs" }, ["--delay", "parsecs"]],
    ["an unknown country", { "--holidays": "XX" }, ["--holidays", '"XX"']],
    ["a limit of nothing", { "--daily-limit": "0" }, ["--daily-limit", "or none"]],
    ["a limit that is no number", { "--mailbox-daily-limit": "many" }, ["--mailbox-daily-limit", "whole number"]],
    ["a buffer out of range", { "--buffer": "5000" }, ["--buffer", "1000"]],
    ["a start that is no time", { "--start": "tomorrow" }, ["--start", "2026-01-07T09:00"]],
    ["a jitter the wrong way round", { "--jitter": "0.3,0.1" }, ["--jitter", "lower"]],
    ["a malformed SMTP URL", { "--mailbox": "anna@acme.test=http://mail.acme.test" }, ["--mailbox", "smtp://"]],
    ["a sender without an address", { "--mailbox": "anna=smtp://anna:geheim@mail.acme.test" }, ["--mailbox", "***"]],
    ["an empty name", { "--name": " " }, ["--name", "is empty"]],
    ["an empty subject", { "--subject": "" }, ["--subject", "is empty"]],
    ["a template that does not read", { "--subject": "Hi {{ firstName" }, ["--subject", "line 1"]],
    ["an unknown filter", { "--subject": "Hi {{ firstName | shout }}" }, ["--subject", "shout"]],
    ["a field that no column gives", { "--subject": "Hi {{ surname }}" }, ['"surname"', "email, firstName", "default"]],
    ["a missing file of leads", { "--leads": "/no/such/leads.csv" }, ["--leads", "does not exist"]],
    ["a missing body", { "--body": "/no/such/body.md" }, ["--body", "does not exist"]],
    ["a missing attachment", { "--attach": "/no/such/file.pdf" }, ["--attach", "does not exist"]],
  ];

  it.each(refusals)("%s, and saves nothing", async (_, changes, words) => {
    const io = await world.run(sendLine(changes, "--yes"));
    expect(io.exitCode).toBe(2);
    for (const word of words) expect(io.err).toContain(word);
    expect(io.err).not.toContain("geheim");
    expect(io.err).not.toMatch(/^ +at /m);
    expect(existsSync(world.database)).toBe(false);
  });

  const files: [what: string, content: string, words: string][] = [
    ["an empty file", "", "is empty"],
    ["a header alone", "email,first name\n", "no rows"],
    ["a file without an address column", "first name,city\nEwa,Łódź\n", "no address column"],
    ["a file of which no row is a lead", "email,first name\nnobody,Ewa\n", "no row of it gives a lead"],
  ];

  it.each(files)("%s", async (_, content, words) => {
    const io = await world.run(sendLine({ "--leads": world.file("leads.csv", content) }, "--yes"));
    expect(io.exitCode).toBe(2);
    expect(io.err).toContain("--leads");
    expect(io.err).toContain(words);
    expect(existsSync(world.database)).toBe(false);
  });

  it("a body with an ending that says no format", async () => {
    const io = await world.run(sendLine({ "--body": world.file("message.doc", "Hi") }, "--yes"));
    expect(io.exitCode).toBe(2);
    expect(io.err).toContain(".txt, .md, .html");
  });

  it("the same address in two mailboxes, and tells every other mistake in the same answer", async () => {
    const io = await world.run(sendLine({ "--delay": "x" }, "--mailbox", mailbox("ANNA@acme.test"), "--yes"));
    expect(io.exitCode).toBe(2);
    expect(io.err).toContain("is given twice");
    expect(io.err).toContain("--delay");
    expect(io.err).not.toContain(PASSWORD);
  });

  it("a campaign that was cancelled", async () => {
    await world.run(sendLine({}, "--detach", "--yes"));
    await world.ask((app) => app.write((trx) => trx.updateTable("Campaign").set({ status: "CANCELLED" }).execute()));
    const io = await world.run(sendLine({}, "--yes"));
    expect(io.exitCode).toBe(2);
    expect(io.err).toContain("cancelled for good");
  });

  it("a database that a newer program has written", async () => {
    await world.ask(async (app) => {
      await sql`INSERT INTO "Migration" ("number", "name", "appliedAt") VALUES (99, 'later', 0)`.execute(app.reader);
    });
    const io = await world.run(sendLine({}, "--yes"));
    expect(io.exitCode).toBe(1);
    expect(io.err).toMatch(/^goniec: the database has schema 99/);
    expect(io.err.trimEnd()).not.toContain("\n");
  });

  it("a file that is no database", async () => {
    const io = await world.run(sendLine({ "--database": world.file("notes.txt", "x".repeat(5_000)) }, "--yes"));
    expect(io.exitCode).toBe(1);
    expect(io.err).toContain("is not a SQLite database");
  });
});

describe("the command line", () => {
  it.each(["--help", "--version"])("%s is answered with 0", async (line) => {
    const io = await world.run([line]);
    expect([io.exitCode, io.err]).toEqual([0, ""]);
  });

  it.each(["demo", "send", "serve"])("%s --help ends with an example", async (command) => {
    const io = await world.run([command, "--help"]);
    expect([io.exitCode, io.err]).toEqual([0, ""]);
    expect(io.out).toContain(`Example:\n  $ goniec ${command}`);
  });

  it.each([
    [["sned"], "Did you mean send?"],
    [["serve", "--databse", "x"], "Did you mean --database?"],
    [["send"], "--name"],
    [[], "Usage: goniec"],
  ])("%j is wrong use", async (argv, words) => {
    const io = await world.run(argv);
    expect(io.exitCode).toBe(2);
    expect(io.err).toContain(words);
  });
});
