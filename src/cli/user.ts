import { type Command, Option } from "commander";
import type { App } from "../app.ts";
import type { Config } from "../config.ts";
import type { Result } from "../domain/result.ts";
import { ROLES, type Role } from "../domain/roles.ts";
import type { User } from "../storage/users.ts";
import { newPassword, PASSWORD_STDIN } from "./ask-password.ts";
import { action, type CommonOptions, type ExitCode, giveUp, type Io, refuse, withApp } from "./io.ts";
import { addCommonOptions, addExample } from "./options.ts";

export const ACTOR = "command line";

interface PasswordOptions extends CommonOptions {
  readonly passwordStdin?: boolean;
}

interface AddOptions extends PasswordOptions {
  readonly role: Role;
  readonly name?: string;
}

/** `goniec user`: who may sign in at the web page; the way in again for whoever has lost their password. */
export function registerUser(program: Command, io: Io): void {
  const group = program
    .command("user")
    .summary("Say who may sign in, and set their passwords")
    .description("Users of the web page and the API: owners may do everything, operators run campaigns, viewers look on.");
  const listing = group
    .command("list")
    .summary("Show them")
    .description("Show the users, their roles, and when they last signed in.");
  addExample(addCommonOptions(listing), "goniec user list").action(
    action(io, (options: CommonOptions) => withApp(io, options, (app) => list(io, app, options))),
  );
  registerAdd(group, io);
  const password = group.command("password").argument("<email>").summary("Set a new password, and end the user's sessions");
  password.description("Set a new password; the user is signed out everywhere.").option(...PASSWORD_STDIN);
  addExample(addCommonOptions(password), "goniec user password anna@acme.example").action(
    action(io, (email: string, options: PasswordOptions) =>
      withApp(io, options, (app) => withUser(io, app, email, (user) => setPassword(io, app, user, options))),
    ),
  );
  registerChanges(group, io);
  const link = group
    .command("setup-link")
    .summary("Print the link with which the first owner is made")
    .description("Print the one-time link that makes the first owner; it is good until there is a user.");
  addExample(addCommonOptions(link), "goniec user setup-link").action(
    action(io, (options: CommonOptions) => withApp(io, options, (app, config) => printSetUpLink(io, app, config, options))),
  );
}

function registerAdd(group: Command, io: Io): void {
  const add = group.command("add").argument("<email>", "with which the user signs in").summary("Add a user");
  add
    .description("Add a user, and ask for the password. The first one must be an owner.")
    .addOption(new Option("--role <role>", "what the user may do").choices(ROLES).makeOptionMandatory())
    .option("--name <name>", "as others see the user (default: the e-mail)")
    .option(...PASSWORD_STDIN);
  addExample(addCommonOptions(add), "goniec user add anna@acme.example --role owner --name 'Anna Nowak'").action(
    action(io, (email: string, options: AddOptions) => withApp(io, options, (app) => addUser(io, app, email, options))),
  );
}

function registerChanges(group: Command, io: Io): void {
  const role = group.command("role").argument("<email>").summary("Change what a user may do");
  role.argument("<role>", ROLES.join(", ")).description("Change what a user may do. The last owner stays one.");
  addExample(addCommonOptions(role), "goniec user role jan@acme.example operator").action(
    action(io, (email: string, given: string, options: CommonOptions) => {
      const known = ROLES.find((one) => one === given);
      if (known === undefined)
        return refuse(io, { field: "role", value: given, message: "is not a role", allowed: ROLES.join(", ") });
      return withApp(io, options, (app) => change(io, app, email, { role: known }, options));
    }),
  );
  for (const [name, active, summary] of [
    ["on", true, "Let a user sign in again"],
    ["off", false, "Let a user in no more, and end the sessions"],
  ] as const) {
    const command = group.command(name).argument("<email>").summary(summary);
    command.description(`${summary}${active ? "" : "; tokens of the user stop too"}.`);
    addExample(addCommonOptions(command), `goniec user ${name} jan@acme.example`).action(
      action(io, (email: string, options: CommonOptions) =>
        withApp(io, options, (app) => change(io, app, email, { active }, options)),
      ),
    );
  }
}

async function list(io: Io, app: App, options: CommonOptions): Promise<ExitCode> {
  const { listUsers } = await import("../storage/users.ts");
  const users = await listUsers(app.reader);
  if (options.json === true) {
    io.stdout(`${JSON.stringify({ users: users.map(userJson) })}\n`);
    return 0;
  }
  if (users.length === 0) io.stdout("There is no user yet: `goniec user setup-link` prints the link that makes the first one.\n");
  for (const { email, name, role, active, lastSignInAt } of users) {
    const seen = lastSignInAt === null ? "never signed in" : `last signed in ${new Date(lastSignInAt).toISOString()}`;
    io.stdout(`${email}  ${role}${active ? "" : ", switched off"}  ${name === email ? "" : `${name}, `}${seen}\n`);
  }
  return 0;
}

function userJson({ email, name, role, active, lastSignInAt }: User) {
  return { email, name, role, active, lastSignInAt: lastSignInAt === null ? null : new Date(lastSignInAt).toISOString() };
}

async function addUser(io: Io, app: App, email: string, options: AddOptions): Promise<ExitCode> {
  const { addUser: add } = await import("../operation/people.ts");
  const password = await newPassword(io, email, options.passwordStdin === true);
  const added = await add(app, { email, name: options.name, role: options.role, password }, ACTOR);
  return told(io, added, options, (user) => `${user.email} may sign in as ${user.role}.`);
}

async function setPassword(io: Io, app: App, user: User, options: PasswordOptions): Promise<ExitCode> {
  const { resetPassword } = await import("../operation/people.ts");
  const password = await newPassword(io, user.email, options.passwordStdin === true);
  const changed = await resetPassword(app, user, password, ACTOR);
  return told(io, changed, options, ({ email }) => `${email} has a new password, and is signed out everywhere.`);
}

async function change(
  io: Io,
  app: App,
  email: string,
  wanted: { readonly role?: Role; readonly active?: boolean },
  options: CommonOptions,
): Promise<ExitCode> {
  const { changeUser } = await import("../storage/users.ts");
  return withUser(io, app, email, async ({ id }) => {
    const changed = await app.write((trx, now) => changeUser(trx, id, wanted, ACTOR, now));
    return told(io, changed, options, (user) => `${user.email}: ${user.role}, ${user.active ? "may sign in" : "switched off"}.`);
  });
}

/** A refusal is the fault of what was asked for, as with every wrong option. */
function told(io: Io, result: Result<User>, options: CommonOptions, text: (user: User) => string): ExitCode {
  if (!result.ok) return refuse(io, result.error);
  io.stdout(options.json === true ? `${JSON.stringify({ user: userJson(result.value) })}\n` : `${text(result.value)}\n`);
  return 0;
}

/** Finds the user of an address as a person writes it. */
export async function withUser(io: Io, app: App, email: string, work: (user: User) => Promise<ExitCode>): Promise<ExitCode> {
  const [{ normalizeAddress }, { userByEmail }] = await Promise.all([
    import("../domain/address.ts"),
    import("../storage/users.ts"),
  ]);
  const normal = normalizeAddress(email, "email");
  if (!normal.ok) return refuse(io, normal.error);
  const user = await userByEmail(app.reader, normal.value.address);
  if (user === undefined)
    return refuse(io, { field: "email", value: email, message: "has no user", allowed: "an address from `goniec user list`" });
  return work(user);
}

async function printSetUpLink(io: Io, app: App, config: Config, options: CommonOptions): Promise<ExitCode> {
  const [{ setUpLink, setUpToken }, { linkBaseOf }, { systemRandom }] = await Promise.all([
    import("../operation/set-up.ts"),
    import("../config.ts"),
    import("../clock.ts"),
  ]);
  const token = await setUpToken({ ...app, chance: systemRandom });
  if (token === undefined)
    return giveUp(io, "there is a user already, so the link is good no more; `goniec user password` sets a new password");
  const link = setUpLink(linkBaseOf(config), token);
  io.stdout(options.json === true ? `${JSON.stringify({ link })}\n` : `${link}\n`);
  return 0;
}
