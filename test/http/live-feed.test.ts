import { describe, expect, it, onTestFinished } from "vitest";
import type { App } from "../../src/app.ts";
import type { FeedMessage } from "../../src/operation/live-feed.ts";
import { LiveFeed } from "../../src/operation/live-feed.ts";
import { recordEvent } from "../../src/storage/events.ts";
import type { ApiWorld } from "./api-world.ts";
import { KINDS, openWorld } from "./both-databases.ts";
import { addMailbox, draft, leadsNamed } from "./campaign-world.ts";
import { addEntries } from "./ledger-rows.ts";

/** Follows a database as a process of its own would: it looks when the test says so, by a clock that the test moves. */
class Following {
  nowMs = 0;
  lastId = "";
  #heard: readonly FeedMessage[] = [];
  readonly #feed: LiveFeed;

  constructor(app: App, lastId?: string) {
    const now = app.clock.now();
    const clock = { now: () => now + this.nowMs, monotonicMs: () => this.nowMs, setTimer: () => () => undefined };
    this.#feed = new LiveFeed({ ...app, clock });
    const hear = (messages: readonly FeedMessage[], id: string): void => {
      this.#heard = messages;
      this.lastId = id;
    };
    this.#feed.join({ hear }, lastId);
    onTestFinished(() => this.#feed.close());
  }

  /** What is heard by one look: orders by who gave them, sends by their states, the rest by its name. */
  async look(afterMs = 0): Promise<string[]> {
    this.nowMs += afterMs;
    this.#heard = [];
    await this.#feed.look();
    return this.#heard.filter(({ name }) => name !== "workers").map(wordOf);
  }
}

function wordOf(message: FeedMessage): string {
  if (message.name === "event") return message.line.actor;
  return message.name === "send" ? message.entry.state : message.name;
}

const orders = async (following: Following): Promise<string[]> =>
  (await following.look()).filter((word) => word !== "campaign-changed");

const order = (world: ApiWorld, actor: string, untilCommit: Promise<void> = Promise.resolve()) =>
  world.app.write(async (trx, at) => {
    await recordEvent(trx, { kind: "campaign-paused", at, actor, campaignId: 1 });
    await untilCommit;
  });

/** An order of Anna's that has its id, and is not committed before `commit`; Ewa's came later and is. */
async function overtaken(world: ApiWorld): Promise<{ commit(): Promise<void> }> {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let begun = (): void => undefined;
  const hasId = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const annas = world.app.write(async (trx, at) => {
    await recordEvent(trx, { kind: "campaign-paused", at, actor: "anna", campaignId: 1 });
    begun();
    await held;
  });
  await hasId;
  await order(world, "ewa");
  return {
    async commit() {
      release();
      await annas;
    },
  };
}

describe("where transactions commit in another order than that of their ids", () => {
  it("whoever follows hears of the later one too, and of each once", async () => {
    const world = await openWorld("postgres");
    const following = new Following(world.app);
    await following.look();
    const { commit } = await overtaken(world);
    expect(await orders(following)).toEqual(["ewa"]);
    expect(await orders(following)).toEqual([]);
    await commit();
    expect(await orders(following)).toEqual(["anna"]);
    expect(await orders(following)).toEqual([]);
  });

  it("whoever comes back to another process hears of what was committed meanwhile below its id", async () => {
    const world = await openWorld("postgres");
    const before = new Following(world.app);
    await before.look();
    const { commit } = await overtaken(world);
    expect(await orders(before)).toEqual(["ewa"]);
    await commit();
    expect(await orders(new Following(world.app, before.lastId))).toEqual(["anna"]);
  });

  it("whoever is the first to follow hears of what is on its way", async () => {
    const world = await openWorld("postgres");
    const { commit } = await overtaken(world);
    const following = new Following(world.app);
    expect(await orders(following)).toEqual([]);
    await commit();
    expect(await orders(following)).toEqual(["anna"]);
  });
});

describe.each(KINDS)("whoever follows on %s", (kind) => {
  it("hears the answer to a mail that was under way when it came", async () => {
    const world = await openWorld(kind);
    const mailboxId = await addMailbox(world, "anna@acme.test");
    const test = { kind: "test" as const, step: null, mailboxId };
    await addEntries(world, [{ ...test, state: "transmitting", handedOverAt: 1 }]);
    const following = new Following(world.app);
    expect(await following.look()).toEqual([]);
    await world.app.write((trx) => trx.updateTable("SendLog").set({ state: "sent", settledAt: 2 }).execute());
    expect(await following.look()).toEqual(["sent"]);
    expect(await following.look()).toEqual([]);
  });

  it("hears of a campaign at most once a second, and of its last change always", async () => {
    const world = await openWorld(kind);
    await draft(world, "Spring", leadsNamed(1));
    const following = new Following(world.app);
    await following.look();
    await order(world, "anna");
    expect(await following.look()).toEqual(["anna", "campaign-changed"]);
    await order(world, "ewa");
    expect(await following.look(400)).toEqual(["ewa"]);
    expect(await following.look(400)).toEqual([]);
    expect(await following.look(400)).toEqual(["campaign-changed"]);
    expect(await following.look(2_000)).toEqual([]);
  });

  it("hears the end of what happens at once in more than anybody reads, and that all has to be loaded where that is too much", async () => {
    const world = await openWorld(kind);
    const { id: campaignId } = await draft(world, "Spring", leadsNamed(1));
    const mailboxId = await addMailbox(world, "anna@acme.test");
    const following = new Following(world.app);
    await following.look();
    const many = (count: number) =>
      addEntries(
        world,
        Array.from({ length: count }, () => ({ campaignId, leadId: 1, mailboxId })),
      );
    await many(300);
    const words = await following.look();
    expect([words.length, words.at(-1)]).toEqual([201, "campaign-changed"]);
    await many(1_001);
    expect(await following.look()).toEqual(["reset"]);
    await many(1);
    expect(await following.look(2_000)).toEqual(["rejected", "campaign-changed"]);
  });

  it("hears how far an import has come, once for each step", async () => {
    const world = await openWorld(kind);
    const following = new Following(world.app);
    await following.look();
    const now = world.app.clock.now();
    await world.app.write((trx) =>
      trx
        .insertInto("Import")
        .values({
          ...{ fileName: "leads.csv", bytes: 1, state: "importing", format: "{}", rowsDone: 0, readTo: 0, added: 0, known: 0 },
          ...{ rejected: 0, createdBy: "ewa", createdAt: now, updatedAt: now },
        })
        .execute(),
    );
    expect(await following.look(1_000)).toEqual(["import"]);
    expect(await following.look(1_000)).toEqual([]);
    await world.app.write((trx) =>
      trx
        .updateTable("Import")
        .set({ rowsDone: 500, updatedAt: now + 1 })
        .execute(),
    );
    expect(await following.look(1_000)).toEqual(["import"]);
  });
});
