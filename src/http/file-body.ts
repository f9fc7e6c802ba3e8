import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";

/** Types under which a file is sent as it is. `text/plain` is what some programs call a CSV file. */
const FILE_TYPES = ["application/octet-stream", "text/csv", "text/plain"];

/** A route below it gets the body as a stream of bytes, so that no file is held in memory. */
export function takeFileBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(FILE_TYPES, (_request, payload, done) => done(null, payload));
}

/** The file of a request that `takeFileBodies` has let in. */
export function fileOf(request: FastifyRequest): AsyncIterable<Uint8Array> {
  return request.raw;
}

export const FILE_NAME = z.object({
  fileName: z.string().trim().min(1).max(255).describe("As it is called where it comes from"),
});
