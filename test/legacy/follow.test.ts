import { renameSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { OldSendersFollower } from "../../src/legacy/follow.ts";
import { KINDS } from "../http/both-databases.ts";
import { MovingWorld } from "./moving-world.ts";

const follower = ({ app }: MovingWorld, owner: string) => new OldSendersFollower({ ...app, owner });

async function source({ app }: MovingWorld) {
  return app.reader.selectFrom("LegacySource").select(["problem", "readAt"]).executeTakeFirstOrThrow();
}

describe.each(KINDS)("following an older sender on %s", (kind) => {
  it("brings in what it mails, and lays the plan to compare with", async () => {
    const world = await MovingWorld.open({ leads: 4, sent: 1 }, kind);
    const one = follower(world, "one");
    await one.look();
    expect((await world.moving()).counts).toMatchObject({ mailedThere: 1, open: 3 });
    await world.oldSends();
    await one.look();
    expect((await world.moving()).counts).toMatchObject({ mailedThere: 2, open: 2 });
    await world.oldSends();
    await one.look();
    // Nobody has written to it since.
    await one.look();
    expect((await world.moving()).counts).toMatchObject({ mailedThere: 3, duplicatesThere: 0, open: 1 });
    world.old.pause(world.oldId);
    await one.look();
    expect(await world.moving()).toMatchObject({ oldStatus: "PAUSED", counts: { mailedThere: 3 } });
    expect(await world.app.reader.selectFrom("ShadowMail").select("leadId").execute()).not.toEqual([]);
  });

  it("is done by one process at a time, until that one stops or its time is over", async () => {
    const world = await MovingWorld.open({ leads: 1 }, kind);
    const [one, two, three] = ["one", "two", "three"].map((owner) => follower(world, owner));
    expect([await one?.look(), await two?.look(), await one?.look()]).toEqual([true, false, true]);
    await one?.stop();
    expect(await two?.look()).toBe(true);
    if (kind === "postgres") return;
    // The second one has died.
    world.wait(301_000);
    expect(await three?.look()).toBe(true);
  });
});

describe("a database that cannot be read", () => {
  it("is a problem of its source that goes away, and nothing else stops", async () => {
    const world = await MovingWorld.open({ leads: 2 });
    const one = follower(world, "one");
    await one.look();
    const { readAt } = await source(world);
    world.old.pause(world.oldId);
    await world.cutOver();
    const { path } = world.built;
    renameSync(path, `${path}.away`);
    world.wait(60_000);
    await one.look();
    expect((await source(world)).problem).toContain("does not exist");
    expect((await world.moving()).findings).toMatchObject([{ kind: "source-unreadable" }]);
    renameSync(`${path}.away`, path);
    await one.look();
    const after = await source(world);
    expect(after.problem).toBeNull();
    expect(after.readAt).toBeGreaterThan(readAt ?? 0);
    expect((await world.moving()).findings).toEqual([]);
  });
});
