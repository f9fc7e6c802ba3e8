import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import type { Parts } from "./parts.ts";

/** Where routes are entered; what a route's schemas say is known to its handler's types. */
export type Api = Parameters<FastifyPluginAsyncZod>[0];

/** A group of routes. */
export type Routes = (api: Api, parts: Parts) => void;
