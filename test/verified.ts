import type { Kysely } from "kysely";
import { expect } from "vitest";
import type { Database } from "../src/storage/schema.ts";
import { verify } from "../src/storage/verify.ts";

/** Every invariant holds on the database, whatever the test has done to it. */
export async function expectVerified(reader: Kysely<Database>): Promise<void> {
  expect((await verify(reader)).findings).toEqual([]);
}
