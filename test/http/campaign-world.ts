import { saveMailbox } from "../../src/storage/mailboxes.ts";
import { addLeads, type NewLead } from "../../src/storage/registry.ts";
import type { ApiWorld } from "./api-world.ts";

export interface Campaign {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly leads: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly version: string;
  readonly mailboxIds: readonly number[];
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface List<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
}

/** A mailbox whose server listens on `port` of this machine. */
export function addMailbox(world: ApiWorld, address: string, port = 25, perDayMax?: number): Promise<number> {
  const settings = { address, host: "127.0.0.1", port, security: "none", zone: "Europe/Warsaw", perDayMax } as const;
  return world.app.write((trx, now) => saveMailbox(trx, { ...settings, minGapMs: 0, sessionsMax: 1 }, undefined, now));
}

export const leadsNamed = (count: number): NewLead[] =>
  Array.from({ length: count }, (_, index) => ({
    address: `lead-${index + 1}@example.test`,
    fields: { firstName: `Ewa ${index + 1}` },
  }));

/** A draft with leads, and with the message and mailboxes that it needs to start. */
export async function draft(
  world: ApiWorld,
  name: string,
  leads: readonly NewLead[],
  { mailboxIds = [], settings = {} }: { mailboxIds?: readonly number[]; settings?: object } = {},
): Promise<Campaign> {
  const { body } = await world.ask<Campaign>("POST", "/campaigns", { name, mailboxIds, settings });
  await world.app.write((trx, now) => addLeads(trx, body.id, leads, now));
  await putMessage(world, body, { subject: "Hello {{ firstName }}", text: "How are you?" });
  return campaignNow(world, body.id);
}

export async function campaignNow(world: ApiWorld, id: number): Promise<Campaign> {
  return (await world.ask<Campaign>("GET", `/campaigns/${id}`)).body;
}

export function putMessage<T>(world: ApiWorld, campaign: Campaign, message: object) {
  return world.ask<T>("PUT", `/campaigns/${campaign.id}/message`, message, { headers: { "if-match": `"${campaign.version}"` } });
}
