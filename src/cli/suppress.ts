import { type Command, Option } from "commander";
import type { App } from "../app.ts";
import { type Problem, problemText } from "../domain/result.ts";
import { action, type CommonOptions, type ExitCode, type Io, refuse, withApp } from "./io.ts";
import { addCommonOptions, addExample } from "./options.ts";

interface SuppressOptions extends CommonOptions {
  readonly reason: string;
  readonly list?: boolean;
}

/** `goniec suppress`: addresses that are never written to again. */
export function registerSuppress(program: Command, io: Io): void {
  const command = program
    .command("suppress")
    .summary("Never write to these addresses again, in any campaign")
    .description(
      "Never write to these addresses again, in any campaign; a mail that is past its last check still leaves. All addresses are taken, or none.",
    )
    .argument("[address...]", "addresses")
    .option("--reason <text>", "why, for the list and the leads' history", "asked not to be written to")
    .addOption(new Option("--list", "show the suppressed addresses"));
  addExample(addCommonOptions(command), "goniec suppress ewa@example.com --reason 'asked by phone'").action(
    action(io, (addresses: string[], options: SuppressOptions) => suppressOrList(io, addresses, options)),
  );
}

async function suppressOrList(io: Io, addresses: readonly string[], options: SuppressOptions): Promise<ExitCode> {
  if (options.list === true)
    return addresses.length > 0 ? refuse(io, "--list takes no addresses") : withApp(io, options, (app) => list(io, app, options));
  if (addresses.length === 0) return refuse(io, "no address is given; allowed: one or more addresses, or --list");
  const { normalizeAddress } = await import("../domain/address.ts");
  const read = addresses.map((address) => normalizeAddress(address));
  const problems = read.flatMap((one): Problem[] => (one.ok ? [] : [one.error]));
  if (problems.length > 0) {
    for (const problem of problems) io.stderr(`goniec: ${problemText(problem)}\n`);
    return refuse(io, "nothing was suppressed");
  }
  const normal = [...new Set(read.flatMap((one) => (one.ok ? [one.value.address] : [])))];
  return withApp(io, options, (app) => add(io, app, normal, options));
}

async function add(io: Io, app: App, addresses: readonly string[], options: SuppressOptions): Promise<ExitCode> {
  const { suppress } = await import("../storage/leads.ts");
  const { recordEvent } = await import("../storage/events.ts");
  await app.write(async (trx, now) => {
    for (const address of addresses) {
      await suppress(trx, address, options.reason, "command line", now);
      await recordEvent(trx, {
        kind: "address-suppressed",
        at: now,
        actor: "command line",
        cause: options.reason,
        data: { address },
      });
    }
  });
  io.stdout(
    options.json === true
      ? `${JSON.stringify({ suppressed: addresses })}\n`
      : `Never written to again: ${addresses.join(", ")}\n`,
  );
  return 0;
}

async function list(io: Io, app: App, options: SuppressOptions): Promise<ExitCode> {
  const { suppressions } = await import("../storage/leads.ts");
  const rows = (await suppressions(app.reader)).map(({ createdAt, ...row }) => ({
    ...row,
    at: new Date(createdAt).toISOString(),
  }));
  if (options.json === true) io.stdout(`${JSON.stringify({ suppressed: rows })}\n`);
  else if (rows.length === 0) io.stdout("No address is suppressed.\n");
  else for (const { at, address, reason, source } of rows) io.stdout(`${at}  ${address}  ${reason} (${source})\n`);
  return 0;
}
