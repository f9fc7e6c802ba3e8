import { suppress } from "../storage/leads.ts";
import { cancelCampaign, pauseCampaign, resumeCampaign } from "../storage/lifecycle.ts";
import { changeMailboxRules, changeSettings, switchMailbox } from "../storage/registry.ts";
import type { ScenarioEvent } from "./scenario.ts";
import type { World } from "./world.ts";

/** Makes a scenario's event happen now, by the functions that people's own orders go through. */
export async function apply(world: World, event: ScenarioEvent, index: number): Promise<void> {
  await happen(world, event);
  const at = world.clock.now();
  world.recorder.add({ type: "applied", at, event: index });
  if ("forMs" in event && event.forMs !== undefined) {
    world.clock.setTimer(event.forMs, () => world.recorder.add({ type: "reverted", at: world.clock.now(), event: index }));
  }
}

async function happen(world: World, event: ScenarioEvent): Promise<void> {
  switch (event.do) {
    case "start":
      return world.start(event.campaign);
    case "pause":
      return world.changeStatus(event.campaign, pauseCampaign);
    case "resume":
      return world.changeStatus(event.campaign, resumeCampaign);
    case "cancel":
      return world.changeStatus(event.campaign, cancelCampaign);
    case "cut-over":
      return world.changeSender(event.campaign, "goniec");
    case "roll-back":
      return world.changeSender(event.campaign, "fallback");
    case "update-campaign":
      return updateCampaign(world, event);
    case "update-mailbox":
      return updateMailbox(world, event);
    case "add-leads":
      return world.addLeads(event.campaign, event.leads);
    case "suppress":
      return world.order((trx, now) => suppress(trx, event.lead, "asked not to be written to", "scenario", now));
    case "stop":
      return Promise.all(workersOf(world, event.worker).map((number) => world.stop(number, event.forMs))).then(() => undefined);
    case "crash":
      if (event.when !== undefined) return world.dieAt(event.when.point, event.when.lead, event.forMs);
      return workersOf(world, event.worker).forEach((number) => world.crash(number, event.forMs));
    case "smtp":
      return world.servers.obey(event);
    case "clock":
      return stepClock(world, event.byMs);
    case "database":
      // Another program holds the database; everybody else waits, as they would for a backup tool that locks it.
      return world.database.holdFor(event.forMs);
  }
}

function workersOf(world: World, worker: number | undefined): readonly number[] {
  return worker === undefined ? world.workerNumbers : [worker];
}

async function updateCampaign(world: World, event: Extract<ScenarioEvent, { do: "update-campaign" }>): Promise<void> {
  const campaign = world.campaign(event.campaign);
  campaign.settings = { ...campaign.settings, ...event.set };
  await world.order((trx, now) => changeSettings(trx, campaign.id, campaign.settings, "scenario", now));
}

async function updateMailbox(world: World, event: Extract<ScenarioEvent, { do: "update-mailbox" }>): Promise<void> {
  const id = world.mailboxes.get(event.mailbox);
  if (id === undefined) throw new Error(`the scenario was read, so it has no unknown mailbox ${event.mailbox}`);
  const { active, ...rules } = event.set;
  await world.order(async (trx, now) => {
    await changeMailboxRules(trx, id, rules, "scenario", now);
    if (active !== undefined) await switchMailbox(trx, id, active, "scenario", now);
  });
}

function stepClock(world: World, byMs: number): void {
  const at = world.clock.now();
  world.clock.step(byMs);
  world.recorder.add({ type: "clock", at, to: world.clock.now() });
}
