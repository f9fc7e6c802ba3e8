import cookie from "@fastify/cookie";
import helmet from "@fastify/helmet";
import Fastify, { type FastifyInstance } from "fastify";
import { serializerCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { guardRoutes } from "./authentication.ts";
import { answerErrors, answerNoRequest, answerUnreadable } from "./errors.ts";
import { checkInput } from "./input-problem.ts";
import { describeRoutes } from "./openapi.ts";
import { observeRequests } from "./request-log.ts";
import { API_ROUTES } from "./routes.ts";
import { operationRoutes } from "./routes/operation.ts";
import type { Parts } from "./parts.ts";
import { serveWebPage } from "./web-page.ts";

const BODY_MAX_BYTES = 1024 * 1024;
/** A request whose headers come slower than this is given up. */
const HEADERS_TIMEOUT_MS = 30_000;
/** As long as the largest file may take over a slow line. */
const REQUEST_TIMEOUT_MS = 15 * 60_000;

export type HttpServer = FastifyInstance;

/** The HTTP server with all its routes, not yet listening. */
export async function createServer(parts: Parts): Promise<HttpServer> {
  const app = Fastify({
    bodyLimit: BODY_MAX_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS },
    // Open event streams would hold up the end of the program.
    forceCloseConnections: true,
    genReqId: () => parts.chance.id(),
    requestIdHeader: false,
    frameworkErrors: answerUnreadable,
    clientErrorHandler: answerNoRequest(() => parts.chance.id()),
    routerOptions: { ignoreTrailingSlash: true },
  });
  app.setValidatorCompiler(checkInput);
  app.setSerializerCompiler(serializerCompiler);
  refuseRoutesWithoutRule(app);
  answerErrors(app, parts.log);
  observeRequests(app, parts);
  await app.register(helmet, {
    contentSecurityPolicy: { directives: { "upgrade-insecure-requests": null } },
    strictTransportSecurity: false,
  });
  await app.register(cookie);
  guardRoutes(app, parts);
  await describeRoutes(app);
  await app.register(async (api) => API_ROUTES.forEach((routes) => routes(api.withTypeProvider<ZodTypeProvider>(), parts)), {
    prefix: "/api/v1",
  });
  operationRoutes(app.withTypeProvider<ZodTypeProvider>(), parts);
  if (parts.webFolder !== undefined) await serveWebPage(app, parts.webFolder);
  return app;
}

/** A route that says nothing of who may call it ends the program at its start, and not a night later. */
export function refuseRoutesWithoutRule(app: FastifyInstance): void {
  app.addHook("onRoute", (route) => {
    const isDocs = route.url.startsWith("/docs");
    if (isDocs) route.config = { ...route.config, access: "public" };
    if (route.config?.access === undefined) throw new Error(`${String(route.method)} ${route.url} does not say who may call it`);
  });
}
