import { type Command, Option } from "commander";

/** Gives a command the options that all commands with a database share. */
export function addCommonOptions(command: Command): Command {
  return command
    .addOption(new Option("--database <file>", "SQLite database (GONIEC_DATABASE; else ./data/goniec.db)"))
    .addOption(new Option("--json", "print JSON instead of text"));
}

/** Adds the example that ends every command's help. */
export function addExample(command: Command, ...lines: readonly string[]): Command {
  return command.addHelpText("after", `\nExample:\n${lines.map((line) => `  $ ${line}`).join("\n")}`);
}
