import { describe, expect, it } from "vitest";
import { recordEvent } from "../../src/storage/events.ts";
import { eventually } from "../eventually.ts";
import { KINDS, openWorld } from "./both-databases.ts";
import { draft, leadsNamed, type List } from "./campaign-world.ts";

type Events = List<{ readonly id: number; readonly kind: string; readonly actor: string }>;

describe.each(KINDS)("the history on %s", (kind) => {
  it("is filtered by campaign, kind and person, and walked through by pages", async () => {
    const world = await openWorld(kind);
    const { id } = await draft(world, "Spring", leadsNamed(1));
    await draft(world, "Summer", leadsNamed(1));
    await world.app.write((trx, at) => recordEvent(trx, { kind: "campaign-paused", at, actor: "ewa", campaignId: id + 1 }));
    const kinds = async (query: string) =>
      (await world.ask<Events>("GET", `/events/history?${query}`)).body.items.map((event) => event.kind);
    const ofCampaign = await kinds(`campaignId=${id}`);
    expect(ofCampaign).toEqual(["message-changed", "campaign-created"]);
    expect(await kinds(`campaignId=${id}&kind=campaign-created`)).toEqual(["campaign-created"]);
    expect(await kinds("kind=campaign-created")).toHaveLength(2);
    expect(await kinds("actor=ewa")).toEqual(["campaign-paused"]);
    const first = await world.ask<Events>("GET", `/events/history?campaignId=${id}&limit=1`);
    expect(await kinds(`campaignId=${id}&cursor=${first.body.nextCursor}`)).toEqual(["campaign-created"]);
  });

  it("tells of people and their access to owners only", async () => {
    const world = await openWorld(kind);
    await world.app.write((trx, at) => recordEvent(trx, { kind: "signed-in", at, actor: "ewa@acme.test" }));
    await draft(world, "Spring", leadsNamed(1));
    const asked = async (as: "owner" | "viewer") =>
      (await world.ask<Events>("GET", "/events/history", undefined, { as })).body.items.map((event) => event.kind);
    expect(await asked("owner")).toContain("signed-in");
    expect(await asked("viewer")).toEqual(["message-changed", "campaign-created"]);
  });

  it("says who works here", async () => {
    const world = await openWorld(kind);
    const engine = await world.app.createEngine();
    engine.start();
    try {
      const workers = async () => (await world.ask<List<object>>("GET", "/workers", undefined, { as: "viewer" })).body.items;
      await eventually(async () => (await workers()).length === 1, "the worker is registered");
      expect(await workers()).toEqual([expect.objectContaining({ pid: process.pid, state: "working", mailsInFlight: 0 })]);
    } finally {
      await engine.stop();
    }
  });
});
