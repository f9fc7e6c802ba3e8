import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { ProblemError } from "./problem.ts";

/** Files whose names carry a hash of what is in them. */
const NAMED_BY_CONTENT = "assets/";
const YEAR_SECONDS = 31_536_000;
/** What the program itself answers; a slip in one of these is no path of the page. */
const PROGRAMS_OWN = /^(api|docs|metrics|healthz|readyz)(\/|$)/;

/** Serves the built web page from `folder`. Its own paths (`/campaigns/7`) are no files: who asks for one gets the page itself. */
export async function serveWebPage(app: FastifyInstance, folder: string): Promise<void> {
  await app.register(fastifyStatic, { root: folder, serve: false, cacheControl: false, dotfiles: "ignore", preCompressed: true });
  app.get<{ Params: { "*": string } }>("/*", { config: { access: "public" }, schema: { hide: true } }, (request, reply) => {
    const path = request.params["*"];
    if (PROGRAMS_OWN.test(path)) throw new ProblemError("not-found", `There is nothing at GET /${path.slice(0, 200)}.`);
    const isFile = /\.\w+$/.test(path);
    const isForever = path.startsWith(NAMED_BY_CONTENT);
    reply.header("cache-control", isForever ? `public, max-age=${YEAR_SECONDS}, immutable` : "no-cache");
    return reply.sendFile(isFile ? path : "index.html");
  });
}
