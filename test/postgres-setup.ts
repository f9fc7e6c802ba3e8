import type { TestProject } from "vitest/node";
import { PostgresServer } from "./servers/postgres-server.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The PostgreSQL server for tests: each makes databases of its own in it. */
    postgresUrl: string;
  }
}

/** One server for all test files: the one that TEST_POSTGRES_URL names, else one of our own. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env["TEST_POSTGRES_URL"];
  if (given !== undefined && given !== "") {
    project.provide("postgresUrl", given);
    return async () => undefined;
  }
  const server = await PostgresServer.start();
  project.provide("postgresUrl", server.url);
  return () => server.stop();
}
