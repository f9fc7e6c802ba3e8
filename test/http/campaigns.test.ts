import { describe, expect, it } from "vitest";
import { ApiWorld } from "./api-world.ts";
import { KINDS, openWorld } from "./both-databases.ts";

interface Campaign {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly version: string;
  readonly settings: Record<string, unknown>;
}

describe("campaigns over HTTP", () => {
  it("makes a draft with the defaults, shows it, and lists it", async () => {
    const world = await ApiWorld.open();
    const made = await world.ask<Campaign>("POST", "/campaigns", {
      name: "Spring",
      settings: { windows: [{ days: ["mon"], from: "09:00", to: "15:00" }] },
    });
    expect(made.status).toBe(201);
    expect(made.headers["location"]).toBe(`/api/v1/campaigns/${made.body.id}`);
    expect(made.body).toMatchObject({
      name: "Spring",
      status: "DRAFT",
      settings: { zone: "Europe/Warsaw", delayMs: 90_000, perDayMax: 500 },
    });
    const shown = await world.ask<Campaign>("GET", `/campaigns/${made.body.id}`);
    expect(shown.body).toEqual(made.body);
    expect(shown.headers["etag"]).toBe(`"${made.body.version}"`);
    const listed = await world.ask<{ items: Campaign[] }>("GET", "/campaigns");
    expect(listed.body.items.map(({ name }) => name)).toEqual(["Spring"]);
  });

  it("carries a request with an Idempotency-Key out once, and answers it alike", async () => {
    const world = await ApiWorld.open();
    const once = { headers: { "idempotency-key": "k1" } };
    const first = await world.ask<Campaign>("POST", "/campaigns", { name: "Spring" }, once);
    const again = await world.ask<Campaign>("POST", "/campaigns", { name: "Spring" }, once);
    expect([again.status, again.body]).toEqual([201, first.body]);
    const other = await world.ask("POST", "/campaigns", { name: "Summer" }, once);
    expect([other.status, other.body["type"]]).toEqual([422, "urn:goniec:problem:invalid-input"]);
    expect((await world.ask<{ items: Campaign[] }>("GET", "/campaigns")).body.items).toHaveLength(1);
  });

  it("does not let the second of two overwrite what the first one changed", async () => {
    const world = await ApiWorld.open();
    const { body } = await world.ask<Campaign>("POST", "/campaigns", { name: "Spring" });
    const edit = (delayMs: number, match?: string) =>
      world.ask<Campaign>(
        "PATCH",
        `/campaigns/${body.id}`,
        { settings: { delayMs } },
        match === undefined ? {} : { headers: { "if-match": match } },
      );
    expect((await edit(60_000)).status).toBe(428);
    const answers = await Promise.all([edit(60_000, `"${body.version}"`), edit(30_000, `"${body.version}"`)]);
    expect(answers.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 412]));
  });

  it("names the field, the value and what is allowed", async () => {
    const world = await ApiWorld.open();
    const refused = await world.ask("POST", "/campaigns", { name: "Spring", settings: { zone: "Europe/Warsw" } });
    expect([refused.status, refused.body["errors"]]).toEqual([
      422,
      [
        expect.objectContaining({
          field: "settings.zone",
          value: "Europe/Warsw",
          message: expect.stringContaining("Europe/Warsaw"),
        }),
      ],
    ]);
    const odd = await world.ask("POST", "/campaigns", { name: "Spring", settings: { delayMs: "soon" }, colour: "red" });
    expect([odd.status, odd.body["errors"]]).toEqual([
      422,
      [
        expect.objectContaining({ field: "settings.delayMs", value: "soon", message: expect.stringContaining("number") }),
        expect.objectContaining({ field: "colour", value: "red", message: "there is no such field" }),
      ],
    ]);
    expect((await world.ask<{ items: Campaign[] }>("GET", "/campaigns")).body.items).toEqual([]);
  });

  it("refuses to start what cannot start, and says what is missing", async () => {
    const world = await ApiWorld.open();
    const { body } = await world.ask<Campaign>("POST", "/campaigns", { name: "Spring" });
    const started = await world.ask("POST", `/campaigns/${body.id}/start`);
    expect([started.status, started.body["detail"]]).toEqual([409, expect.stringContaining("cannot start")]);
  });

  it.each(KINDS)("lists nothing on %s when there is nothing", async (kind) => {
    const world = await openWorld(kind);
    expect((await world.ask("GET", "/campaigns")).body).toEqual({ items: [] });
  });

  it("lists page by page, and knows a cursor that is none", async () => {
    const world = await ApiWorld.open();
    for (const name of ["a", "b", "c"]) await world.ask("POST", "/campaigns", { name });
    const first = await world.ask<{ items: Campaign[]; nextCursor: string }>("GET", "/campaigns?limit=2");
    const second = await world.ask<{ items: Campaign[]; nextCursor?: string }>(
      "GET",
      `/campaigns?limit=2&cursor=${first.body.nextCursor}`,
    );
    expect([...first.body.items, ...second.body.items].map(({ name }) => name)).toEqual(["c", "b", "a"]);
    expect(second.body.nextCursor).toBeUndefined();
    expect((await world.ask("GET", "/campaigns?cursor=abc")).status).toBe(422);
  });

  it("lets a viewer look and not touch, and nobody in without signing in", async () => {
    const world = await ApiWorld.open();
    expect((await world.ask("GET", "/campaigns", undefined, { as: "viewer" })).status).toBe(200);
    expect((await world.ask("POST", "/campaigns", { name: "Spring" }, { as: "viewer" })).status).toBe(403);
    expect((await world.ask("GET", "/campaigns", undefined, { as: "nobody" })).status).toBe(401);
  });

  it("describes itself", async () => {
    const world = await ApiWorld.open();
    const document = await world.server.inject({ url: "/docs/json" });
    expect(document.json()).toMatchObject({ openapi: "3.1.0" });
  });
});
