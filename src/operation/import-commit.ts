import type { Transaction } from "kysely";
import type { ImportedLead, LeadBatch } from "../leads/read-leads.ts";
import { campaignForLeads, reopenForLeads } from "../storage/campaign-leads.ts";
import { holdForEdit } from "../storage/campaign-edit.ts";
import { advanceImport, leaveImport } from "../storage/import-work.ts";
import { importById } from "../storage/imports.ts";
import { startCampaign } from "../storage/lifecycle.ts";
import { addLeads } from "../storage/registry.ts";
import type { Database } from "../storage/schema.ts";
import { batchesOf, failImport, type ImportRun, LEASE_MS, leaveForNext, type RunEnd } from "./import-run.ts";
import { recordImport } from "./imports.ts";

type Trx = Transaction<Database>;

/**
 * Brings the file's leads in, a batch in a transaction that also says how far the work is: wherever a process dies, the next one goes on
 * behind the last batch that was committed, and no lead is brought in twice or left out.
 */
export async function bringIn(run: ImportRun): Promise<RunEnd> {
  for await (const batch of batchesOf(run)) {
    const rest = restOf(batch, run.row.readTo);
    if (rest.rows === 0) continue;
    if (run.isStopping()) return leaveForNext(run);
    const step = await run.parts.write((trx, now) => bringBatch(trx, run, rest, now));
    if (step === "lost") return "lost";
    if (step !== "done") return failImport(run, step.problem);
  }
  return finish(run);
}

/** What is still to be done of a batch. */
interface Rest {
  readonly leads: readonly ImportedLead[];
  readonly rows: number;
  readonly lastRow: number;
}

/** By the rows' numbers and not by their count, because a later version may cut the file into other batches. */
function restOf(batch: LeadBatch, readTo: number): Rest {
  const leads = batch.leads.filter(({ row }) => row > readTo);
  const rejected = batch.rejected.filter(({ row }) => row > readTo);
  const lastRow = Math.max(leads.at(-1)?.row ?? 0, rejected.at(-1)?.row ?? 0);
  return { leads, rows: leads.length + rejected.length, lastRow };
}

async function bringBatch(
  trx: Trx,
  run: ImportRun,
  rest: Rest,
  now: number,
): Promise<"done" | "lost" | { readonly problem: string }> {
  const { held, row } = run;
  const campaignId = row.campaignId ?? 0;
  if (!(await advanceImport(trx, held, { readTo: rest.lastRow }, LEASE_MS, now))) return "lost";
  // Before the leads: a transaction holds its campaign first.
  await holdForEdit(trx, campaignId);
  const campaign = await campaignForLeads(trx, campaignId);
  if (!campaign.ok) return { problem: `campaign ${campaign.error.value} ${campaign.error.message}` };
  const { added, known } = await addLeads(trx, campaignId, rest.leads, now);
  // It was open when the import began, and has run out of leads meanwhile.
  if (campaign.value === "COMPLETED" && added > 0) await goOn(trx, campaignId, row.createdBy, now);
  await trx
    .updateTable("Import")
    .set((eb) => ({
      rowsDone: eb("rowsDone", "+", rest.rows),
      added: eb("added", "+", added),
      known: eb("known", "+", known),
    }))
    .where("id", "=", held.id)
    .execute();
  return "done";
}

async function goOn(trx: Trx, campaignId: number, actor: string, now: number): Promise<void> {
  const started = await startCampaign(trx, campaignId, actor, now);
  if (!started.ok) await reopenForLeads(trx, campaignId, actor, now);
}

async function finish({ parts, held }: ImportRun): Promise<RunEnd> {
  const isOurs = await parts.write(async (trx, now) => {
    if (!(await leaveImport(trx, held, { state: "done" }, now))) return false;
    const row = await importById(trx, held.id);
    if (row !== undefined) await recordImport(trx, row, "import-done", { actor: row.createdBy, now });
    return true;
  });
  return isOurs ? "ended" : "lost";
}
