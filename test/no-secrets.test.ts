import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CliWorld } from "./cli-world.ts";
import { type AcceptingServer, startAcceptingServer } from "./servers/accepting-server.ts";

/** As `npm test` has built it. */
const PROGRAM = new URL("../dist/main.js", import.meta.url).pathname;
const MAILBOX_PASSWORD = "mailbox-gibberish-1";
const WRONG_PASSWORD = "mailbox-gibberish-2";
const USER_PASSWORD = "user-gibberish-3";
const NEXT_PASSWORD = "user-gibberish-4";

let world: CliWorld;
let server: AcceptingServer;
let printed: string;

beforeEach(async () => {
  printed = "";
  world = new CliWorld();
  server = await startAcceptingServer({ security: "none", login: { user: "anna", password: MAILBOX_PASSWORD } });
});

afterEach(async () => {
  await server.close();
  world.remove();
});

/** A real process that logs all it can; whatever it prints is kept. */
async function send(name: string, password: string): Promise<void> {
  const words =
    `send --name ${name} --leads ${world.leads(1)} --mailbox anna@acme.test=smtp://anna:${password}@127.0.0.1:${server.port} ` +
    `--subject Hello --body ${world.file("m.txt", "Hello\n")} --delay 0s --yes --json --database ${world.database}`;
  const env = { ...process.env, GONIEC_LOG_LEVEL: "debug" };
  const child = spawn(process.execPath, [PROGRAM, ...words.split(" ")], { env, cwd: world.folder });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  printed += `${out}${err}`;
}

/** The other commands log nothing of their own, so they run in this process. */
async function goniec(words: string, input = "", keeps = true): Promise<string> {
  const io = await world.run([...words.split(" "), "--database", world.database], { typed: [input] });
  if (keeps) printed += io.out + io.err;
  return io.out;
}

/** Each secret as it is, and as a login or an address would carry it. */
function spellings(secret: string): string[] {
  return [secret, Buffer.from(secret).toString("base64"), Buffer.from(`\0anna\0${secret}`).toString("base64")].map((one) =>
    one.replace(/=+$/, ""),
  );
}

it("no password, token or key stands in the database, the logs, or what any command prints", async () => {
  await send("spring", MAILBOX_PASSWORD);
  expect(server.mails).toHaveLength(1);
  await send("autumn", WRONG_PASSWORD);
  await goniec("user add anna@acme.test --role owner --password-stdin", USER_PASSWORD);
  await goniec("user password anna@acme.test --password-stdin", NEXT_PASSWORD);
  const token = (await goniec("token create crm --user anna@acme.test --scopes all", "", false)).trim();
  const keyText = readFileSync(`${world.database}.key`, "utf8").trim();
  const looks = ["status", "explain spring", "forecast spring", "doctor --smtp", "user list", "token list", "secrets status"];
  for (const words of [...looks, "verify", "unconfirmed list", "suppress --list", "secrets rotate", "token revoke 1"])
    await goniec(`${words} --json`);
  const nextKey = readFileSync(`${world.database}.key`, "utf8").trim();

  const folder = dirname(world.database);
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const files = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".key"))
    .map(({ parentPath, name }) => join(parentPath, name));
  const places: [string, string][] = files.map((path) => [path, readFileSync(path).toString("latin1")]);
  places.push(["the outputs", printed]);
  const secrets = [MAILBOX_PASSWORD, WRONG_PASSWORD, USER_PASSWORD, NEXT_PASSWORD, token, token.slice(16), keyText, nextKey];
  // What is no secret is found, so the search can find.
  const found = places.filter(([, content]) => content.includes("anna@acme.test")).map(([place]) => place);
  expect(found).toEqual(expect.arrayContaining([world.database, "the outputs"]));
  expect(token).toMatch(/^goniec_/);
  for (const secret of secrets)
    for (const spelling of spellings(secret))
      for (const [place, content] of places) if (content.includes(spelling)) throw new Error(`${spelling} stands in ${place}`);
});
