import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { CrashWorld } from "../crash/crash-world.ts";
import { eventually } from "../eventually.ts";
import { TcpProxy } from "../servers/tcp-proxy.ts";
import { expectVerified } from "../verified.ts";

const VICTIM = "lead-2@example.test";

let world: CrashWorld;
let way: TcpProxy;

beforeEach(async () => {
  world = await CrashWorld.open(inject("postgresUrl"));
  const { hostname, port } = new URL(world.database);
  way = await TcpProxy.start(hostname, Number(port));
});

afterEach(async (context) => {
  await way.close();
  await world.close(context.task.result?.state === "fail");
});

describe("a worker that is cut off from the database in the middle of a mail", () => {
  it("before its intent: the connection to the mail's server breaks without the dot, and another worker delivers it", async () => {
    await world.campaign(4, {}, 1);
    const cutOff = await frozenBeforeIntent();
    way.reset();
    cutOff.child.kill("SIGCONT");
    await eventually(() => ofVictim()?.end === "broken", "the connection to the mail's server is broken");
    expect(world.deliveriesTo(VICTIM)).toBe(0);
    await expectTakenOver(() => way.restore());
    expect(cutOff.points).not.toContain(`after-intent ${VICTIM}`);
  });

  it("before its intent, in silence: another takes the mail over, and when the way is open again no second one follows", async () => {
    await world.campaign(4, {}, 1);
    const cutOff = await frozenBeforeIntent();
    way.silence();
    cutOff.child.kill("SIGCONT");
    way.dropServerSide();
    await expectTakenOver(() => way.restore());
    await eventually(() => cutOff.points.includes(`after-outcome ${VICTIM}`), "the one that was cut off has given up");
    expect(cutOff.points).not.toContain(`after-intent ${VICTIM}`);
    expect(world.deliveriesTo(VICTIM)).toBe(1);
  });

  it("after the dot: the mail is unconfirmed until the late answer gets through, which makes it sent", async () => {
    await world.campaign(4, {}, 1);
    const answer = heldAnswer();
    const cutOff = world.run({ database: throughTheWay() });
    await eventually(() => world.deliveriesTo(VICTIM) === 1, "the server has the mail");
    way.silence();
    way.dropServerSide();
    world.run();
    await eventually(async () => (await world.stateOf(VICTIM)) === "unconfirmed", "another worker cannot know and says so");
    answer.release();
    await eventually(() => cutOff.points.includes(`accepted ${VICTIM}`), "the one that is cut off hears the answer");
    expect(await world.stateOf(VICTIM)).toBe("unconfirmed");
    way.restore();
    await eventually(async () => (await world.stateOf(VICTIM)) === "sent", "the late answer is evidence");
    await world.completed();
    expect((await world.report()).counts.sent).toBe(4);
    expect(world.duplicates()).toEqual([]);
    await expectVerified(world.app.reader);
  });
});

function throughTheWay(): string {
  const url = new URL(world.database);
  url.hostname = "127.0.0.1";
  url.port = String(way.port);
  return url.href;
}

async function frozenBeforeIntent() {
  const cutOff = world.run({ point: "before-intent", address: VICTIM, signal: "SIGSTOP", database: throughTheWay() });
  await eventually(() => cutOff.points.includes(`before-intent ${VICTIM}`), "a worker is about to commit its intent");
  return cutOff;
}

/** Another worker sends what is left, also the mail that the cut-off one had claimed; then the way opens. */
async function expectTakenOver(restore: () => void): Promise<void> {
  const successor = world.run();
  await world.completed();
  expect(successor.points).toContain(`after-outcome ${VICTIM}`);
  restore();
  expect(world.deliveriesTo(VICTIM)).toBe(1);
  expect(world.duplicates()).toEqual([]);
  expect((await world.report()).counts.sent).toBe(4);
  await expectVerified(world.app.reader);
}

/** The transaction that was the last to begin: with one mailbox and one worker it is the frozen one's. */
const ofVictim = () => world.server.transactions.at(-1);

function heldAnswer(): { release(): void } {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  world.server.onDelivery = ({ to }) => (to === VICTIM ? released : undefined);
  return { release };
}
