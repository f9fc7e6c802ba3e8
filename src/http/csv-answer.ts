import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { z } from "zod";

/** A CSV file in the description of the API. */
export const CSV_ANSWER = { description: "The file", content: { "text/csv": { schema: z.string() } } };

/** Sends a file piece by piece, as fast as its reader takes it. */
export function sendCsv(reply: FastifyReply, fileName: string, pieces: AsyncIterable<string>): never {
  return reply
    .header("content-type", "text/csv; charset=utf-8")
    .header("content-disposition", `attachment; filename="${fileName}"`)
    .send(Readable.from(pieces)) as never;
}
