import { hostname } from "node:os";
import type { Command } from "commander";
import type { App } from "../app.ts";
import type { Config } from "../config.ts";
import type { KeyWork, SecretsStatus } from "../storage/secret-rotation.ts";
import { action, type CommonOptions, type ExitCode, giveUp, type Io, refuse, withApp } from "./io.ts";
import { addCommonOptions, addExample } from "./options.ts";
import { counted } from "./style.ts";

interface RotateOptions extends CommonOptions {
  readonly keepOld?: boolean;
}

interface ResetOptions extends CommonOptions {
  readonly yes?: boolean;
}

/** `goniec secrets`: the key that locks the mailboxes' passwords. */
export function registerSecrets(program: Command, io: Io): void {
  const group = program
    .command("secrets")
    .summary("Look at and change the key that locks the mailboxes' passwords")
    .description("The key that locks the mailboxes' passwords; it lies in a file outside of the database, or in GONIEC_KEY.");
  const command = (name: string, summary: string, description: string): Command =>
    addCommonOptions(group.command(name).summary(summary).description(description));
  addExample(
    command(
      "status",
      "Show the keys and what they lock",
      "Show the keys by their fingerprints, and how many passwords each opens.",
    ),
    "goniec secrets status",
  ).action(action(io, (options: CommonOptions) => withKeys(io, options, (work) => status(io, work, options))));
  addExample(
    command(
      "add-key",
      "Add the next key without using it",
      "Add a key that `goniec secrets rotate` will use, so that the key file can be copied to other machines first.",
    ),
    "goniec secrets add-key",
  ).action(action(io, (options: CommonOptions) => withKeys(io, options, (work) => add(io, work, options))));
  addExample(
    command(
      "rotate",
      "Lock everything with a new key",
      "Lock every stored password with a new key, and drop the old one. Mails are sent meanwhile; run again, it goes on where it was.",
    ).option("--keep-old", "keep the old keys, with which backups of before can be opened"),
    "goniec secrets rotate",
  ).action(action(io, (options: RotateOptions) => withKeys(io, options, (work, app) => rotate(io, work, app, options))));
  addExample(
    command(
      "reset",
      "Begin with a new key when the old one is lost",
      "Forget the passwords that no key opens, and the key that was lost. Their mailboxes wait until they are entered again.",
    ).option("--yes", "do not ask"),
    "goniec secrets reset",
  ).action(action(io, (options: ResetOptions) => withKeys(io, options, (work) => reset(io, work, options))));
}

function withKeys(io: Io, options: CommonOptions, work: (keys: KeyWork, app: App) => Promise<ExitCode>): Promise<ExitCode> {
  return withApp(io, options, async (app, config) => work(await keyWork(app, config), app));
}

async function keyWork(app: App, config: Config): Promise<KeyWork> {
  const { keySourceOf, newKey } = await import("../app.ts");
  return { reader: app.reader, write: app.write, source: keySourceOf(config), newKey, actor: "command line" };
}

async function status(io: Io, work: KeyWork, options: CommonOptions): Promise<ExitCode> {
  const { secretsStatus } = await import("../storage/secret-rotation.ts");
  const found = await secretsStatus(work);
  io.stdout(options.json === true ? `${JSON.stringify(found)}\n` : statusText(found));
  return found.lost.length === 0 && !found.isUnderWay ? 0 : 1;
}

function statusText({ source, keys, lost, isUnderWay }: SecretsStatus): string {
  if (keys.length === 0 && lost.length === 0)
    return `${source} is not there yet: it is made when the first password is stored.\n`;
  const lines = keys.map(
    ({ id, isInForce, passwords }) => `  ${id}  ${counted(passwords, "password")}${isInForce ? "  in force" : ""}`,
  );
  const lostLine = `No key opens the ${lost.length === 1 ? "password" : "passwords"} of ${lost.join(", ")}: enter them again, or see \`goniec secrets reset\`.`;
  return [
    `Keys in ${source}, the newest last:`,
    ...lines,
    ...(lost.length > 0 ? [lostLine] : []),
    ...(isUnderWay ? ["A rotation is not finished: `goniec secrets rotate` goes on with it."] : []),
    "",
  ].join("\n");
}

async function add(io: Io, work: KeyWork, options: CommonOptions): Promise<ExitCode> {
  const { addKey } = await import("../storage/secret-rotation.ts");
  const key = await addKey(work);
  io.stdout(
    options.json === true
      ? `${JSON.stringify({ key })}\n`
      : `Key ${key} is in ${work.source.name}, and not used yet. Copy the file to the other machines, then: goniec secrets rotate\n`,
  );
  return 0;
}

async function rotate(io: Io, work: KeyWork, app: App, options: RotateOptions): Promise<ExitCode> {
  const { rotateKey } = await import("../storage/secret-rotation.ts");
  const hosts = await hostsWithoutKey(work, app);
  if (hosts.length > 0)
    return giveUp(
      io,
      `workers on ${hosts.join(", ")} need the new key before it is used: run \`goniec secrets add-key\`, copy ${work.source.name} there, and rotate then`,
    );
  const { key, relocked, lost, dropped } = await rotateKey(work, options.keepOld === true);
  if (options.json === true) io.stdout(`${JSON.stringify({ key, relocked, lost, dropped })}\n`);
  else
    io.stdout(
      `Key ${key} is in force; ${counted(relocked, "password")} locked anew, ${counted(dropped, "old key")} dropped.\n` +
        (dropped > 0 ? "Backups of before need the old key: keep a copy of it for as long as you keep them.\n" : ""),
    );
  if (lost.length === 0) return 0;
  return giveUp(io, `no key opens the password of ${lost.join(", ")}: enter it again, then run this again; no key was dropped`);
}

/** Other machines at work, unless a key was added before and so could be copied to them. */
async function hostsWithoutKey(work: KeyWork, app: App): Promise<string[]> {
  if (app.kind !== "postgres") return [];
  const [{ secretsStatus }, { viewWorkers }] = await Promise.all([
    import("../storage/secret-rotation.ts"),
    import("../operation/campaign-views.ts"),
  ]);
  const { keys, isUnderWay } = await secretsStatus(work);
  if (isUnderWay || keys.at(-1)?.isInForce !== true) return [];
  const working = (await viewWorkers(app)).filter(({ state, host }) => state === "working" && host !== hostname());
  return [...new Set(working.map(({ host }) => host))];
}

async function reset(io: Io, work: KeyWork, options: ResetOptions): Promise<ExitCode> {
  const { forgetLostSecrets, secretsStatus } = await import("../storage/secret-rotation.ts");
  const { lost } = await secretsStatus(work);
  if (lost.length === 0) return giveUp(io, "every stored password can be opened: there is nothing to forget");
  if (options.yes !== true) {
    if (!io.canAsk) return refuse(io, "nobody can be asked here, and passwords would be forgotten: add --yes");
    if (!(await io.confirm(`Forget the passwords of ${lost.join(", ")}? They cannot be opened without the lost key.`))) {
      io.stdout("Nothing was changed.\n");
      return 1;
    }
  }
  const forgotten = await forgetLostSecrets(work);
  io.stdout(
    options.json === true
      ? `${JSON.stringify({ forgotten })}\n`
      : `Forgotten: the passwords of ${forgotten.join(", ")}. Enter these mailboxes again; they need attention until then.\n`,
  );
  return 0;
}
