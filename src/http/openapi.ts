import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import { VERSION } from "../version.ts";
import type { Access } from "./access.ts";
import { tidyComponents } from "./openapi-components.ts";
import { PROBLEM } from "./problem.ts";

const DESCRIPTION = `Everything that the web page does goes through this API.

Instants are UTC in ISO 8601, durations are milliseconds and end in \`Ms\`. Calendar rules (hours, days, daily limits) go by the zone that stands
beside them. Every error is a problem document (RFC 9457). Programs sign in with an API token: \`Authorization: Bearer goniec_...\`.`;

/** Describes every route that is registered after it (OpenAPI 3.1), and shows the description at /docs. */
export async function describeRoutes(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Goniec", version: VERSION, description: DESCRIPTION, license: { name: "Apache-2.0" } },
      components: {
        securitySchemes: {
          token: { type: "http", scheme: "bearer", description: "An API token, limited to its scopes" },
          session: { type: "apiKey", in: "cookie", name: "goniec_session", description: "What signing in sets" },
        },
      },
    },
    transform: (route) => {
      const described = jsonSchemaTransform(route);
      return { ...described, schema: { ...described.schema, ...ruleOf(route.route.config?.access) } };
    },
    transformObject: (document) => tidyComponents(jsonSchemaTransformObject(document)),
  });
  await app.register(swaggerUi, { routePrefix: "/docs", uiConfig: { docExpansion: "list", deepLinking: true } });
  app.addHook("onRoute", (route) => {
    if (route.schema === undefined || !route.url.startsWith("/api/")) return;
    const answers = route.schema.response as Record<string, unknown> | undefined;
    route.schema.response = { ...answers, default: PROBLEM };
  });
}

/** Who may call a route, in the words of OpenAPI. */
function ruleOf(access: Access | undefined): object {
  if (access === undefined || access === "public") return { security: [] };
  if (access === "signed-in") return { security: [{ session: [] }, { token: [] }] };
  return { security: [{ session: [] }, { token: [access.scope] }], "x-least-role": access.role };
}
