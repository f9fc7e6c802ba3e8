import { z } from "zod";
import { CHECKS, type StartCheck } from "../../domain/start-checks.ts";
import { checkLeads, type LeadsChecked } from "../../operation/lead-checks.ts";
import { campaignById } from "../../storage/campaign-edit.ts";
import { checksBeforeStart } from "../../storage/start-checks.ts";
import { viewer } from "../access.ts";
import type { Routes } from "../api.ts";
import { found } from "../problem.ts";
import { ID } from "../schemas/instants.ts";

const CHECK = z
  .object({
    check: z.enum(CHECKS),
    severity: z.enum(["blocking", "warning"]).describe("A campaign with a blocking one does not start"),
    text: z.string(),
    remedy: z.string().describe("What to do about it"),
    mailboxId: z.int().nullable(),
    subject: z.string().nullable().describe("The mailbox's address, or the field's name"),
    leads: z.int().nullable().describe("How many it concerns"),
  })
  .meta({ id: "StartCheck" });

const ANSWER = z
  .object({
    canStart: z.boolean(),
    checks: z.array(CHECK),
    leadsLooked: z.int().describe("Waiting leads that were looked at, in their order"),
    isPartial: z.boolean().describe("There are more of them"),
  })
  .meta({ id: "StartChecks" });

const NO_LEADS: LeadsChecked = { checks: [], looked: 0, isPartial: false };

/** What is to be seen to before a campaign starts. */
export const campaignCheckRoutes: Routes = (api, parts) => {
  api.get(
    "/campaigns/:id/checks",
    {
      config: { access: viewer("campaigns:read") },
      schema: {
        tags: ["campaigns"],
        summary: "Say what is missing before a campaign can start, and what would not go as meant",
        params: z.object({ id: ID }),
        response: { 200: ANSWER },
      },
    },
    async ({ params: { id } }) => {
      const { messageId } = found(await campaignById(parts.reader, id), "campaign", id);
      const checks = await checksBeforeStart(parts.reader, id, parts.clock.now());
      const leads = messageId === null ? NO_LEADS : await checkLeads(parts, id, messageId);
      return {
        canStart: checks.every(({ severity }) => severity !== "blocking"),
        checks: [...checks, ...leads.checks].map(checkWire),
        leadsLooked: leads.looked,
        isPartial: leads.isPartial,
      };
    },
  );
};

function checkWire({ mailboxId, subject, leads, ...check }: StartCheck): z.infer<typeof CHECK> {
  return { ...check, mailboxId: mailboxId ?? null, subject: subject ?? null, leads: leads ?? null };
}
