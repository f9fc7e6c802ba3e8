import { normalizeAddress } from "../../domain/address.ts";
import { parseZone } from "../../domain/zone.ts";
import { tryMailbox, tryTypedMailbox } from "../../operation/mailbox-trial.ts";
import { createMailbox, deleteMailbox, editMailbox, holdMailboxForEdit } from "../../storage/mailbox-edit.ts";
import { type MailboxOverview, mailboxesOverview } from "../../storage/mailbox-overview.ts";
import { installationSettings } from "../../storage/settings.ts";
import { z } from "zod";
import { operator, viewer } from "../access.ts";
import type { Api, Routes } from "../api.ts";
import { change, changeOnce, IDEMPOTENCY_KEY } from "../change.ts";
import { departure } from "../departure.ts";
import { cursorKey, cutPage, PAGE_QUERY, pageOf } from "../page.ts";
import type { Parts } from "../parts.ts";
import { found, ProblemError, valueOf } from "../problem.ts";
import { ID } from "../schemas/instants.ts";
import {
  checkWire,
  MAILBOX,
  MAILBOX_CHANGE,
  MAILBOX_CHECK,
  mailboxWire,
  NEW_MAILBOX,
  TYPED_ACCOUNT,
} from "../schemas/mailboxes.ts";
import { defaultsOfMailboxes } from "../schemas/settings.ts";
import { assertVersion, IF_MATCH, tagged, versionOf } from "../version.ts";

const TAGS = ["mailboxes"];
const PARAMS = z.object({ id: ID });
const READ = { access: viewer("mailboxes:read") };
const WRITE = { access: operator("mailboxes:write") };

/** The accounts through which mail leaves. */
export const mailboxRoutes: Routes = (api, parts) => {
  listRoute(api, parts);
  showRoute(api, parts);
  createRoute(api, parts);
  changeRoute(api, parts);
  deleteRoute(api, parts);
  checkStoredRoute(api, parts);
  checkTypedRoute(api, parts);
};

/** What a person may edit; the password counts as whether there is one. */
function versioned(seen: MailboxOverview) {
  const { name, host, port, security, user, hasPassword, zone, perDayMax, minGapMs, sessionsMax, active } = seen;
  return mailboxWire(
    seen,
    versionOf([name, host, port, security, user, hasPassword, zone, perDayMax, minGapMs, sessionsMax, active]),
  );
}

async function mailboxOf(db: Parts["reader"], id: number, now: number) {
  const [seen] = await mailboxesOverview(db, now, { id });
  return versioned(found(seen, "mailbox", id));
}

function listRoute(api: Api, parts: Parts): void {
  api.get(
    "/mailboxes",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "List mailboxes, each with what it may do now and why",
        querystring: z.strictObject(PAGE_QUERY),
        response: { 200: pageOf(MAILBOX) },
      },
    },
    async ({ query: { limit, cursor } }) => {
      const afterId = cursorKey(cursor, z.int());
      const rows = await mailboxesOverview(parts.reader, parts.clock.now(), { afterId, limit: limit + 1 });
      const { items, ...rest } = cutPage(rows, limit, ({ id }) => id);
      return { items: items.map(versioned), ...rest };
    },
  );
}

function showRoute(api: Api, parts: Parts): void {
  api.get(
    "/mailboxes/:id",
    { config: READ, schema: { tags: TAGS, summary: "Show a mailbox", params: PARAMS, response: { 200: MAILBOX } } },
    async ({ params: { id } }, reply) => tagged(reply, await mailboxOf(parts.reader, id, parts.clock.now())),
  );
}

function createRoute(api: Api, parts: Parts): void {
  api.post(
    "/mailboxes",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Add a mailbox",
        headers: IDEMPOTENCY_KEY,
        body: NEW_MAILBOX,
        response: { 201: MAILBOX },
      },
    },
    async (request, reply) => {
      const defaults = defaultsOfMailboxes(await installationSettings(parts.reader));
      const { password, zone = defaults.zone, perDayMax = defaults.perDayMax, name, user, ...rest } = request.body;
      const { address } = valueOf(normalizeAddress(rest.address, "address"));
      const mailbox = {
        ...rest,
        address,
        name: name ?? undefined,
        user: user ?? undefined,
        zone: valueOf(parseZone(zone, "zone")),
        perDayMax: perDayMax ?? undefined,
        // Locked before the transaction, which may run more than once.
        secret: password === null ? undefined : await parts.secrets.close(password),
      };
      const answer = await changeOnce(parts, request, reply, 201, async (trx, { actor, now }) => {
        const id = valueOf(await createMailbox(trx, mailbox, actor, now), "conflict");
        return mailboxOf(trx, id, now);
      });
      reply.header("location", `/api/v1/mailboxes/${answer.id}`);
      return tagged(reply, answer);
    },
  );
}

function changeRoute(api: Api, parts: Parts): void {
  api.patch(
    "/mailboxes/:id",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Change a mailbox, or switch it on or off, from the very next mail on",
        description:
          "A password that is left out stays as it is; it has to be given again when it would go to another server or user.",
        params: PARAMS,
        headers: IF_MATCH,
        body: MAILBOX_CHANGE,
        response: { 200: MAILBOX },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { password, zone, perDayMax, minGapMs, sessionsMax, ...account } = request.body;
      const secret = typeof password === "string" ? await parts.secrets.close(password) : password;
      const rules = { zone: zone === undefined ? zone : valueOf(parseZone(zone, "zone")), perDayMax, minGapMs, sessionsMax };
      const mailbox = await change(parts, request, async (trx, { actor, now }) => {
        await holdMailboxForEdit(trx, id);
        assertVersion(request, (await mailboxOf(trx, id, now)).version);
        valueOf(await editMailbox(trx, id, { ...account, secret, rules }, actor, now));
        return mailboxOf(trx, id, now);
      });
      return tagged(reply, mailbox);
    },
  );
}

function deleteRoute(api: Api, parts: Parts): void {
  api.delete(
    "/mailboxes/:id",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Remove a mailbox that nothing speaks of; one that has sent is switched off instead",
        params: PARAMS,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await change(parts, request, async (trx, { actor, now }) => {
        await mailboxOf(trx, id, now);
        valueOf(await deleteMailbox(trx, id, actor, now), "conflict");
      });
      return reply.code(204).send(null);
    },
  );
}

function checkStoredRoute(api: Api, parts: Parts): void {
  api.post(
    "/mailboxes/:id/check",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Try a mailbox step by step: name, connection, encryption, login, sender; no mail leaves",
        params: PARAMS,
        response: { 200: MAILBOX_CHECK },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await mailboxOf(parts.reader, id, parts.clock.now());
      const checked = await tryMailbox(parts, id, { signal: departure(reply) });
      if (checked.ok) return checkWire(checked.value);
      throw new ProblemError("conflict", checked.error.message);
    },
  );
}

function checkTypedRoute(api: Api, parts: Parts): void {
  api.post(
    "/mailboxes/check",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Try an account as it was typed in, without saving it; no mail leaves",
        body: TYPED_ACCOUNT,
        response: { 200: MAILBOX_CHECK },
      },
    },
    async (request, reply) => {
      const { user, password, address, ...account } = request.body;
      const typed = {
        ...account,
        address: valueOf(normalizeAddress(address, "address")).address,
        ...(user !== null && { user }),
        ...(password !== null && { password }),
      };
      const checked = await tryTypedMailbox(parts, typed, { signal: departure(reply) });
      if (checked.ok) return checkWire(checked.value);
      throw new ProblemError("conflict", checked.error.message);
    },
  );
}
