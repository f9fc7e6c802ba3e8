import { z } from "zod";
import { SECOND_MS } from "../../domain/instant.ts";
import { keptAnswer } from "../../operation/kept-answer.ts";
import { UNREADY_REASONS, unreadyReason } from "../../operation/readiness.ts";
import { viewer } from "../access.ts";
import type { Api, Routes } from "../api.ts";
import type { Parts } from "../parts.ts";

const TAGS = ["operation"];
const PUBLIC = { access: "public" } as const;
/** Anybody may ask, so that asking often must cost nothing. */
const READINESS_KEPT_MS = SECOND_MS;

/** What a monitor asks, outside of /api/v1 because their places are customary. */
export const operationRoutes: Routes = (api, parts) => {
  healthRoute(api);
  readyRoute(api, parts);
  metricsRoute(api, parts);
};

function healthRoute(api: Api): void {
  api.get(
    "/healthz",
    {
      config: PUBLIC,
      schema: {
        tags: TAGS,
        summary: "Whether the process answers; the database is not asked",
        response: { 200: z.object({ status: z.literal("ok") }) },
      },
    },
    async () => ({ status: "ok" as const }),
  );
}

function readyRoute(api: Api, parts: Parts): void {
  const reason = keptAnswer(parts.clock, READINESS_KEPT_MS, () => unreadyReason(parts, parts.sends));
  api.get(
    "/readyz",
    {
      config: PUBLIC,
      schema: {
        tags: TAGS,
        summary: "Whether the installation does its work: the database answers, and mails that are due leave",
        response: {
          200: z.object({ status: z.literal("ready") }),
          503: z.object({ status: z.literal("not-ready"), reason: z.enum(UNREADY_REASONS) }),
        },
      },
    },
    async (_request, reply) => {
      const why = await reason();
      if (why === undefined) return { status: "ready" as const };
      return reply.code(503).send({ status: "not-ready", reason: why });
    },
  );
}

/** Not open to this machine without a token: behind a proxy on the same machine, everybody would come from there. */
function metricsRoute(api: Api, { metrics }: Parts): void {
  api.get(
    "/metrics",
    {
      config: { access: viewer("settings:read") },
      schema: {
        tags: TAGS,
        summary: "The numbers of this process and of the installation, in the text format of Prometheus",
        response: { 200: z.string() },
      },
    },
    async (_request, reply) => {
      reply.type(metrics.contentType);
      return metrics.text();
    },
  );
}
