import { type Command, Option } from "commander";

/** Adds the option that names the database. */
export function addDatabaseOption(command: Command): Command {
  return command.addOption(
    new Option(
      "--database <name>",
      "SQLite file or postgres:// address (default: GONIEC_DATABASE, else DATABASE_URL, else ./data/goniec.db)",
    ),
  );
}

/** Gives a command the options that all commands with a database share. */
export function addCommonOptions(command: Command): Command {
  return addDatabaseOption(command).addOption(new Option("--json", "print JSON instead of text"));
}

/** Adds the example that ends every command's help. */
export function addExample(command: Command, ...lines: readonly string[]): Command {
  const [first = "", ...rest] = lines;
  return command.addHelpText("after", `\nExample:\n${[`  $ ${first}`, ...rest.map((line) => `  ${line}`)].join("\n")}`);
}
