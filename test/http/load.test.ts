import { expect, it } from "vitest";
import { eventually } from "../eventually.ts";
import { ApiWorld } from "./api-world.ts";
import { addMailbox, draft, leadsNamed } from "./campaign-world.ts";
import { EventSourceClient } from "./event-source.ts";
import { acceptingServer } from "./sending.ts";

const CAMPAIGNS = 12;
const LEADS_EACH = 5;
const CLIENTS = 10;
const STREAMS = 20;
const PATHS = ["/campaigns", "/campaigns/1", "/sendlog?state=sent", "/outbox", "/outbox/now", "/unconfirmed", "/events/history"];

it("answers ten who ask all the time and tells twenty who follow, while a dozen campaigns send from one SQLite file", async () => {
  const world = await ApiWorld.open();
  const server = await acceptingServer();
  for (let number = 1; number <= CAMPAIGNS; number += 1) {
    const mailboxId = await addMailbox(world, `box-${number}@acme.test`, server.port);
    const leads = leadsNamed(CAMPAIGNS * LEADS_EACH).slice((number - 1) * LEADS_EACH, number * LEADS_EACH);
    const campaign = await draft(world, `Campaign ${number}`, leads, { mailboxIds: [mailboxId], settings: { delayMs: 0 } });
    await world.ask("POST", `/campaigns/${campaign.id}/start`);
  }
  const address = await world.server.listen({ port: 0, host: "127.0.0.1" });
  const headers = { authorization: `Bearer ${world.tokens.viewer}` };
  const streams = await Promise.all(Array.from({ length: STREAMS }, () => EventSourceClient.open(address, world.tokens.viewer)));
  await Promise.all(streams.map((stream) => stream.hears("workers")));
  const engine = await world.app.createEngine();
  engine.start();
  let isSending = true;
  const statuses: number[] = [];
  const asking = Array.from({ length: CLIENTS }, async (_, client) => {
    for (let turn = client; isSending; turn += 1) {
      const response = await fetch(`${address}/api/v1${PATHS[turn % PATHS.length]}`, { headers });
      await response.arrayBuffer();
      statuses.push(response.status);
    }
  });
  const heardOf = ({ heard }: EventSourceClient) =>
    new Set(heard.filter(({ event, data }) => event === "send" && data["state"] === "sent").map(({ data }) => data["lead"])).size;
  try {
    await eventually(
      () => streams.every((stream) => heardOf(stream) === CAMPAIGNS * LEADS_EACH),
      "all streams have told of all mails",
      50_000,
    );
  } finally {
    isSending = false;
    await Promise.all(asking);
    await engine.stop();
  }
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(server.mails).toHaveLength(CAMPAIGNS * LEADS_EACH);
});
