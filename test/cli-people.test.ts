import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemRandom } from "../src/clock.ts";
import { createAuthentication } from "../src/operation/authentication.ts";
import { setUp } from "../src/operation/set-up.ts";
import { signIn } from "../src/operation/sign-in.ts";
import type { TestIoOptions } from "./cli-io.ts";
import { CliWorld } from "./cli-world.ts";
import { PASSWORD } from "./people-world.ts";

const ANNA = "anna@acme.test";

let world: CliWorld;

beforeEach(async () => {
  world = new CliWorld();
  await (await world.open()).close();
});

afterEach(() => world.remove());

const goniec = (words: string, options: TestIoOptions = {}) =>
  world.run([...words.split(" "), "--database", world.database], options);
const json = async (words: string): Promise<Record<string, unknown>> =>
  JSON.parse((await goniec(`${words} --json`)).out) as Record<string, unknown>;
const add = (email = ANNA, role = "owner") =>
  goniec(`user add ${email} --role ${role} --password-stdin`, { typed: [`${PASSWORD}\r\n`] });
const enters = (password: string) =>
  world.ask(async (app) => {
    const entered = await signIn({ ...app, chance: systemRandom }, { email: ANNA, password, ip: "127.0.0.1" });
    return entered.ok;
  });

describe("goniec user", () => {
  it("adds a user with a password that is typed twice and never shown", async () => {
    const io = await goniec(`user add ${ANNA} --role owner`, { answer: true, typed: [PASSWORD, PASSWORD] });
    expect([io.exitCode, io.out, io.err]).toEqual([0, `${ANNA} may sign in as owner.\n`, ""]);
    expect([await enters(PASSWORD), await enters("wrong wrong")]).toEqual([true, false]);
    expect(await json("user list")).toEqual({
      users: [{ email: ANNA, name: ANNA, role: "owner", active: true, lastSignInAt: expect.stringMatching(/Z$/) }],
    });
    const differs = await goniec("user add jan@acme.test --role viewer", { answer: true, typed: [PASSWORD, "another"] });
    expect([differs.exitCode, differs.err]).toEqual([1, "goniec: the two are not the same; nothing was changed\n"]);
    const nobody = await goniec("user add jan@acme.test --role viewer");
    expect([nobody.exitCode, nobody.err]).toEqual([2, expect.stringContaining("add --password-stdin")]);
  });

  it("refuses a weak password, a second user of an address, an unknown one, and a first user who is no owner", async () => {
    const first = await add("jan@acme.test", "viewer");
    expect([first.exitCode, first.err]).toEqual([2, expect.stringContaining("the first user must be an owner")]);
    await add();
    const weak = await goniec(`user password ${ANNA} --password-stdin`, { typed: ["hunter2"] });
    expect([weak.exitCode, weak.err]).toEqual([2, expect.stringContaining("is too short: it has 7 characters")]);
    expect(weak.err).not.toContain("hunter2");
    for (const io of [await add(), await goniec("user off eve@acme.test"), await goniec("user role x viewer")])
      expect([io.exitCode, io.out]).toEqual([2, ""]);
  });

  it("changes role and password, switches off and on, and keeps the last owner", async () => {
    await add();
    await add("jan@acme.test", "viewer");
    for (const words of [`user off ${ANNA}`, `user role ${ANNA} viewer`]) {
      const io = await goniec(words);
      expect([io.exitCode, io.err]).toEqual([2, expect.stringContaining("is the last owner who may sign in")]);
    }
    expect((await goniec("user role jan@acme.test owner")).out).toBe("jan@acme.test: owner, may sign in.\n");
    expect(await json(`user off ${ANNA}`)).toMatchObject({ user: { email: ANNA, active: false } });
    expect(await enters(PASSWORD)).toBe(false);
    expect((await goniec(`user on ${ANNA}`)).exitCode).toBe(0);
    const changed = await goniec(`user password ${ANNA} --password-stdin`, { typed: ["a better password\n"] });
    expect([changed.exitCode, await enters("a better password"), await enters(PASSWORD)]).toEqual([0, true, false]);
    const actors = await world.ask((app) => app.reader.selectFrom("Event").select(["kind", "actor"]).orderBy("id").execute());
    expect(new Set(actors.filter(({ kind }) => !kind.startsWith("sign")).map(({ actor }) => actor))).toEqual(
      new Set(["command line"]),
    );
  });

  it("prints the set-up link until there is a user", async () => {
    const { link } = await json("user setup-link");
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:4780\/set-up#[\w-]{43}$/);
    expect((await goniec("user setup-link", { environment: { GONIEC_PUBLIC_URL: "https://acme.test" } })).out).toBe(
      `${String(link).replace("http://127.0.0.1:4780", "https://acme.test")}\n`,
    );
    const token = String(link).split("#")[1] ?? "";
    const done = await world.ask((app) => setUp({ ...app, chance: systemRandom }, token, { email: ANNA, password: PASSWORD }));
    expect(done.kind).toBe("done");
    const late = await goniec("user setup-link");
    expect([late.exitCode, late.err]).toEqual([1, expect.stringContaining("there is a user already")]);
  });
});

describe("goniec token", () => {
  const whose = (token: string) => world.ask((app) => createAuthentication(app).ofToken(token));

  it("makes a token, shows it once, and revokes it", async () => {
    await add();
    const made = await goniec(`token create crm --user ${ANNA} --scopes campaigns:read,leads:write --expires 90d`);
    const token = made.out.trim();
    expect([made.exitCode, await whose(token)]).toMatchObject([0, { scopes: ["campaigns:read", "leads:write"] }]);
    const { tokens } = await json("token list");
    expect(tokens).toMatchObject([{ id: 1, name: "crm", user: ANNA, revokedAt: null, prefix: token.slice(7, 15) }]);
    const listed = (await goniec("token list")).out;
    expect(listed).toContain(`goniec_${token.slice(7, 15)}_...  of ${ANNA}`);
    expect(listed).not.toContain(token);
    expect((await goniec("token revoke 1")).out).toBe(`Token crm of ${ANNA} is good for nothing now.\n`);
    expect([await whose(token), (await goniec("token list")).out]).toEqual([undefined, expect.stringContaining("revoked")]);
  });

  it("refuses an unknown scope, user, time and number", async () => {
    await add();
    for (const words of [
      `token create crm --user ${ANNA} --scopes root`,
      "token create crm --user eve@acme.test --scopes all",
      `token create crm --user ${ANNA} --scopes all --expires never`,
      "token revoke 7",
      "token revoke x",
    ]) {
      const io = await goniec(words);
      expect([io.exitCode, io.out]).toEqual([2, ""]);
    }
  });
});

describe("goniec secrets", () => {
  const KEY = Buffer.alloc(32, 7).toString("base64url");
  const NEXT = Buffer.alloc(32, 8).toString("base64url");

  const lockOne = () =>
    world.ask(async (app) => {
      const secret = await app.secrets.close("s3cret");
      const { saveMailbox } = await import("../src/storage/mailboxes.ts");
      const settings = { host: "mail.test", port: 25, security: "none", zone: "UTC", minGapMs: 0, sessionsMax: 1 } as const;
      await app.write((trx, now) => saveMailbox(trx, { address: ANNA, ...settings }, secret, now));
    });

  it("shows and rotates the key, and says what is kept", async () => {
    expect((await goniec("secrets status")).out).toContain("is not there yet");
    await lockOne();
    expect((await goniec("secrets status")).out).toMatch(/^Keys in .*\n {2}[\w-]{12} {2}1 password {2}in force\n$/);
    const { key } = await json("secrets add-key");
    expect(await json("secrets rotate --keep-old")).toEqual({ key, relocked: 1, lost: [], dropped: 0 });
    const rotated = await goniec("secrets rotate");
    expect([rotated.exitCode, rotated.out]).toEqual([
      0,
      expect.stringContaining("1 password locked anew, 2 old keys dropped.\n"),
    ]);
  });

  it("begins anew when the key is lost, and only then", async () => {
    await lockOne();
    expect((await goniec("secrets reset --yes")).err).toContain("every stored password can be opened");
    const environment = { GONIEC_KEY: NEXT };
    expect((await goniec("secrets status", { environment })).exitCode).toBe(1);
    expect((await goniec("secrets reset", { environment })).exitCode).toBe(2);
    expect((await goniec("secrets reset", { environment, answer: false })).out).toContain("Nothing was changed");
    expect((await goniec("secrets reset", { environment, answer: true })).out).toContain(`Forgotten: the passwords of ${ANNA}`);
  });

  it("takes its keys from GONIEC_KEY, where a second one is rotated to", async () => {
    expect((await goniec("user setup-link", { environment: { GONIEC_KEY: KEY } })).exitCode).toBe(0);
    expect((await goniec("secrets status", { environment: { GONIEC_KEY: KEY } })).out).toContain("Keys in GONIEC_KEY");
    const { out } = await goniec("doctor --json", { environment: { GONIEC_KEY: KEY } });
    expect(out).toContain("GONIEC_KEY; it opens 0 stored passwords");
    expect(out).not.toContain(KEY);
    const alone = await goniec("secrets rotate", { environment: { GONIEC_KEY: KEY } });
    expect([alone.exitCode, alone.err]).toEqual([1, expect.stringContaining("write a new one behind the one in force")]);
    const both = await goniec("secrets rotate --keep-old", { environment: { GONIEC_KEY: `${KEY} ${NEXT}` } });
    expect([both.exitCode, both.err]).toEqual([0, ""]);
    expect((await goniec("secrets status", { environment: { GONIEC_KEY: NEXT } })).out).toContain("in force");
  });
});
