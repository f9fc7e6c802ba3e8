import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { type FeedMessage, LiveFeed } from "../../operation/live-feed.ts";
import { StorageError } from "../../storage/storage-error.ts";
import { refusal, viewer } from "../access.ts";
import type { Routes } from "../api.ts";
import { principalOfRequest } from "../authentication.ts";
import { principalOf } from "../change.ts";
import { EventStream, eventText, HEARTBEAT, idText } from "../event-stream.ts";
import type { Parts } from "../parts.ts";
import { ProblemError } from "../problem.ts";
import { eventWire } from "../schemas/events.ts";
import { ID, iso } from "../schemas/instants.ts";
import { sendLogWire } from "../schemas/send-log.ts";
import { workerWire } from "../schemas/workers.ts";

const ACCESS = viewer("campaigns:read");
const STREAMS_MAX = 200;
const STREAMS_PER_PERSON_MAX = 50;
const FULL_RETRY_SECONDS = 10;
const HEARTBEAT_EVERY_MS = 15_000;
/** Sooner than a client that has crashed would come back with every id that it knows. */
const LAST_ID_MAX = 2_000;

const DESCRIPTION = `Server-sent events. A message may come twice; each says what it is about by an id.

| Event | Data |
| --- | --- |
| \`event\` | a line of the history (HistoryEvent): states that change, plans that move, orders of people; long \`data\` is left out |
| \`send\` | an entry of the send log (SendLogEntry), when its mail is handed over and again when the answer has come |
| \`campaign-changed\` | \`{campaignId}\`, at most once a second for each campaign: load again what is shown of it |
| \`import\` | how far an import has come |
| \`workers\` | the workers (Worker), every ten seconds |
| \`reset\` | what was missed is too much: load everything anew |

The ids are for Last-Event-ID only: a client that comes back with one is told what it has missed.`;

/** What happens in the installation, as it happens, whichever process makes it happen. */
export const liveRoutes: Routes = (api, parts) => {
  const streams = new Streams(parts);
  api.addHook("preClose", () => streams.close());
  api.get(
    "/events",
    {
      config: { access: ACCESS },
      exposeHeadRoute: false,
      schema: {
        tags: ["live"],
        summary: "Follow what happens (server-sent events)",
        description: DESCRIPTION,
        querystring: z.strictObject({ campaignId: ID.optional().describe("Only this campaign, and what concerns all of them") }),
        headers: z.object({ "last-event-id": z.string().max(LAST_ID_MAX).optional() }),
        response: { 200: { description: "The stream", content: { "text/event-stream": { schema: z.string() } } } },
      },
    },
    async (request, reply) => streams.open(request, reply, request.query.campaignId),
  );
};

/** A stream with the request that it answers. */
interface Open {
  readonly request: FastifyRequest;
  readonly userId: number;
  readonly stream: EventStream;
  /** Where its reader stands. */
  lastId: string | undefined;
}

class Streams {
  readonly #parts: Parts;
  readonly #feed: LiveFeed;
  readonly #open = new Set<Open>();
  #cancelBeat: (() => void) | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#feed = new LiveFeed(parts);
  }

  open(request: FastifyRequest, reply: FastifyReply, campaignId: number | undefined): FastifyReply {
    const { userId } = principalOf(request);
    this.#assertRoom(userId);
    const open: Open = { request, userId, stream: new EventStream(), lastId: undefined };
    this.#open.add(open);
    const hear = (messages: readonly FeedMessage[], position: string): void => {
      open.lastId = position;
      open.stream.write(messages.map(textOf).join("") + idText(position));
    };
    const lastId = request.headers["last-event-id"];
    const leave = this.#feed.join({ campaignId, hear }, typeof lastId === "string" && lastId !== "" ? lastId : undefined);
    open.stream.once("close", () => {
      leave();
      this.#open.delete(open);
      if (this.#open.size === 0) this.#stopBeating();
    });
    this.#cancelBeat ??= this.#beatLater();
    return reply
      .header("content-type", "text/event-stream; charset=utf-8")
      .header("cache-control", "no-cache, no-transform")
      .header("x-accel-buffering", "no")
      .send(open.stream);
  }

  async close(): Promise<void> {
    this.#stopBeating();
    for (const { stream } of this.#open) stream.end();
    await this.#feed.close();
  }

  #assertRoom(userId: number): void {
    const ofPerson = [...this.#open].filter((open) => open.userId === userId).length;
    if (this.#open.size < STREAMS_MAX && ofPerson < STREAMS_PER_PERSON_MAX) return;
    throw new ProblemError("unavailable", "Too many event streams are open; close some of them.", [], FULL_RETRY_SECONDS);
  }

  #beatLater(): () => void {
    return this.#parts.clock.setTimer(HEARTBEAT_EVERY_MS, () => {
      this.#cancelBeat = this.#beatLater();
      for (const open of this.#open) void this.#beat(open);
    });
  }

  #stopBeating(): void {
    this.#cancelBeat?.();
    this.#cancelBeat = undefined;
  }

  /** A sign of life to whoever may still listen: a session that has ended, or a person who was switched off, loses the stream. */
  async #beat(open: Open): Promise<void> {
    if (await this.#mayListen(open.request))
      open.stream.write(HEARTBEAT + (open.lastId === undefined ? "\n" : idText(open.lastId)));
    else open.stream.end();
  }

  async #mayListen(request: FastifyRequest): Promise<boolean> {
    try {
      return refusal(ACCESS, await principalOfRequest(request, this.#parts.authentication)) === undefined;
    } catch (error) {
      // A database that does not answer says nothing of anybody; nor is there anything to listen to meanwhile.
      if (error instanceof StorageError) return true;
      this.#parts.log.error("whether a stream may go on cannot be told", { request: request.id, error: String(error) });
      return false;
    }
  }
}

const texts = new WeakMap<FeedMessage, string>();

/** The message as it travels, made once for all streams. */
function textOf(message: FeedMessage): string {
  const known = texts.get(message);
  if (known !== undefined) return known;
  const text = eventText(message.name, dataOf(message));
  texts.set(message, text);
  return text;
}

function dataOf(message: FeedMessage): unknown {
  switch (message.name) {
    case "event":
      return eventWire(message.line);
    case "send":
      return sendLogWire(message.entry);
    case "campaign-changed":
      return { campaignId: message.campaignId };
    case "import":
      return { ...message.progress, updatedAt: iso(message.progress.updatedAt) };
    case "workers":
      return { items: message.workers.map(workerWire) };
    case "reset":
      return {};
  }
}
