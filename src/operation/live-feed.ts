import { type Instant, MINUTE_MS, SECOND_MS } from "../domain/instant.ts";
import type { Worker } from "../domain/engine-state.ts";
import type { Logger, Store } from "../engine/ports.ts";
import type { HistoryLine } from "../storage/event-history.ts";
import { type ImportProgress, importsSince } from "../storage/live-feed.ts";
import type { LoggedSend } from "../storage/send-log.ts";
import { viewWorkers } from "./campaign-views.ts";
import {
  endOfFeed,
  type FeedPosition,
  feedPositionText,
  isWithinReach,
  type News,
  newsBehind,
  readFeedPosition,
} from "./live-news.ts";
import type { Questions } from "./questions.ts";

/** What is told to those who follow the installation. */
export type FeedMessage =
  | { readonly name: "event"; readonly campaignId: number | null; readonly line: HistoryLine }
  /** A try that began, or an answer that came. */
  | { readonly name: "send"; readonly campaignId: number | null; readonly entry: LoggedSend }
  /** Something of the campaign is not as it was. */
  | { readonly name: "campaign-changed"; readonly campaignId: number }
  | { readonly name: "import"; readonly campaignId: number | null; readonly progress: ImportProgress }
  | { readonly name: "workers"; readonly campaignId: null; readonly workers: readonly Worker[] }
  /** What was missed is too much, or unknown: all that is shown has to be loaded anew. */
  | { readonly name: "reset"; readonly campaignId: null };

/** Somebody who follows; may be told the same thing twice, never half of it. */
export interface Follower {
  /** Only what concerns this campaign, and what concerns everybody. */
  readonly campaignId?: number | undefined;
  /** `position` is where everything up to and with `messages` has been told. */
  hear(messages: readonly FeedMessage[], position: string): void;
}

export interface FeedParts extends Questions {
  readonly log: Logger;
  readonly store: Pick<Store, "watch">;
}

const LOOK_EVERY_MS = 500;
/** Commits follow each other closely; whoever is told of each looks no more often than this. */
const LOOK_APART_MS = 100;
const CAMPAIGN_TOLD_EVERY_MS = SECOND_MS;
const IMPORTS_EVERY_MS = SECOND_MS;
/** Commits of other processes come later than the instants in their rows. */
const IMPORTS_OVERLAP_MS = 5 * SECOND_MS;
/** Whoever joins hears of the imports that have moved lately. */
const IMPORTS_KNOWN_FOR_MS = 10 * MINUTE_MS;
const WORKERS_EVERY_MS = 10 * SECOND_MS;
/** Hundreds of mails a second are of use to nobody one by one, and would keep every stream busy. */
const AT_ONCE_MAX = 200;

/** Of what concerns neither campaign nor lead nor mailbox, what everybody may know; the rest is of people and their access. */
const KNOWN_TO_ALL = ["alert", "frozen", "released"];

/**
 * Tells everybody in this process who follows the installation what changes in it, whichever process changes it: it looks at the history
 * and the ledger, for all of them together, and only while there is somebody.
 */
export class LiveFeed {
  readonly #parts: FeedParts;
  readonly #followers = new Set<Follower>();
  /** Those who have come since the last look, each with the id of the last message that it was told. */
  readonly #joining = new Map<Follower, string | undefined>();
  /** Where the followers stand; undefined while there are none. */
  #position: FeedPosition | undefined;
  readonly #campaigns = new Map<number, { readonly toldMs: number; readonly isTold: boolean }>();
  readonly #imports = new Map<number, ImportProgress>();
  #importsLookAt: Instant | undefined;
  #workers: FeedMessage | undefined;
  #workersLookMs = Number.NEGATIVE_INFINITY;
  #lookMs = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;
  #hasFailed = false;
  #cancelLook: () => void = () => undefined;
  #endWatch: (() => void) | undefined;

  constructor(parts: FeedParts) {
    this.#parts = parts;
  }

  /** Lets `follower` hear from now on, or from behind the message whose id is `lastId`; the returned function ends it. */
  join(follower: Follower, lastId?: string): () => void {
    this.#joining.set(follower, lastId);
    this.#endWatch ??= this.#parts.store.watch(() => this.#lookSoon());
    this.#lookSoon();
    return () => {
      this.#joining.delete(follower);
      this.#followers.delete(follower);
      if (this.#isIdle()) this.#rest();
    };
  }

  /** Looks once; whoever is to hear something has heard it when this resolves. */
  async look(): Promise<void> {
    this.#cancelLook();
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  /** Nobody hears anything any more, and nothing is asked of the database when this resolves. */
  async close(): Promise<void> {
    this.#joining.clear();
    this.#followers.clear();
    this.#rest();
    await this.#looking;
  }

  #isIdle(): boolean {
    return this.#followers.size + this.#joining.size === 0;
  }

  /** Nobody follows: what happens now is told to nobody, and the next one who comes begins at the end. */
  #rest(): void {
    this.#cancelLook();
    this.#endWatch?.();
    this.#endWatch = undefined;
    this.#position = undefined;
    this.#campaigns.clear();
    this.#imports.clear();
    this.#importsLookAt = undefined;
    this.#workersLookMs = Number.NEGATIVE_INFINITY;
  }

  #lookSoon(): void {
    if (this.#looking === undefined) this.#lookIn(Math.max(0, this.#lookMs + LOOK_APART_MS - this.#parts.clock.monotonicMs()));
  }

  #lookIn(delayMs: number): void {
    this.#cancelLook();
    this.#cancelLook = this.#parts.clock.setTimer(delayMs, () => void this.look());
  }

  async #lookNow(): Promise<void> {
    this.#lookMs = this.#parts.clock.monotonicMs();
    try {
      await this.#tellNews();
      this.#hasFailed = false;
    } catch (error) {
      // The position has not moved: the next look tells it all.
      if (!this.#hasFailed) this.#parts.log.warn("the live stream stands still", { error: String(error) });
      this.#hasFailed = true;
    }
    if (this.#isIdle()) this.#rest();
    else this.#lookIn(this.#joining.size > 0 ? LOOK_APART_MS : LOOK_EVERY_MS);
  }

  async #tellNews(): Promise<void> {
    const { reader, clock } = this.#parts;
    // Who comes meanwhile may have been told more, by another process, than this look will see.
    const coming = [...this.#joining];
    const before = this.#position ?? (await endOfFeed(reader, clock.now()));
    const news = await newsBehind(reader, before, clock.now());
    const position = news?.position ?? (await endOfFeed(reader, clock.now()));
    const about = [...(await this.#importNews()), ...(await this.#workerNews())];
    const happened = news === undefined ? RESET : messagesOf(news);
    const messages = [...latestOf(happened), ...about, ...this.#campaignNews([...happened, ...about])];
    this.#position = position;
    const id = feedPositionText(position);
    for (const follower of this.#followers) {
      const heard = concerning(follower, messages);
      if (heard.length > 0) follower.hear(heard, id);
    }
    await this.#letIn(coming);
  }

  /** Each of them is told what lies between the last message that it knows and where the others stand, and goes on with them. */
  async #letIn(coming: readonly (readonly [Follower, string | undefined])[]): Promise<void> {
    const { reader, clock } = this.#parts;
    for (const [follower, lastId] of coming) {
      if (this.#position === undefined) return;
      const last = lastId === undefined ? undefined : readFeedPosition(lastId, clock.now());
      const isWithin = last !== undefined && isWithinReach(last, this.#position);
      const missed = isWithin ? await newsBehind(reader, last, clock.now()) : undefined;
      // It may have left meanwhile.
      if (!this.#joining.delete(follower) || this.#position === undefined) continue;
      this.#followers.add(follower);
      const told = missed === undefined ? (lastId === undefined ? [] : RESET) : withCampaigns(messagesOf(missed));
      const about = [...this.#imports.values()].map(importMessage);
      const messages = [...told, ...about, ...(this.#workers === undefined ? [] : [this.#workers])];
      follower.hear(concerning(follower, messages), feedPositionText(this.#position));
    }
  }

  /** A campaign is told of at most once in a while, however much happens in it, and the last change is never left out. */
  #campaignNews(messages: readonly FeedMessage[]): FeedMessage[] {
    const nowMs = this.#parts.clock.monotonicMs();
    for (const id of campaignsOf(messages)) {
      const { toldMs } = this.#campaigns.get(id) ?? { toldMs: Number.NEGATIVE_INFINITY };
      this.#campaigns.set(id, { toldMs, isTold: false });
    }
    const told: FeedMessage[] = [];
    for (const [campaignId, { toldMs, isTold }] of this.#campaigns) {
      if (nowMs - toldMs < CAMPAIGN_TOLD_EVERY_MS) continue;
      if (isTold) this.#campaigns.delete(campaignId);
      else {
        told.push({ name: "campaign-changed", campaignId });
        this.#campaigns.set(campaignId, { toldMs: nowMs, isTold: true });
      }
    }
    return told;
  }

  async #importNews(): Promise<FeedMessage[]> {
    const { reader, clock } = this.#parts;
    const now = clock.now();
    const before = this.#importsLookAt;
    if (before !== undefined && Math.abs(now - before) < IMPORTS_EVERY_MS) return [];
    const moved = await importsSince(reader, before === undefined ? now - IMPORTS_KNOWN_FOR_MS : before - IMPORTS_OVERLAP_MS);
    this.#importsLookAt = now;
    const news = moved.filter((one) => JSON.stringify(this.#imports.get(one.id)) !== JSON.stringify(one));
    for (const one of news) this.#imports.set(one.id, one);
    for (const [id, { updatedAt }] of this.#imports) if (updatedAt < now - IMPORTS_KNOWN_FOR_MS) this.#imports.delete(id);
    // Those who come are told of what is known by then.
    return before === undefined ? [] : news.map(importMessage);
  }

  async #workerNews(): Promise<FeedMessage[]> {
    const nowMs = this.#parts.clock.monotonicMs();
    if (nowMs - this.#workersLookMs < WORKERS_EVERY_MS) return [];
    this.#workers = { name: "workers", campaignId: null, workers: await viewWorkers(this.#parts) };
    this.#workersLookMs = nowMs;
    return [this.#workers];
  }
}

const RESET: readonly FeedMessage[] = [{ name: "reset", campaignId: null }];

function messagesOf({ lines, sends }: News): FeedMessage[] {
  return [
    ...lines.filter(mayBeKnown).map((line) => ({ name: "event" as const, campaignId: line.campaignId, line })),
    ...sends.map((entry) => ({ name: "send" as const, campaignId: entry.campaignId, entry })),
  ];
}

/** Of what happens at once in more than anybody reads, the end; that campaigns have changed is told of each. */
const latestOf = (messages: readonly FeedMessage[]): readonly FeedMessage[] => messages.slice(-AT_ONCE_MAX);

function mayBeKnown({ campaignId, leadId, mailboxId, kind }: HistoryLine): boolean {
  return (campaignId ?? leadId ?? mailboxId) !== null || KNOWN_TO_ALL.includes(kind);
}

const importMessage = (progress: ImportProgress): FeedMessage => ({
  name: "import",
  campaignId: progress.campaignId,
  progress,
});

function campaignsOf(messages: readonly FeedMessage[]): Set<number> {
  return new Set(messages.flatMap(({ campaignId }) => (campaignId === null ? [] : [campaignId])));
}

function withCampaigns(messages: readonly FeedMessage[]): FeedMessage[] {
  const changed = [...campaignsOf(messages)].map((campaignId) => ({ name: "campaign-changed" as const, campaignId }));
  return [...messages, ...changed];
}

/** Whoever follows one campaign also hears what is of no campaign: mailboxes, workers, and that all is to be loaded anew. */
function concerning({ campaignId: followed }: Follower, messages: readonly FeedMessage[]): readonly FeedMessage[] {
  if (followed === undefined) return messages;
  return messages.filter(({ campaignId }) => campaignId === null || campaignId === followed);
}
