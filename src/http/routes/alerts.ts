import { z } from "zod";
import { ALERT_KINDS, partsOfCause } from "../../domain/alerts.ts";
import { type CurrentAlert, currentAlerts } from "../../storage/alerts.ts";
import { viewer } from "../access.ts";
import type { Routes } from "../api.ts";
import { cursorKey, cutPage, PAGE_QUERY, pageOf } from "../page.ts";
import { INSTANT, iso, isoOrNull } from "../schemas/instants.ts";
import { PHRASE_OR_NULL, phraseWire } from "../schemas/phrases.ts";

const ALERT = z
  .object({
    cause: z.string().describe("Its kind, and what it is about: by it the same alert is known again"),
    kind: z.enum(ALERT_KINDS),
    campaignId: z.int().nullable(),
    mailboxId: z.int().nullable(),
    text: z.string().describe("One sentence in English"),
    textPhrase: PHRASE_OR_NULL,
    count: z.int().describe("How often it came up since `firstAt`, or how many mails wait"),
    firstAt: INSTANT,
    lastAt: INSTANT.describe("When it came up last"),
    toldAt: INSTANT.describe("When it was told last, once an hour at most"),
    mailedAt: INSTANT.nullable().describe("When it was mailed to the admin address last"),
  })
  .meta({ id: "Alert" });

const CURSOR = z.tuple([z.int(), z.string()]);

/** What needs a person at the moment. */
export const alertRoutes: Routes = (api, parts) => {
  api.get(
    "/alerts",
    {
      config: { access: viewer("log:read") },
      schema: {
        tags: ["operation"],
        summary: "List what needs a person at the moment, the newest first",
        querystring: z.strictObject(PAGE_QUERY),
        response: { 200: pageOf(ALERT) },
      },
    },
    async ({ query: { limit, cursor } }) => {
      const key = cursorKey(cursor, CURSOR);
      const after = key === undefined ? undefined : { firstAt: key[0], cause: key[1] };
      const { items, ...rest } = cutPage(await currentAlerts(parts.reader, limit + 1, after), limit, (alert) => [
        alert.firstAt,
        alert.cause,
      ]);
      return { items: items.map(alertAnswer), ...rest };
    },
  );
};

function alertAnswer({ cause, text, count, firstAt, lastAt, toldAt, mailedAt }: CurrentAlert) {
  const { kind, subjectId = null } = partsOfCause(cause);
  const isAboutMailbox = kind === "mailbox-attention";
  return {
    ...{ cause, kind, text, textPhrase: phraseWire(text), count },
    campaignId: isAboutMailbox ? null : subjectId,
    mailboxId: isAboutMailbox ? subjectId : null,
    ...{ firstAt: iso(firstAt), lastAt: iso(lastAt), toldAt: iso(toldAt), mailedAt: isoOrNull(mailedAt) },
  };
}
