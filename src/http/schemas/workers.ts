import { z } from "zod";
import type { Worker } from "../../domain/engine-state.ts";
import { INSTANT, iso } from "./instants.ts";

export const WORKER = z
  .object({
    host: z.string(),
    pid: z.int(),
    version: z.string(),
    state: z
      .enum(["working", "standing-by", "silent", "dead"])
      .describe("`standing-by`: it waits for another's charge to end; `silent`: it lives, but gives no sign of life"),
    startedAt: INSTANT,
    heartbeatAt: INSTANT.describe("Its last sign of life"),
    mailsInFlight: z.int(),
  })
  .meta({ id: "Worker" });

export function workerWire({ startedAt, heartbeatAt, ...worker }: Worker): z.infer<typeof WORKER> {
  return { ...worker, startedAt: iso(startedAt), heartbeatAt: iso(heartbeatAt) };
}
