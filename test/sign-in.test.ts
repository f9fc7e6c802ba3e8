import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../src/domain/instant.ts";
import { createAuthentication } from "../src/operation/authentication.ts";
import { issueToken } from "../src/operation/issue-token.ts";
import { hashPassword, HashingBusyError, isPasswordOf } from "../src/operation/password-hash.ts";
import { addUser, changeOwnPassword, resetPassword } from "../src/operation/people.ts";
import { createSignInLink, setUp, setUpToken } from "../src/operation/set-up.ts";
import { signIn, signOut, signOutOthers } from "../src/operation/sign-in.ts";
import { listApiTokens, revokeApiToken } from "../src/storage/api-tokens.ts";
import { listSessions } from "../src/storage/sessions.ts";
import { changeUser, deleteUser, listUsers } from "../src/storage/users.ts";
import { databaseKinds, PASSWORD, PeopleWorld } from "./people-world.ts";

const ANNA = "anna@acme.test";
const IP = "192.0.2.1";

describe.each(databaseKinds(() => inject("postgresUrl")))("people on %s", (_kind, open) => {
  let world: PeopleWorld;

  beforeAll(async () => {
    world = await PeopleWorld.open(open);
  });

  beforeEach(() => world.empty());

  afterAll(() => world.close());

  const enter = (changes: Partial<Parameters<typeof signIn>[1]> = {}, people = world.one) =>
    signIn(people, { email: ANNA, password: PASSWORD, ip: IP, ...changes });

  async function session(people = world.one) {
    const entered = await enter({}, people);
    if (!entered.ok) throw new Error(entered.error.kind);
    return entered.value;
  }

  const whose = (token: string) => createAuthentication(world.two).ofSession(token);
  const whoseToken = (token: string) => createAuthentication(world.two).ofToken(token);
  const kinds = async () => (await world.events()).map(({ kind }) => kind);

  describe("the set-up link", () => {
    const owner = (name: string) => ({ email: `${name}@acme.test`, password: PASSWORD });
    const link = async () => (await setUpToken(world.one)) ?? "";

    it("is the same in every process, makes one owner, and is good no more", async () => {
      const token = await link();
      expect(await setUpToken(world.two)).toBe(token);
      expect(await setUp(world.one, `${token.slice(1)}x`, owner("eve"))).toEqual({ kind: "wrong-token" });
      expect(await setUp(world.one, token, { ...owner("anna"), password: "short" })).toMatchObject({ kind: "invalid" });
      const done = await setUp(world.one, token, { ...owner("anna"), name: "Anna Żak" });
      expect(done).toMatchObject({ kind: "done", session: { user: { email: ANNA, name: "Anna Żak", role: "owner" } } });
      expect(await setUp(world.two, token, owner("eve"))).toEqual({ kind: "used" });
      expect(await setUpToken(world.two)).toBeUndefined();
      expect(done.kind === "done" && (await whose(done.session.token))?.email).toBe(ANNA);
    });

    it("is used by one of two people who race", async () => {
      const token = await link();
      const outcomes = await Promise.all([setUp(world.one, token, owner("anna")), setUp(world.two, token, owner("eve"))]);
      expect(outcomes.map(({ kind }) => kind).sort()).toEqual(["done", "used"]);
      expect(await listUsers(world.one.reader)).toHaveLength(1);
    });
  });

  describe("users", () => {
    it("are added once per address, however it is written, by whoever is named in the history", async () => {
      const added = await addUser(
        world.one,
        { email: "Anna Żak <ANNA@acme.test>", role: "owner", password: PASSWORD },
        "command line",
      );
      expect(added).toMatchObject({ ok: true, value: { email: ANNA, name: "Anna Żak", active: true } });
      const again = { email: ANNA, role: "viewer", password: PASSWORD } as const;
      expect(await addUser(world.one, again, "x")).toMatchObject({ ok: false, error: { message: "has a user already" } });
      const both = await Promise.all(
        [world.one, world.two].map((people) => addUser(people, { ...again, email: "jan@acme.test" }, ANNA)),
      );
      expect(both.filter(({ ok }) => ok)).toHaveLength(1);
      expect(await world.events()).toEqual([
        { kind: "user-created", actor: "command line", data: { user: ANNA, role: "owner" } },
        { kind: "user-created", actor: ANNA, data: { user: "jan@acme.test", role: "viewer" } },
      ]);
    });

    it("always include an owner who may sign in, also when two take it from each other at the same time", async () => {
      const [anna, jan] = [await world.user(ANNA), await world.user("jan@acme.test")];
      const demote = (people: typeof world.one, id: number) =>
        people.write((trx, now) => changeUser(trx, id, { role: "viewer" }, "command line", now));
      const results = await Promise.all([demote(world.one, anna.id), demote(world.two, jan.id)]);
      expect(results.filter(({ ok }) => ok)).toHaveLength(1);
      const [last] = (await listUsers(world.one.reader)).filter(({ role }) => role === "owner");
      const refused = await Promise.all([
        world.one.write((trx, now) => changeUser(trx, last?.id ?? 0, { active: false }, "x", now)),
        world.one.write((trx, now) => changeUser(trx, last?.id ?? 0, { role: "operator" }, "x", now)),
        world.one.write((trx, now) => deleteUser(trx, last?.id ?? 0, "x", now)),
      ]);
      for (const one of refused)
        expect(one).toMatchObject({ ok: false, error: { message: "is the last owner who may sign in", value: last?.email } });
    });

    it("who are switched off are signed out, cannot come in, and their tokens are good for nothing", async () => {
      const [, jan] = [await world.user(ANNA), await world.user("jan@acme.test", "operator")];
      const entered = await enter({ email: jan.email });
      const issued = await issueToken(world.one, { userId: jan.id, name: "ci", scopes: ["log:read"] }, jan.email);
      const tokens = [entered.ok ? entered.value.token : "", issued.ok ? issued.value.token : ""] as const;
      expect([(await whose(tokens[0]))?.role, (await whoseToken(tokens[1]))?.actor]).toEqual([
        "operator",
        "token ci of jan@acme.test",
      ]);
      await world.one.write((trx, now) => changeUser(trx, jan.id, { active: false }, ANNA, now));
      expect([await whose(tokens[0]), await whoseToken(tokens[1])]).toEqual([undefined, undefined]);
      expect(await enter({ email: jan.email })).toEqual({ ok: false, error: { kind: "wrong" } });
      await world.one.write((trx, now) => changeUser(trx, jan.id, { active: true }, ANNA, now));
      expect([await whose(tokens[0]), (await enter({ email: jan.email })).ok]).toEqual([undefined, true]);
    });

    it("are taken away with their sessions and tokens; the history stays", async () => {
      const [, jan] = [await world.user(ANNA), await world.user("jan@acme.test")];
      await enter({ email: jan.email });
      await issueToken(world.one, { userId: jan.id, name: "ci", scopes: ["log:read"] }, jan.email);
      expect((await world.one.write((trx, now) => deleteUser(trx, jan.id, ANNA, now))).ok).toBe(true);
      expect([(await listUsers(world.one.reader)).length, (await listApiTokens(world.one.reader)).length]).toEqual([1, 0]);
      expect((await kinds()).slice(-2)).toEqual(["token-created", "user-deleted"]);
    });

    it("get another password, after which only the session stays in which it was changed", async () => {
      const anna = await world.user(ANNA);
      const [here, there] = [await session(), await session()];
      const change = { old: PASSWORD, password: "another good one" };
      expect(await changeOwnPassword(world.one, anna, { ...change, old: "wrong wrong" })).toMatchObject({
        ok: false,
        error: { field: "oldPassword", value: "" },
      });
      const [kept] = await listSessions(world.one.reader, anna.id, world.now);
      await changeOwnPassword(world.one, anna, { ...change, keptSession: kept?.tokenHash });
      const left = [await whose(here.token), await whose(there.token)].filter((one) => one !== undefined);
      expect([left.length, (await enter()).ok, (await enter({ password: change.password })).ok]).toEqual([1, false, true]);
      await resetPassword(world.one, anna, "a third good one", "command line");
      expect([await whose(here.token), await whose(there.token)]).toEqual([undefined, undefined]);
      expect(await kinds()).toEqual(expect.arrayContaining(["password-changed", "password-reset"]));
      expect(await resetPassword(world.one, anna, ANNA, "command line")).toMatchObject({ ok: false });
    });
  });

  describe("a session", () => {
    it("lives in the database as a hash, and ends by signing out, here or everywhere else", async () => {
      const anna = await world.user(ANNA);
      const [here, there] = [await session(), await session(world.two)];
      expect(await whose(here.token)).toEqual({ userId: anna.id, email: ANNA, role: "owner", scopes: "all", actor: ANNA });
      const rows = await listSessions(world.one.reader, anna.id, world.now);
      expect(rows.map(({ tokenHash }) => tokenHash)).not.toContain(here.token);
      expect(await signOutOthers(world.one, anna, here.token)).toBe(1);
      expect([(await whose(here.token))?.email, await whose(there.token)]).toEqual([ANNA, undefined]);
      await signOut(world.one, here.token, ANNA);
      expect([await whose(here.token), await whose("guessed")]).toEqual([undefined, undefined]);
    });

    it("is over after 7 days without use and after 30 days with it; its use is noted every ten minutes", async () => {
      await world.user(ANNA);
      const { token } = await session();
      const seenAt = async () =>
        (await world.one.reader.selectFrom("Session").select("lastSeenAt").executeTakeFirst())?.lastSeenAt;
      const began = world.now;
      world.pass(10 * MINUTE_MS - 1);
      await whose(token);
      expect(await seenAt()).toBe(began);
      world.pass(1);
      await whose(token);
      expect(await seenAt()).toBe(world.now);
      world.pass(7 * DAY_MS);
      expect(await whose(token)).toBeUndefined();
      const other = await session();
      for (let day = 0; day < 30; day += 6) {
        expect((await whose(other.token))?.email).toBe(ANNA);
        world.pass(6 * DAY_MS);
      }
      expect(await whose(other.token)).toBeUndefined();
      await session();
      expect(await world.one.reader.selectFrom("Session").selectAll().execute()).toHaveLength(1);
    });
  });

  describe("an API token", () => {
    const issue = async (changes: object = {}) => {
      const anna = await world.user(ANNA);
      const issued = await issueToken(world.one, { userId: anna.id, name: "ci", scopes: ["log:read"], ...changes }, ANNA);
      if (!issued.ok) throw new Error(issued.error.message);
      return issued.value;
    };

    it("is shown once, kept as a hash, and its use is noted every minute", async () => {
      const { token, prefix } = await issue();
      const [row] = await world.one.reader.selectFrom("ApiToken").selectAll().execute();
      expect(token).toMatch(new RegExp(`^goniec_${prefix}_[\\w-]{43}$`));
      expect(JSON.stringify([row, await world.events()])).not.toContain(token.slice(16));
      expect(await whoseToken(token)).toMatchObject({ scopes: ["log:read"], actor: `token ci of ${ANNA}` });
      const usedAt = async () => (await listApiTokens(world.one.reader))[0]?.lastUsedAt;
      const first = world.now;
      world.pass(MINUTE_MS - 1);
      await whoseToken(token);
      expect(await usedAt()).toBe(first);
      world.pass(1);
      await whoseToken(token);
      expect(await usedAt()).toBe(world.now);
    });

    it("ends when it is revoked or its time is over, and is then told once", async () => {
      const { id, token } = await issue({ expiresAt: world.now + HOUR_MS });
      world.pass(HOUR_MS - 1);
      expect((await whoseToken(token))?.email).toBe(ANNA);
      world.pass(1);
      expect(await whoseToken(token)).toBeUndefined();
      world.pass(-HOUR_MS);
      for (let times = 0; times < 2; times += 1)
        await world.one.write((trx, now) => revokeApiToken(trx, id, { actor: ANNA, now }));
      expect([await whoseToken(token), (await kinds()).filter((kind) => kind === "token-revoked")]).toEqual([
        undefined,
        ["token-revoked"],
      ]);
      const stranger = await world.one.write((trx, now) => revokeApiToken(trx, id, { actor: "x", now, userId: 99 }));
      expect(stranger).toMatchObject({ ok: false, error: { message: "there is no such token" } });
    });

    it("is refused with an unknown scope, no name, or a time that is over", async () => {
      const { id: userId } = await world.user(ANNA);
      const order = { userId, name: "ci", scopes: ["log:read"] };
      for (const wrong of [{ scopes: ["root"] }, { name: " " }, { expiresAt: world.now }])
        expect(await issueToken(world.one, { ...order, ...wrong }, ANNA)).toMatchObject({ ok: false });
    });
  });

  describe("guessing", () => {
    const fail = (changes: object = {}, people = world.one) => enter({ password: "wrong wrong", ...changes }, people);
    const refusalOf = async (tried: ReturnType<typeof enter>) => {
      const result = await tried;
      return result.ok ? "in" : result.error.kind;
    };

    it("is slowed down for all processes together, never for more than a minute", async () => {
      await world.user(ANNA);
      for (let times = 0; times < 5; times += 1)
        expect(await refusalOf(fail({}, times % 2 === 0 ? world.one : world.two))).toBe("wrong");
      expect(await enter({}, world.two)).toEqual({ ok: false, error: { kind: "wait", retryAfterMs: SECOND_MS } });
      for (let times = 0; times < 20; times += 1) {
        world.pass(MINUTE_MS);
        expect(await refusalOf(fail({ ip: `192.0.2.${times + 10}` }))).toBe("wrong");
      }
      world.pass(MINUTE_MS);
      expect(await refusalOf(enter())).toBe("in");
      expect(await refusalOf(fail())).toBe("wrong");
    });

    it("by many at once is counted try by try", async () => {
      await world.user(ANNA);
      const tries = Array.from({ length: 12 }, (_, index) => refusalOf(fail({}, index % 2 === 0 ? world.one : world.two)));
      expect((await Promise.all(tries)).filter((kind) => kind === "wrong")).toHaveLength(5);
    });

    it("of others does not delay a person at a network where they have signed in before", async () => {
      await world.user(ANNA);
      await session();
      for (let times = 0; times < 6; times += 1) await fail({ ip: "203.0.113.5" });
      expect(await refusalOf(enter({ ip: "198.51.100.1" }))).toBe("wait");
      expect(await refusalOf(enter())).toBe("in");
    });

    it("of many addresses is slowed down by the network they come from", async () => {
      await world.user(ANNA);
      for (let times = 0; times < 20; times += 1) {
        const ip = `2001:db8:1:2::${times + 1}`;
        expect(await refusalOf(fail({ email: `guess-${times}@acme.test`, ip }))).toBe("wrong");
      }
      const rows = await world.one.reader.selectFrom("SignInTry").selectAll().execute();
      expect(await refusalOf(fail({ email: "guess-21@acme.test", ip: "2001:db8:1:2::99" }))).toBe("wait");
      // Whoever comes too early leaves nothing behind.
      expect(await world.one.reader.selectFrom("SignInTry").selectAll().execute()).toEqual(rows);
      expect(JSON.stringify(rows)).not.toContain("guess");
      world.pass(HOUR_MS);
      expect(await refusalOf(enter({ ip: "2001:db8:1:2::1" }))).toBe("in");
      expect((await world.one.reader.selectFrom("SignInTry").select("key").execute()).length).toBeLessThan(4);
    });

    it("is told in the history once a minute for each user, and once for all strangers", async () => {
      await world.user(ANNA);
      for (const email of [ANNA, ANNA, "my password by mistake", "eve@acme.test"]) await fail({ email });
      const told = async () => (await world.events()).filter(({ kind }) => kind === "sign-in-failed");
      expect(await told()).toEqual([
        { kind: "sign-in-failed", actor: ANNA, data: { from: IP } },
        { kind: "sign-in-failed", actor: "somebody without a user", data: { from: IP } },
      ]);
      world.pass(MINUTE_MS);
      await fail();
      expect(await told()).toHaveLength(3);
    });

    it("is forgiven when a password is set anew", async () => {
      const anna = await world.user(ANNA);
      for (let times = 0; times < 6; times += 1) await fail();
      expect(await refusalOf(enter())).toBe("wait");
      await resetPassword(world.one, anna, PASSWORD, "command line");
      expect(await refusalOf(enter())).toBe("in");
    });
  });

  it("a sign-in link is good once, also for two who use it at the same time", async () => {
    const anna = await world.user(ANNA);
    const link = createSignInLink(world.one, anna.id);
    expect(await link.redeem("another")).toBeUndefined();
    const [first, second] = await Promise.all([link.redeem(link.token), link.redeem(link.token)]);
    expect([first?.user.email, second]).toEqual([ANNA, undefined]);
    expect((await whose(first?.token ?? ""))?.email).toBe(ANNA);
  });
});

describe("a password's hash", () => {
  it("is argon2id at OWASP's cost, opens with that password alone, and where there is none nothing does", async () => {
    const stored = await hashPassword(PASSWORD);
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect([
      await isPasswordOf(stored, PASSWORD),
      await isPasswordOf(stored, "x"),
      await isPasswordOf(undefined, PASSWORD),
    ]).toEqual([true, false, false]);
  });

  it("is made by two at once and a hundred in line; a flood beyond that is turned away", async () => {
    const hashes = Array.from({ length: 103 }, () =>
      hashPassword(PASSWORD).then(
        () => "done",
        (error: unknown) => error,
      ),
    );
    const ends = await Promise.all(hashes);
    expect(ends.filter((end) => end === "done")).toHaveLength(102);
    expect(ends.filter((end) => end instanceof HashingBusyError)).toHaveLength(1);
  });
});
