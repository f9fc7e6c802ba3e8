import { CommandError, type Io } from "./io.ts";

export const PASSWORD_STDIN = ["--password-stdin", "read the password from standard input, up to its first line break"] as const;

/** The new password, typed twice and not shown, or from standard input. An option that holds it would stay in the shell's history. */
export async function newPassword(io: Io, email: string, fromStdin: boolean): Promise<string> {
  if (fromStdin) return (await io.readInput()).replace(/\r?\n[^]*$/, "");
  if (!io.canAsk) throw new CommandError(2, "nobody can be asked for the password here: add --password-stdin");
  const first = await io.askSecret(`Password for ${email}`);
  const second = first === undefined ? undefined : await io.askSecret("Once more");
  if (first === undefined || second === undefined) throw new CommandError(1, "nothing was changed");
  if (first !== second) throw new CommandError(1, "the two are not the same; nothing was changed");
  return first;
}
