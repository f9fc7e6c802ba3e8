import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import type { App } from "../app.ts";
import { type Config, keyFileOf } from "../config.ts";
import { durationText } from "../domain/duration.ts";
import { isAtWork } from "../domain/engine-state.ts";
import { frozenText, RELEASE_REMEDY } from "../domain/frozen.ts";
import { MINUTE_MS, SECOND_MS } from "../domain/instant.ts";
import { viewEngine } from "../operation/campaign-views.ts";
import { memoryFileOf } from "../operation/instance-memory.ts";
import { frozenState } from "../storage/frozen.ts";
import { mostOverdueCampaign } from "../storage/health.ts";
import { type Examination, inOrder, wrong } from "./examination.ts";

export async function examineFrozen(app: App): Promise<Examination> {
  const frozen = await frozenState(app.reader);
  return frozen === undefined ? inOrder("frozen", "it is not") : wrong("frozen", frozenText(frozen), RELEASE_REMEDY);
}

/** What has to be written, by whom this program runs as now. */
export function examinePermissions(app: App, config: Config): Examination {
  const memory = memoryFileOf(config.database, keyFileOf(config));
  const ofDatabase = app.kind === "sqlite" ? [config.database, dirname(config.database)] : [];
  const refused = [...ofDatabase, dirname(memory), memory].filter((path) => existsSync(path) && !mayWrite(path));
  return refused.length === 0
    ? inOrder("permissions", "what goniec writes may be written")
    : wrong("permissions", `may not be written: ${refused.join(", ")}`, "give them to the user that goniec runs as");
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** An engine looks at what is due within a moment; a minute means that it is stuck, or has far too much to do. */
const LATE_AFTER_MS = MINUTE_MS;

/** Whether what is due is looked at; asked only where somebody should be looking. */
export async function examineLateness(app: App): Promise<Examination> {
  const check = "scheduler";
  const now = app.clock.now();
  if (!isAtWork(await viewEngine(app)) || (await frozenState(app.reader)) !== undefined)
    return inOrder(check, "nobody is at work");
  const overdue = await mostOverdueCampaign(app.reader, now);
  const lateMs = overdue === undefined ? 0 : now - overdue.dueAt;
  if (overdue === undefined || lateMs <= LATE_AFTER_MS) return inOrder(check, "what is due is looked at in time");
  const late = durationText(Math.round(lateMs / SECOND_MS) * SECOND_MS);
  return wrong(
    check,
    `campaign ${overdue.name} was due ${late} ago, and nobody has looked at it`,
    "read the log of the process in charge; start it anew when it says nothing",
  );
}
