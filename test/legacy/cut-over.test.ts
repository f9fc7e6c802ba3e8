import { renameSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { cutOver, prepareCutOver } from "../../src/legacy/cut-over.ts";
import { loadDriver } from "../../src/storage/sqlite-file.ts";
import { KINDS } from "../http/both-databases.ts";
import { MovingWorld } from "./moving-world.ts";
import { buildOldDatabase } from "./old-database-builder.ts";

interface Refusal {
  readonly errors: readonly { readonly field: string; readonly message: string }[];
}

const messages = ({ body }: { readonly body: Refusal }): string[] => body.errors.map(({ message }) => message);

/** Five minutes and a moment: what hangs there for longer is not on its way any more. */
const STUCK_AFTER_MS = 301_000;

describe.each(KINDS)("a cut-over on %s", (kind) => {
  it("mails only whom the older sender has not, also of those mails that it made since the import", async () => {
    const world = await MovingWorld.open({ leads: 5, sent: 2 }, kind);
    const between = await world.oldSends();
    world.old.pause(world.oldId);
    const answer = await world.cutOver<{ changed: boolean; campaign: { watch: string } }>({ resume: true });
    expect(answer.body).toMatchObject({ changed: true, campaign: { sender: "goniec", status: "IN_PROGRESS", watch: "running" } });
    await world.goniecSends(2);
    const [, , third, fourth, fifth] = [1, 2, 3, 4, 5].map((number) => `lead-${number}@example.test`);
    expect(between).toBe(third);
    expect(world.mailsByLead()).toEqual({ [String(third)]: 1, [String(fourth)]: 1, [String(fifth)]: 1 });
    expect(await world.moving()).toMatchObject({ findings: [], counts: { mailedThere: 3, mailedHere: 2, open: 0 } });
    await world.verified();
  });

  it("knows also the mail that the older sender made while the switch was being prepared", async () => {
    const world = await MovingWorld.open({ leads: 3 }, kind);
    let sent: Promise<string> | undefined;
    const meanwhile: typeof world.app.write = async (work) => {
      // What was read is being written down, and the older sender works on.
      sent ??= world.oldSends();
      await sent;
      world.old.pause(world.oldId);
      return world.app.write(work);
    };
    const ready = await prepareCutOver({ ...world.app, write: meanwhile }, await world.id());
    const choices = { resume: false, acceptQuestions: false, skipWatch: false, actor: "test" };
    const taken = await world.app.write((trx, now) => cutOver(trx, ready, { ...choices, now }));
    expect(taken).toMatchObject({ ok: true, value: { changed: true } });
    expect((await world.moving()).counts).toMatchObject({ mailedThere: 1, open: 2 });
    await world.goniecSends(2);
    expect(Object.values(world.mailsByLead())).toEqual([1, 1, 1]);
  });

  it("is told once, however often it is ordered", async () => {
    const world = await MovingWorld.open({ leads: 2, status: "PAUSED" }, kind);
    expect([(await world.cutOver()).body["changed"], (await world.cutOver()).body["changed"]]).toEqual([true, false]);
    const events = world.app.reader.selectFrom("Event").select("kind").where("kind", "=", "campaign-cut-over");
    expect(await events.execute()).toHaveLength(1);
  });
});

describe("a cut-over is refused", () => {
  it("while the campaign runs there, and nothing has changed", async () => {
    const world = await MovingWorld.open({ leads: 2 });
    const answer = await world.cutOver<Refusal>({ resume: true });
    expect(answer.status).toBe(409);
    expect(messages(answer)).toEqual(["the older sender has it as IN_PROGRESS and may mail its leads"]);
    expect(await world.moving()).toMatchObject({ sender: "old-process", status: "PAUSED" });
  });

  it("while a mail is on its way there, also when that was read before; what hangs for long is unconfirmed and not mailed", async () => {
    const world = await MovingWorld.open({ leads: 2 });
    const mail = world.old.beginNext(world.oldId);
    world.old.pause(world.oldId);
    expect(messages(await world.cutOver<Refusal>())).toEqual(["the older sender has a mail on the way"]);
    await (await world.follower()).look();
    expect(messages(await world.cutOver<Refusal>())).toEqual(["the older sender has a mail on the way"]);
    world.wait(STUCK_AFTER_MS);
    expect((await world.cutOver()).status).toBe(200);
    await world.goniecSends(1);
    expect(world.mailsByLead()).toEqual({ "lead-2@example.test": 1 });
    // It comes to its end after all.
    if (mail !== undefined) await world.old.finish(mail);
    await (await world.follower()).look();
    expect(world.mailsByLead()).toEqual({ "lead-1@example.test": 1, "lead-2@example.test": 1 });
    expect((await world.moving()).counts).toMatchObject({ mailedThere: 1, mailedHere: 1, open: 0 });
  });

  it("and may be once the mail that was on its way there has ended", async () => {
    const world = await MovingWorld.open({ leads: 2 });
    const mail = world.old.beginNext(world.oldId);
    world.old.pause(world.oldId);
    expect((await world.cutOver()).status).toBe(409);
    if (mail !== undefined) await world.old.finish(mail);
    expect((await world.cutOver()).status).toBe(200);
    await world.goniecSends(1);
    expect(world.mailsByLead()).toEqual({ "lead-1@example.test": 1, "lead-2@example.test": 1 });
  });

  it("while an import is not whole, and while questions are open", async () => {
    const world = await MovingWorld.open({ leads: 1, status: "PAUSED" });
    const set = (values: object) => world.app.write((trx) => trx.updateTable("LegacyCampaign").set(values).execute());
    await set({ importedAt: null });
    expect(messages(await world.cutOver<Refusal>())).toEqual(["is not wholly imported"]);
    await set({ importedAt: 1, questions: JSON.stringify(["Is 9:00 local time?"]) });
    expect(messages(await world.cutOver<Refusal>())).toEqual(["a person has to look at it"]);
    expect((await world.cutOver({ acceptQuestions: true })).status).toBe(200);
  });

  it("while another one is watched, unless a person skips that", async () => {
    const world = await MovingWorld.open({ leads: 1, campaigns: 2, status: "PAUSED" });
    expect((await world.cutOver()).status).toBe(200);
    expect(messages(await world.cutOver<Refusal>({}, "Older 2"))).toEqual([expect.stringContaining("it is watched until")]);
    world.wait(24 * 3_600_000);
    expect((await world.cutOver({}, "Older 2")).status).toBe(200);
    expect((await world.api.ask("GET", "/migration")).body["next"]).toMatchObject({ step: "wait", campaign: "Older 2" });
  });

  it("while the older sender's database is missing, locked, or another one", async () => {
    const world = await MovingWorld.open({ leads: 1, status: "PAUSED" });
    const { path } = world.built;
    renameSync(path, `${path}.away`);
    expect(messages(await world.cutOver<Refusal>())).toEqual([expect.stringMatching(/cannot be seen: .*does not exist/)]);
    await buildOldDatabase(path, { leads: 1, status: "PAUSED", campaign: { createdAt: 1_700_000_000_000 } });
    expect(messages(await world.cutOver<Refusal>())).toEqual([expect.stringContaining("is another database than")]);
    renameSync(`${path}.away`, path);
    const file = (await loadDriver())(path, {});
    file.exec("BEGIN EXCLUSIVE");
    expect(messages(await world.cutOver<Refusal>())).toEqual([expect.stringContaining("is locked")]);
    file.exec("ROLLBACK");
    file.close();
    expect((await world.cutOver()).status).toBe(200);
  });

  it("of a campaign that is Goniec's own, and of none", async () => {
    const world = await MovingWorld.open({ leads: 1 });
    const { body } = await world.api.ask<{ id: number }>("POST", "/campaigns", { name: "own" });
    expect(messages(await world.cutOver<Refusal>({}, "own"))).toEqual([
      "did not come from an older sender, and is Goniec's already",
    ]);
    expect((await world.api.ask("POST", `/campaigns/${body.id + 1}/cut-over`, {})).status).toBe(404);
    expect((await world.api.ask("POST", `/campaigns/${body.id}/cut-over`, {}, { as: "viewer" })).status).toBe(403);
  });
});

describe("an older sender that goes on after the cut-over", () => {
  it("is noticed at the next reading, told, and its leads are not mailed again", async () => {
    const world = await MovingWorld.open({ leads: 3 });
    world.old.pause(world.oldId);
    await world.cutOver();
    world.old.resume(world.oldId);
    const lead = await world.oldSends();
    const follower = await world.follower();
    await follower.look();
    expect(await world.moving()).toMatchObject({
      watch: "alarmed",
      oldStatus: "IN_PROGRESS",
      findings: [{ kind: "older-sender-mailed", count: 1, examples: [lead] }],
    });
    await (await world.app.createAlertWatch()).look();
    expect((await world.api.ask("GET", "/alerts")).body).toMatchObject({ items: [{ kind: "older-sender-mailed" }] });
    await world.goniecSends(2);
    expect(Object.values(world.mailsByLead())).toEqual([1, 1, 1]);
    await follower.stop();
  });
});
