import { z } from "zod";
import type { Instant } from "../../domain/instant.ts";

/** An instant on the wire. */
export const INSTANT = z.iso.datetime().describe("UTC, ISO 8601, with milliseconds");

export const iso = (at: Instant): string => new Date(at).toISOString();
export const isoOrNull = (at: Instant | null | undefined): string | null => (at === null || at === undefined ? null : iso(at));
/** The instant of a text that `INSTANT` has accepted. */
export const instantOf = (text: string): Instant => Date.parse(text);

/** The greatest id to which another row can refer. */
const ID_MAX = 2 ** 31 - 1;

/** The id in a path. */
export const ID = z.coerce.number().int().min(1).max(ID_MAX);
