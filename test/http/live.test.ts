import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/clock.ts";
import type { Clock } from "../../src/engine/ports.ts";
import { recordEvent } from "../../src/storage/events.ts";
import { eventually } from "../eventually.ts";
import { ManualTimers } from "../servers/manual-timers.ts";
import type { ApiWorld } from "./api-world.ts";
import { KINDS, openWorld } from "./both-databases.ts";
import { addMailbox, draft, leadsNamed } from "./campaign-world.ts";
import { EventSourceClient } from "./event-source.ts";
import { addEntries } from "./ledger-rows.ts";
import { acceptingServer, sendAll } from "./sending.ts";

const HEARTBEAT_MS = 15_000;

/** Real time, but for heartbeats, which come when the test says so. */
function clockWithManualHeartbeats(): { readonly clock: Clock; readonly timers: ManualTimers } {
  const timers = new ManualTimers();
  const setTimer: Clock["setTimer"] = (ms, fire) =>
    ms === HEARTBEAT_MS ? timers.setTimer(ms, fire) : systemClock.setTimer(ms, fire);
  return { clock: { ...systemClock, setTimer }, timers };
}

const listen = (world: ApiWorld): Promise<string> => world.server.listen({ port: 0, host: "127.0.0.1" });
const pause = (world: ApiWorld, campaignId: number, actor = "ewa") =>
  world.app.write((trx, at) => recordEvent(trx, { kind: "campaign-paused", at, actor, campaignId }));

describe.each(KINDS)("the live stream on %s", (kind) => {
  it("tells of orders, of hand-overs and their answers, and of campaigns to look at again", async () => {
    const world = await openWorld(kind);
    const server = await acceptingServer();
    const mailboxId = await addMailbox(world, "anna@acme.test", server.port);
    const campaign = await draft(world, "Spring", leadsNamed(2), { mailboxIds: [mailboxId], settings: { delayMs: 0 } });
    const client = await EventSourceClient.open(await listen(world), world.tokens.viewer);
    await client.hears("workers");
    await sendAll(world, campaign.id);
    await eventually(
      () => client.heard.filter(({ event, data }) => event === "send" && data["state"] === "sent").length >= 2,
      "both mails are told of",
      20_000,
    );
    await eventually(() => client.heard.some(({ data }) => data["kind"] === "campaign-completed"), "the end is told of", 20_000);
    expect(client.heard.find(({ data }) => data["kind"] === "campaign-started")?.data).toMatchObject({ campaignId: campaign.id });
    expect(await client.hears("campaign-changed")).toContainEqual({ campaignId: campaign.id });
  });

  it("tells a client that comes back what it has missed, also an answer to what it had heard begin", async () => {
    const world = await openWorld(kind);
    const address = await listen(world);
    const mailboxId = await addMailbox(world, "anna@acme.test");
    const { id: campaignId } = await draft(world, "Spring", leadsNamed(3));
    const first = await EventSourceClient.open(address, world.tokens.viewer);
    await first.hears("workers");
    const begun = { campaignId, leadId: 1, mailboxId, state: "transmitting" as const, handedOverAt: 1 };
    const [entryId] = await addEntries(world, [begun]);
    expect(await first.hears("send")).toEqual([expect.objectContaining({ id: entryId, state: "transmitting" })]);
    await first.hears("campaign-changed");
    first.close();
    await eventually(() => first.isOver, "the client is gone");
    await world.app.write((trx) => trx.updateTable("SendLog").set({ state: "sent", settledAt: 2 }).execute());
    await addEntries(world, [{ campaignId, leadId: 2, mailboxId }]);
    await pause(world, campaignId);
    const second = await EventSourceClient.open(address, world.tokens.viewer, { lastId: first.lastId });
    const sends = await second.hears("send", 2);
    expect(sends.map(({ id, state }) => [id, state])).toEqual([
      [entryId, "sent"],
      [(entryId ?? 0) + 1, "rejected"],
    ]);
    expect(await second.hears("event")).toEqual([expect.objectContaining({ kind: "campaign-paused" })]);
    expect(second.names()).not.toContain("reset");
  });

  it("tells a client whose id is too old, or from another database, to load anew", async () => {
    const world = await openWorld(kind);
    const address = await listen(world);
    for (const lastId of ["e0.l0-0~0", "ezzzz.l0", "nonsense"]) {
      if (lastId.startsWith("e0"))
        await world.app.write(async (trx, at) => {
          const lines = Array.from({ length: 1_100 }, () => ({ at, kind: "campaign-paused", actor: "ewa", campaignId: 1 }));
          await trx.insertInto("Event").values(lines).execute();
        });
      const client = await EventSourceClient.open(address, world.tokens.viewer, { lastId });
      await client.hears("reset");
      expect(client.names()).not.toContain("event");
    }
  });
});

describe("the live stream", () => {
  it("of one campaign tells nothing of the others", async () => {
    const world = await openWorld("sqlite");
    const [spring, summer] = [await draft(world, "Spring", leadsNamed(1)), await draft(world, "Summer", leadsNamed(1))];
    const client = await EventSourceClient.open(await listen(world), world.tokens.viewer, { query: `?campaignId=${summer.id}` });
    await client.hears("workers");
    await pause(world, spring.id, "anna");
    await pause(world, summer.id, "ewa");
    expect(await client.hears("event")).toEqual([expect.objectContaining({ actor: "ewa", campaignId: summer.id })]);
    expect(await client.hears("campaign-changed")).toEqual([{ campaignId: summer.id }]);
  });

  it("tells nothing of people and their access", async () => {
    const world = await openWorld("sqlite");
    const client = await EventSourceClient.open(await listen(world), world.tokens.viewer);
    await client.hears("workers");
    await world.app.write((trx, at) => recordEvent(trx, { kind: "signed-in", at, actor: "ewa@acme.test" }));
    await pause(world, 1);
    expect(await client.hears("event")).toEqual([expect.objectContaining({ kind: "campaign-paused" })]);
  });

  it("shows that it lives, and ends for whoever may not listen any more", async () => {
    const { clock, timers } = clockWithManualHeartbeats();
    const world = await openWorld("sqlite", { clock });
    const address = await listen(world);
    const [stays, goes] = [
      await EventSourceClient.open(address, world.tokens.owner),
      await EventSourceClient.open(address, world.tokens.viewer),
    ];
    await Promise.all([stays.hears("workers"), goes.hears("workers")]);
    await timers.fire(HEARTBEAT_MS);
    await eventually(() => stays.heartbeats === 1 && goes.heartbeats === 1, "both hear the heartbeat");
    await world.app.write((trx) =>
      trx.updateTable("User").set({ active: 0 }).where("email", "=", "viewer@example.test").execute(),
    );
    await timers.fire(HEARTBEAT_MS);
    await eventually(() => goes.isOver && stays.heartbeats === 2, "the stream of who was switched off ends");
    expect(stays.isOver).toBe(false);
  });

  it("is refused to more than so many, and there is room again when one has left", async () => {
    const world = await openWorld("sqlite");
    const address = await listen(world);
    const clients = await Promise.all(Array.from({ length: 50 }, () => EventSourceClient.open(address, world.tokens.viewer)));
    const refused = await world.ask("GET", "/events", undefined, { as: "viewer" });
    expect([refused.status, refused.headers["retry-after"]]).toEqual([503, "10"]);
    clients[0]?.close();
    await eventually(
      async () => (await EventSourceClient.open(address, world.tokens.viewer)).status === 200,
      "there is room again",
    );
  });

  it("ends at once with the server", async () => {
    const world = await openWorld("sqlite");
    const client = await EventSourceClient.open(await listen(world), world.tokens.viewer);
    await client.hears("workers");
    await world.server.close();
    await eventually(() => client.isOver, "the stream is over");
    expect(client.names()).toEqual(["workers"]);
  });

  it("lets go of a reader that does not read, and the others hear on", async () => {
    const world = await openWorld("sqlite");
    const address = await listen(world);
    const { hostname, port } = new URL(address);
    const slow = connect(Number(port), hostname).on("error", () => undefined);
    slow.pause();
    slow.write(`GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.tokens.viewer}\r\n\r\n`);
    const client = await EventSourceClient.open(address, world.tokens.owner);
    await client.hears("workers");
    const connections = () => new Promise<number>((resolve) => world.server.server.getConnections((_, count) => resolve(count)));
    await eventually(async () => (await connections()) === 2, "both are connected");
    const cause = "x".repeat(20_000);
    for (let told = 1; (await connections()) === 2; told += 50) {
      await world.app.write(async (trx, at) => {
        const lines = Array.from({ length: 50 }, () => ({ at, kind: "frozen", actor: "ewa", cause }));
        await trx.insertInto("Event").values(lines).execute();
      });
      await client.hears("event", told);
    }
    slow.destroy();
    expect(client.isOver).toBe(false);
    expect(client.names()).not.toContain("reset");
  });
});
