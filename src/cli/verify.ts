import type { Command } from "commander";
import type { App } from "../app.ts";
import { action, type CommonOptions, type ExitCode, type Io, withApp } from "./io.ts";
import { addCommonOptions, addExample } from "./options.ts";
import { counted, styleOf } from "./style.ts";

/** `goniec verify`: proves what must always hold, or names what does not. */
export function registerVerify(program: Command, io: Io): void {
  const command = program
    .command("verify")
    .summary("Prove on the database that every invariant holds")
    .description(
      "Prove on the database what must always hold: each lead once, every lead in one state, the limits, the hours, the pace, and that " +
        "everything kept beside the ledger equals it. Reads only. Exit status 1 when something is broken.",
    );
  addExample(addCommonOptions(command), "goniec verify --database ./data/goniec.db").action(
    action(io, (options: CommonOptions) => withApp(io, options, (app) => verifyDatabase(io, app, options))),
  );
}

async function verifyDatabase(io: Io, app: App, options: CommonOptions): Promise<ExitCode> {
  const { verify } = await import("../storage/verify.ts");
  const { findings, campaigns, leads, handOvers } = await verify(app.reader);
  const holds = findings.length === 0;
  const style = styleOf(io);
  if (options.json === true) io.stdout(`${JSON.stringify({ holds, campaigns, leads, handOvers, findings })}\n`);
  else if (holds)
    io.stdout(
      `All invariants hold (${counted(campaigns, "campaign")}, ${counted(leads, "lead")}, ${counted(handOvers, "hand-over")}).\n`,
    );
  else {
    io.stdout(`${style.red(`${counted(findings.length, "finding")}:`)}\n`);
    for (const { invariant, text } of findings) io.stdout(`  ${style.bold(invariant)}  ${text}\n`);
  }
  return holds ? 0 : 1;
}
