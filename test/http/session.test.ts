import { describe, expect, it } from "vitest";
import { systemRandom } from "../../src/clock.ts";
import { setUpToken } from "../../src/operation/set-up.ts";
import { ApiWorld } from "./api-world.ts";
import { emptyWorld, type World } from "./empty-world.ts";

const OWNER = { name: "Olga", email: "olga@example.test", password: "a long sentence of mine" };
const SAME_SITE = { origin: "http://goniec.test", host: "goniec.test" };

async function cookieOf(world: World): Promise<string> {
  const token = await setUpToken({ ...world.app, chance: systemRandom });
  const made = await world.post("/setup", { ...OWNER, token });
  expect(made.statusCode).toBe(200);
  return made.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
}

describe("the first start", () => {
  it("makes whoever has the link the owner, signs them in, and makes nobody else one", async () => {
    const world = await emptyWorld();
    expect((await world.get("/setup")).json()).toEqual({ needed: true });
    const token = await setUpToken({ ...world.app, chance: systemRandom });
    const answers = await Promise.all(
      ["olga", "otto"].map((name) => world.post("/setup", { ...OWNER, email: `${name}@example.test`, token })),
    );
    expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([200, 409]);
    expect((await world.get("/setup")).json()).toEqual({ needed: false });
    const [cookie] = answers.flatMap(({ cookies }) => cookies);
    expect(cookie).toMatchObject({ name: "goniec_session", httpOnly: true, sameSite: "Lax", path: "/" });
  });

  it("refuses a link of another installation, and a password that anybody guesses, saying why", async () => {
    const world = await emptyWorld();
    expect((await world.post("/setup", { ...OWNER, token: "guessed" })).statusCode).toBe(403);
    const token = await setUpToken({ ...world.app, chance: systemRandom });
    const weak = await world.post("/setup", { ...OWNER, password: "password123", token });
    expect([weak.statusCode, weak.json()]).toEqual([
      422,
      expect.objectContaining({ errors: [expect.objectContaining({ field: "password", value: "" })] }),
    ]);
  });
});

describe("a session", () => {
  it("begins with the right password and ends with signing out", async () => {
    const world = await emptyWorld();
    await cookieOf(world);
    expect((await world.post("/session", { email: OWNER.email, password: "wrong" })).statusCode).toBe(401);
    const entered = await world.post("/session", { email: "OLGA@example.test", password: OWNER.password });
    const cookie = `goniec_session=${entered.cookies[0]?.value}`;
    expect((await world.get("/session", { cookie })).json()).toMatchObject({
      user: { email: OWNER.email, role: "owner" },
      scopes: null,
    });
    expect((await world.delete("/session", { cookie, ...SAME_SITE })).statusCode).toBe(204);
    expect((await world.get("/session", { cookie })).statusCode).toBe(401);
  });

  it("is told when the next try may come, after too many wrong ones", async () => {
    const world = await emptyWorld();
    await cookieOf(world);
    const tries: { statusCode: number; headers: Record<string, unknown> }[] = [];
    for (let count = 0; count < 12; count += 1)
      tries.push(await world.post("/session", { email: OWNER.email, password: "wrong" }));
    const refused = tries.find(({ statusCode }) => statusCode === 429);
    expect(Number(refused?.headers["retry-after"])).toBeGreaterThan(0);
  });

  it("lets no other site act with its cookie, whatever the request looks like", async () => {
    const world = await emptyWorld();
    const cookie = await cookieOf(world);
    const make = (headers: Record<string, string>) => world.post("/campaigns", { name: "Spring" }, { cookie, ...headers });
    const foreign = [
      { origin: "http://evil.test", host: "goniec.test" },
      { origin: "http://goniec.test:81", host: "goniec.test" },
      { origin: "null", host: "goniec.test" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      {},
    ];
    for (const headers of foreign) expect([headers, (await make(headers)).statusCode]).toEqual([headers, 403]);
    expect((await world.get("/campaigns", { cookie })).json()).toEqual({ items: [] });
    expect((await make(SAME_SITE)).statusCode).toBe(201);
  });

  it("ends everywhere else when the password changes, and a token cannot change it", async () => {
    const world = await emptyWorld();
    const first = await cookieOf(world);
    const entered = await world.post("/session", { email: OWNER.email, password: OWNER.password });
    const second = `goniec_session=${entered.cookies[0]?.value}`;
    const change = { oldPassword: OWNER.password, password: "another long sentence" };
    expect((await world.put("/session/password", change, { cookie: second, ...SAME_SITE })).statusCode).toBe(204);
    expect((await world.get("/session", { cookie: first })).statusCode).toBe(401);
    expect((await world.get("/session", { cookie: second })).statusCode).toBe(200);
  });
});

describe("an API token", () => {
  it("can do what its scopes and its person's role allow, until it is revoked", async () => {
    const world = await ApiWorld.open();
    const issued = await world.ask<{ id: number; token: string }>("POST", "/tokens", {
      name: "report",
      scopes: ["campaigns:read"],
    });
    const headers = { authorization: `Bearer ${issued.body.token}` };
    expect((await world.ask("GET", "/campaigns", undefined, { as: "nobody", headers })).status).toBe(200);
    const denied = await world.ask("POST", "/campaigns", { name: "Spring" }, { as: "nobody", headers });
    expect([denied.status, denied.body["detail"]]).toEqual([403, expect.stringContaining("campaigns:write")]);
    expect((await world.ask("DELETE", `/tokens/${issued.body.id}`)).status).toBe(204);
    expect((await world.ask("GET", "/campaigns", undefined, { as: "nobody", headers })).status).toBe(401);
  });

  it("makes no token that can do more than itself", async () => {
    const world = await ApiWorld.open();
    const issued = await world.ask<{ token: string }>("POST", "/tokens", { name: "narrow", scopes: ["settings:write"] });
    const headers = { authorization: `Bearer ${issued.body.token}` };
    const wider = await world.ask("POST", "/tokens", { name: "wide", scopes: ["users:write"] }, { as: "nobody", headers });
    expect(wider.status).toBe(403);
  });

  it("is seen and revoked by its person and by owners only", async () => {
    const world = await ApiWorld.open();
    const issued = await world.ask<{ id: number }>("POST", "/tokens", { name: "mine", scopes: ["campaigns:read"] });
    const seen = await world.ask<{ items: { email: string }[] }>("GET", "/tokens", undefined, { as: "viewer" });
    expect(new Set(seen.body.items.map(({ email }) => email))).toEqual(new Set(["viewer@example.test"]));
    expect((await world.ask("DELETE", `/tokens/${issued.body.id}`, undefined, { as: "viewer" })).status).toBe(404);
    expect((await world.ask("DELETE", `/tokens/${issued.body.id}`)).status).toBe(204);
  });
});

describe("users", () => {
  it("always keep an owner who can sign in", async () => {
    const world = await ApiWorld.open();
    const { body } = await world.ask<{ items: { id: number; role: string; version: string }[] }>("GET", "/users");
    const owner = body.items.find(({ role }) => role === "owner");
    const headers = { "if-match": `"${owner?.version}"` };
    for (const change of [{ role: "viewer" }, { active: false }]) {
      expect((await world.ask("PATCH", `/users/${owner?.id}`, change, { headers })).status).toBe(409);
    }
    expect((await world.ask("DELETE", `/users/${owner?.id}`)).status).toBe(409);
  });
});
