import { z } from "zod";
import { FREEZE_REASONS, type Frozen } from "../../domain/frozen.ts";
import { releaseInstance } from "../../operation/arrival.ts";
import { frozenState } from "../../storage/frozen.ts";
import { VERSION } from "../../version.ts";
import { owner, viewer } from "../access.ts";
import type { Api, Routes } from "../api.ts";
import { principalOf } from "../change.ts";
import type { Parts } from "../parts.ts";
import { ProblemError } from "../problem.ts";
import { INSTANT, iso, isoOrNull } from "../schemas/instants.ts";
import { PHRASE_OR_NULL, phraseWire } from "../schemas/phrases.ts";

const TAGS = ["operation"];

const FROZEN = z
  .object({
    since: INSTANT,
    reason: z.enum(FREEZE_REASONS),
    text: z.string().describe("What happened, in one sentence"),
    textPhrase: PHRASE_OR_NULL,
    backupMadeAt: INSTANT.nullable(),
    missed: z
      .array(z.object({ campaign: z.string(), handOvers: z.int(), kept: z.int(), addresses: z.array(z.string()) }))
      .describe("By campaign, the mails of which the database would not know by itself"),
  })
  .meta({ id: "Frozen" });

const SYSTEM = z
  .object({
    version: z.string(),
    database: z.enum(["sqlite", "postgres"]),
    frozen: FROZEN.nullable().describe("Why nothing leaves until a person releases it"),
  })
  .meta({ id: "System" });

/** The installation itself. */
export const systemRoutes: Routes = (api, parts) => {
  showRoute(api, parts);
  releaseRoute(api, parts);
};

function showRoute(api: Api, parts: Parts): void {
  api.get(
    "/system",
    {
      config: { access: viewer("settings:read") },
      schema: { tags: TAGS, summary: "Show the program's version and whether it is frozen", response: { 200: SYSTEM } },
    },
    async () => systemOf(parts, await frozenState(parts.reader)),
  );
}

function releaseRoute(api: Api, parts: Parts): void {
  api.post(
    "/system/release",
    {
      config: { access: owner("settings:write") },
      schema: {
        tags: TAGS,
        summary: "Let a frozen installation send again, after looking at what its database may lack",
        response: { 200: SYSTEM },
      },
    },
    async (request) => {
      const released = await releaseInstance(parts, principalOf(request).actor);
      if (released === undefined) throw new ProblemError("conflict", "The installation is not frozen.");
      return systemOf(parts, undefined);
    },
  );
}

function systemOf({ kind }: Parts, frozen: Frozen | undefined): z.infer<typeof SYSTEM> {
  return { version: VERSION, database: kind, frozen: frozen === undefined ? null : frozenWire(frozen) };
}

function frozenWire({ since, reason, text, known }: Frozen): z.infer<typeof FROZEN> {
  return {
    since: iso(since),
    reason,
    text,
    textPhrase: phraseWire(text),
    backupMadeAt: isoOrNull(known?.backupMadeAt),
    missed: (known?.missed ?? []).map(({ campaign, handOvers, kept, addresses }) => ({
      campaign,
      handOvers,
      kept,
      addresses: [...addresses],
    })),
  };
}
