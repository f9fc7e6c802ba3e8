import { z } from "zod";
import { viewer } from "../access.ts";
import type { Api, Routes } from "../api.ts";
import type { Inbox, Parts } from "../parts.ts";
import { found, ProblemError } from "../problem.ts";
import { ID, INSTANT, iso } from "../schemas/instants.ts";

const TAGS = ["inbox"];
const READ = { access: viewer("log:read") };
const SHOWN_MAX = 200;

const RECEIVED_MAIL = z
  .object({
    number: z.int().describe("In the order in which the mails came, from 1"),
    from: z.string(),
    to: z.string(),
    receivedAt: INSTANT,
    bytes: z.int(),
  })
  .meta({ id: "ReceivedMail" });

/** What the demo's mail server was given; elsewhere mail goes to its readers, and nobody here sees it. */
export const inboxRoutes: Routes = (api, parts) => {
  listRoute(api, parts);
  rawRoute(api, parts);
};

function listRoute(api: Api, parts: Parts): void {
  api.get(
    "/inbox",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "List the latest mails that the demo's mail server was given",
        response: { 200: z.object({ total: z.int(), items: z.array(RECEIVED_MAIL) }) },
      },
    },
    async () => {
      const { mails } = inboxOf(parts);
      const latest = mails.map((mail, index) => ({ ...mail, number: index + 1 })).slice(-SHOWN_MAX);
      const items = latest
        .toReversed()
        .map(({ number, from, to, receivedAt, raw }) => ({ number, from, to, receivedAt: iso(receivedAt), bytes: raw.length }));
      return { total: mails.length, items };
    },
  );
}

function rawRoute(api: Api, parts: Parts): void {
  api.get(
    "/inbox/:id",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "Show a mail that the demo's mail server was given, as it came",
        params: z.object({ id: ID }),
        response: { 200: z.string().describe("The message as it came (RFC 5322)") },
      },
    },
    async ({ params: { id } }, reply) => {
      const mail = found(inboxOf(parts).mails[id - 1], "mail", id);
      reply.type("message/rfc822").serializer(String);
      return mail.raw.toString("utf8");
    },
  );
}

function inboxOf({ inbox }: Parts): Inbox {
  if (inbox !== undefined) return inbox;
  throw new ProblemError("not-found", "Only the demo has an inbox.");
}
