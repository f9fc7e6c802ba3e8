import { onTestFinished } from "vitest";
import { eventually } from "../eventually.ts";
import { type AcceptingServer, startAcceptingServer } from "../servers/accepting-server.ts";
import type { ApiWorld } from "./api-world.ts";
import { campaignNow } from "./campaign-world.ts";

/** A mail server that takes everything; it ends with the test. */
export async function acceptingServer(): Promise<AcceptingServer> {
  const server = await startAcceptingServer({ security: "none" });
  onTestFinished(() => server.close());
  return server;
}

/** Starts the campaign by the API, and lets an engine send it to its end. */
export async function sendAll(world: ApiWorld, campaignId: number): Promise<void> {
  const started = await world.ask("POST", `/campaigns/${campaignId}/start`);
  if (started.status !== 200) throw new Error(started.text);
  const engine = await world.app.createEngine();
  engine.start();
  try {
    await eventually(async () => (await campaignNow(world, campaignId)).status === "COMPLETED", "the campaign is completed");
  } finally {
    await engine.stop();
  }
}
