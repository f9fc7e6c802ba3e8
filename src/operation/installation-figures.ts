import { localDay } from "../domain/days.ts";
import { engineState, isAtWork, type Worker, type WorkerState } from "../domain/engine-state.ts";
import { DAY_MS, type Instant } from "../domain/instant.ts";
import { activeCampaigns, type MailboxUse, mailboxUses, type QueueFigures, queueFigures } from "../storage/figures.ts";
import { frozenState } from "../storage/frozen.ts";
import { nextInstant } from "../storage/store.ts";
import { viewWorkers } from "./campaign-views.ts";
import type { Questions } from "./questions.ts";

export const MAILBOX_STATES = ["works", "rests", "needs-attention", "off"] as const;
export type MailboxState = (typeof MAILBOX_STATES)[number];

export interface MailboxFigures {
  readonly id: number;
  readonly state: MailboxState;
  /** What is left of its rest. */
  readonly restMs: number;
  /** Mails on today's local day, of every kind. */
  readonly today: number;
  readonly perDayMax: number | null;
}

/** The installation at one instant, in numbers. */
export interface InstallationFigures {
  readonly campaigns: { readonly running: number; readonly scheduled: number };
  readonly queue: QueueFigures;
  readonly mailboxes: readonly MailboxFigures[];
  readonly workers: Readonly<Record<WorkerState, number>>;
  /** Since the last sign of life of the worker whose process lives and which has been silent for longest; absent when none lives. */
  readonly heartbeatAgeMs?: number;
  readonly isEngineAtWork: boolean;
  readonly latenessMs: number;
  readonly isFrozen: boolean;
}

export async function installationFigures(asked: Questions): Promise<InstallationFigures> {
  const { reader, clock } = asked;
  const now = clock.now();
  const workers = await viewWorkers(asked);
  const isFrozen = (await frozenState(reader)) !== undefined;
  const living = workers.filter(({ state }) => state !== "dead");
  return {
    campaigns: await activeCampaigns(reader),
    queue: await queueFigures(reader, now),
    mailboxes: mailboxFigures(await mailboxUses(reader, daysAround(now)), now),
    workers: countStates(workers),
    ...(living.length > 0 && { heartbeatAgeMs: Math.max(0, now - Math.min(...living.map(({ heartbeatAt }) => heartbeatAt))) }),
    isEngineAtWork: isAtWork(engineState(workers)),
    latenessMs: isFrozen ? 0 : await schedulerLatenessMs(asked),
    isFrozen,
  };
}

/** How long ago the most overdue look at a running or scheduled campaign should have been made; 0 when none is overdue. */
export async function schedulerLatenessMs({ reader, clock }: Pick<Questions, "reader" | "clock">): Promise<number> {
  const dueAt = await nextInstant(reader);
  return dueAt === undefined ? 0 : Math.max(0, clock.now() - dueAt);
}

/** Wherever a mailbox is, its local day is one of these. */
function daysAround(now: Instant): string[] {
  return [now - DAY_MS, now, now + DAY_MS].map((at) => localDay("UTC", at).day);
}

function mailboxFigures(uses: readonly MailboxUse[], now: Instant): MailboxFigures[] {
  const figures = new Map<number, MailboxFigures>();
  for (const use of uses) {
    const isToday = use.day === localDay(use.zone, now).day;
    const today = isToday ? (use.used ?? 0) : (figures.get(use.id)?.today ?? 0);
    const restMs = Math.max(0, (use.restingUntil ?? 0) - now);
    figures.set(use.id, { id: use.id, state: mailboxState(use, restMs), restMs, today, perDayMax: use.perDayMax });
  }
  return [...figures.values()];
}

function mailboxState({ active, attention }: MailboxUse, restMs: number): MailboxState {
  if (active !== 1) return "off";
  if (attention !== null) return "needs-attention";
  return restMs > 0 ? "rests" : "works";
}

function countStates(workers: readonly Worker[]): Record<WorkerState, number> {
  const counts = { working: 0, "standing-by": 0, silent: 0, dead: 0 };
  for (const { state } of workers) counts[state] += 1;
  return counts;
}
