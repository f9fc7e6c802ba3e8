import type { Command } from "commander";
import type { App } from "../app.ts";
import type { Instant } from "../domain/instant.ts";
import { SCOPES } from "../domain/roles.ts";
import type { ApiToken } from "../storage/api-tokens.ts";
import { action, type CommonOptions, type ExitCode, type Io, refuse, withApp } from "./io.ts";
import { addCommonOptions, addExample } from "./options.ts";
import { ACTOR, withUser } from "./user.ts";

interface CreateOptions extends CommonOptions {
  readonly user: string;
  readonly scopes: string;
  readonly expires?: string;
}

/** `goniec token`: with which programs use the API. */
export function registerToken(program: Command, io: Io): void {
  const group = program
    .command("token")
    .summary("Make and revoke tokens with which programs use the API")
    .description("Tokens for programs: each belongs to a user, and can do what its scopes say and its user may.");
  const create = group.command("create").argument("<name>", "what it is for").summary("Make one, and show it once");
  create
    .description("Make a token and print it. It is shown this once: the database keeps only its hash.")
    .requiredOption("--user <email>", "whose it is")
    .requiredOption("--scopes <list>", `what it is good for, with commas between, or all: ${SCOPES.join(", ")}`)
    .option("--expires <duration>", "after how long it ends, such as 90d (default: never)");
  addExample(
    addCommonOptions(create),
    "goniec token create crm --user anna@acme.example --scopes campaigns:read,leads:write --expires 90d",
  ).action(
    action(io, (name: string, options: CreateOptions) => withApp(io, options, (app) => createToken(io, app, name, options))),
  );
  const listing = group.command("list").summary("Show them").description("Show all tokens by name and first characters.");
  addExample(addCommonOptions(listing), "goniec token list").action(
    action(io, (options: CommonOptions) => withApp(io, options, (app) => list(io, app, options))),
  );
  const revoke = group.command("revoke").argument("<id>", "number from `goniec token list`").summary("End one for good");
  revoke.description("End a token for good, from its next request on.");
  addExample(addCommonOptions(revoke), "goniec token revoke 3").action(
    action(io, (id: string, options: CommonOptions) => withApp(io, options, (app) => revokeToken(io, app, id, options))),
  );
}

async function createToken(io: Io, app: App, name: string, options: CreateOptions): Promise<ExitCode> {
  const [{ issueToken }, { systemRandom }, { parseDuration }] = await Promise.all([
    import("../operation/issue-token.ts"),
    import("../clock.ts"),
    import("../domain/duration.ts"),
  ]);
  const life = options.expires === undefined ? undefined : parseDuration(options.expires, "--expires");
  if (life?.ok === false) return refuse(io, life.error);
  const expiresAt = life && app.clock.now() + life.value;
  const scopes = options.scopes === "all" ? SCOPES : options.scopes.split(",").map((scope) => scope.trim());
  return withUser(io, app, options.user, async ({ id: userId }) => {
    const issued = await issueToken({ ...app, chance: systemRandom }, { userId, name, scopes, expiresAt }, ACTOR);
    if (!issued.ok) return refuse(io, issued.error);
    io.stdout(options.json === true ? `${JSON.stringify(issued.value)}\n` : `${issued.value.token}\n`);
    if (options.json !== true) io.stderr("Keep it safe: it is not shown again.\n");
    return 0;
  });
}

async function list(io: Io, app: App, options: CommonOptions): Promise<ExitCode> {
  const [{ listApiTokens }, { isTokenOver }] = await Promise.all([
    import("../storage/api-tokens.ts"),
    import("../domain/session-life.ts"),
  ]);
  const tokens = await listApiTokens(app.reader);
  if (options.json === true) {
    io.stdout(`${JSON.stringify({ tokens: tokens.map(tokenJson) })}\n`);
    return 0;
  }
  if (tokens.length === 0) io.stdout("There is no token.\n");
  for (const token of tokens) {
    const { id, name, prefix, email, scopes, lastUsedAt, revokedAt } = token;
    const end = revokedAt === null ? "over" : "revoked";
    const state = isTokenOver(token, app.clock.now()) ? end : `last used ${iso(lastUsedAt) ?? "never"}`;
    io.stdout(`${id}  ${name}  goniec_${prefix}_...  of ${email}, ${state}: ${scopes.join(", ")}\n`);
  }
  return 0;
}

const iso = (at: Instant | null): string | null => (at === null ? null : new Date(at).toISOString());

function tokenJson({ id, name, prefix, email, scopes, createdAt, lastUsedAt, expiresAt, revokedAt }: ApiToken) {
  const times = { createdAt: iso(createdAt), lastUsedAt: iso(lastUsedAt), expiresAt: iso(expiresAt), revokedAt: iso(revokedAt) };
  return { id, name, prefix, user: email, scopes, ...times };
}

async function revokeToken(io: Io, app: App, id: string, options: CommonOptions): Promise<ExitCode> {
  const allowed = "a number from `goniec token list`";
  if (!/^\d{1,15}$/.test(id)) return refuse(io, { field: "token", value: id, message: "is not a number", allowed });
  const { revokeApiToken } = await import("../storage/api-tokens.ts");
  const revoked = await app.write((trx, now) => revokeApiToken(trx, Number(id), { actor: ACTOR, now }));
  if (!revoked.ok) return refuse(io, { ...revoked.error, allowed });
  const { name, email } = revoked.value;
  io.stdout(
    options.json === true
      ? `${JSON.stringify({ revoked: Number(id) })}\n`
      : `Token ${name} of ${email} is good for nothing now.\n`,
  );
  return 0;
}
