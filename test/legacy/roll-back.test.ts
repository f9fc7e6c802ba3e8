import { existsSync, renameSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { prepareRollBack, rollBack } from "../../src/legacy/roll-back.ts";
import { KINDS } from "../http/both-databases.ts";
import { MovingWorld } from "./moving-world.ts";

interface Told {
  readonly changed: boolean;
  readonly campaign: { readonly sender: string; readonly status: string };
  readonly told: {
    readonly isKnown: boolean;
    readonly mails: number;
    readonly missing: number;
    readonly missingExamples: readonly string[];
    readonly notThere: readonly string[];
    readonly problem: string | null;
  } | null;
}

interface Refusal {
  readonly errors: readonly { readonly message: string }[];
}

const messages = ({ body }: { readonly body: Refusal }): string[] => body.errors.map(({ message }) => message);

/** The campaign is Goniec's, which has mailed `mails` of its leads. */
async function takenOver(leads: number, mails: number, kind: (typeof KINDS)[number] = "sqlite"): Promise<MovingWorld> {
  const world = await MovingWorld.open({ leads, status: "PAUSED" }, kind);
  const taken = await world.cutOver();
  if (taken.status !== 200) throw new Error(taken.text);
  await world.goniecSends(mails);
  return world;
}

describe("ten times forth and back", () => {
  it("both senders mail in turns, and every lead gets one mail", { timeout: 120_000 }, async () => {
    const world = await MovingWorld.open({ leads: 22, sent: 2 });
    for (let turn = 0; turn < 10; turn += 1) {
      await world.oldSends();
      world.old.pause(world.oldId);
      const taken = await world.cutOver();
      expect([taken.status, taken.body["changed"]]).toEqual([200, true]);
      await world.goniecSends(1);
      const given = await world.rollBack<Told>({ writeBack: true });
      expect(given.body).toMatchObject({ changed: true, told: { isKnown: true, mails: turn + 1, missing: 0 } });
      world.old.resume(world.oldId);
    }
    const leads = Array.from({ length: 20 }, (_, index) => [`lead-${index + 3}@example.test`, 1]);
    expect(world.mailsByLead()).toEqual(Object.fromEntries(leads));
    expect(await world.old.sendNext(world.oldId)).toBeUndefined();
    await (await world.follower()).look();
    expect((await world.moving()).counts).toEqual({ mailedThere: 12, duplicatesThere: 0, mailedHere: 10, open: 0 });
    await world.verified();
  });
});

describe.each(KINDS)("a rollback on %s", (kind) => {
  it("says that the older sender does not know what was mailed, until it does", async () => {
    const world = await takenOver(2, 2, kind);
    const first = await world.rollBack<Told>();
    const missing = { isKnown: false, mails: 2, missing: 2, missingExamples: ["lead-1@example.test", "lead-2@example.test"] };
    expect(first.body).toMatchObject({ changed: true, campaign: { sender: "old-process" }, told: missing });
    const again = await world.rollBack<Told>({ writeBack: true });
    expect(again.body).toMatchObject({ changed: false, told: { isKnown: true, missing: 0, problem: null } });
    world.old.resume(world.oldId);
    expect(await world.old.sendNext(world.oldId)).toBeUndefined();
    // What was written there is not taken for the older sender's own mails.
    await (await world.follower()).look();
    expect((await world.moving()).counts).toEqual({ mailedThere: 0, duplicatesThere: 0, mailedHere: 2, open: 0 });
    await world.verified();
  });
});

describe("a rollback", () => {
  it("that died after the switch is ended by the next one", async () => {
    const world = await takenOver(3, 1);
    const ready = await prepareRollBack(world.app, await world.id(), "old-process");
    await world.app.write((trx, now) => rollBack(trx, ready, { actor: "test", now }));
    expect(await world.moving()).toMatchObject({ sender: "old-process", watch: "none" });
    const again = await world.rollBack<Told>({ writeBack: true });
    expect(again.body).toMatchObject({ changed: false, told: { isKnown: true, mails: 1 } });
    world.old.resume(world.oldId);
    expect([await world.oldSends(), await world.oldSends()]).toEqual(["lead-2@example.test", "lead-3@example.test"]);
    expect(Object.values(world.mailsByLead())).toEqual([1, 1, 1]);
  });

  it("is refused while a mail is on its way from here", async () => {
    const world = await takenOver(2, 1);
    const claimed = { leaseOwner: "boot-1", leaseExpiresAt: 9e15, mailboxId: 1, rfcMessageId: "<2@acme.test>" };
    const row = (values: object) =>
      world.app.write((trx) =>
        trx.updateTable("CampaignEmailQueue").set(values).where("state", "in", ["pending", "sending"]).execute(),
      );
    await row({ state: "sending", ...claimed });
    expect(messages(await world.rollBack<Refusal>())).toEqual(["Goniec has a mail on the way"]);
    await row({ state: "pending", leaseOwner: null, leaseExpiresAt: null });
    expect((await world.rollBack()).status).toBe(200);
  });

  it("is refused while the campaign runs there, or while that cannot be seen", async () => {
    const world = await takenOver(2, 1);
    world.old.resume(world.oldId);
    expect(messages(await world.rollBack<Refusal>())).toEqual(["the older sender has it as IN_PROGRESS and may mail its leads"]);
    const { path } = world.built;
    renameSync(path, `${path}.away`);
    expect(messages(await world.rollBack<Refusal>())).toEqual([expect.stringContaining("cannot be seen")]);
    expect(existsSync(path)).toBe(false);
    expect(await world.moving()).toMatchObject({ sender: "goniec" });
  });

  it("to the fallback sender needs no database, and that one goes on from the same ledger", async () => {
    const world = await takenOver(2, 1);
    renameSync(world.built.path, `${world.built.path}.away`);
    const answer = await world.rollBack<Told>({ to: "fallback" });
    expect(answer.body).toMatchObject({ changed: true, campaign: { sender: "fallback", status: "PAUSED" }, told: null });
    await world.goniecSends(1);
    expect(world.mailsByLead()).toEqual({ "lead-1@example.test": 1, "lead-2@example.test": 1 });
    expect((await world.cutOver()).body).toMatchObject({ changed: true, campaign: { sender: "goniec" } });
  });

  it("names the leads that the older sender does not have at all", async () => {
    const world = await takenOver(1, 1);
    await world.app.write((trx) => trx.deleteFrom("LegacyLead").execute());
    const answer = await world.rollBack<Told>({ writeBack: true });
    expect(answer.body.told).toMatchObject({ isKnown: true, notThere: ["lead-1@example.test"] });
  });
});
