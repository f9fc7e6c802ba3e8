import type { Instant } from "./instant.ts";
import type { Sender } from "./ownership.ts";
import type { Problem } from "./result.ts";

/** What can be in the way when a campaign is to change hands; the names also stand in the API. */
export const OBSTACLES = [
  "not-imported",
  "unreadable",
  "sends-there",
  "in-flight-there",
  "in-flight-here",
  "questions",
  "watch",
  "other-sender",
] as const;
export type ObstacleKind = (typeof OBSTACLES)[number];

/** A problem whose `allowed` says what to do about it. */
export interface Obstacle extends Problem {
  readonly kind: ObstacleKind;
}

/** What is known here of a campaign that is to change hands. */
export interface SwitchFacts {
  readonly name: string;
  readonly sender: Sender;
  /** Mails of it that are on their way from here. */
  readonly sendingHere: number;
  /** Absent of a campaign that did not come from an older sender. */
  readonly origin?: Origin | undefined;
}

export interface Origin {
  readonly source: string;
  readonly kind: "prisma" | "csv";
  /** Whether an import of it has come to its end. */
  readonly isWhole: boolean;
  /** What a person has to look at, each in a sentence. */
  readonly questions: readonly string[];
}

/** What the older sender's database has just said of the campaign. */
export type Reading =
  | { readonly status: string; readonly inFlight: number; readonly problem?: undefined }
  /** Why it said nothing. */
  | { readonly problem: string };

/** A cut-over of another campaign that still counts. */
export interface OtherWatch {
  readonly campaign: string;
  readonly until: Instant;
  readonly alarms: number;
}

/** What a person says yes to. */
export interface CutOverChoices {
  readonly acceptQuestions: boolean;
  readonly skipWatch: boolean;
}

export interface CutOverFacts extends SwitchFacts {
  /** Absent where no process of the older sender is left, and of an export, which nobody can read again. */
  readonly there?: Reading | undefined;
  readonly watches: readonly OtherWatch[];
}

/** Everything that is in the way of Goniec taking the campaign; nothing when it may. */
export function cutOverObstacles(facts: CutOverFacts, choices: CutOverChoices, now: Instant): Obstacle[] {
  const { name, origin } = facts;
  if (origin === undefined) return [notImported(name, "did not come from an older sender, and is Goniec's already")];
  if (!origin.isWhole) return [notImported(name, "is not wholly imported")];
  return [
    ...(facts.sender === "old-process" ? obstaclesThere(facts, origin, choices) : []),
    ...inFlightHere(facts),
    ...(choices.acceptQuestions ? [] : openQuestions(origin)),
    ...(choices.skipWatch ? [] : facts.watches.flatMap((watch) => watchObstacle(watch, now))),
  ];
}

function obstaclesThere({ name, there }: CutOverFacts, origin: Origin, { acceptQuestions }: CutOverChoices): Obstacle[] {
  if (origin.kind === "csv") return acceptQuestions ? [] : [unseenExport(origin)];
  return readingObstacles(name, there);
}

/** What is in the way of an older sender, or the fallback sender, taking the campaign back. */
export function rollBackObstacles(facts: CutOverFacts, to: Exclude<Sender, "goniec">): Obstacle[] {
  const { name, origin, sender } = facts;
  if (origin === undefined) return [notImported(name, "did not come from an older sender, so none can take it back")];
  if (to === "fallback") return sender === "old-process" ? [otherSender(name)] : inFlightHere(facts);
  if (origin.kind === "csv") return [noProcess(name, origin)];
  return [...readingObstacles(name, facts.there), ...inFlightHere(facts)];
}

/** In these the older sender sends nothing by itself; any other, also one that nobody knows, counts as sending. */
const AT_REST: readonly string[] = ["DRAFT", "PAUSED", "COMPLETED", "CANCELLED"];

export const isAtRest = (oldStatus: string): boolean => AT_REST.includes(oldStatus.trim().toUpperCase());

function readingObstacles(name: string, there: Reading | undefined): Obstacle[] {
  if (there === undefined) throw new Error("the older sender's database was not read");
  if (there.problem !== undefined) {
    const message = `what the older sender does cannot be seen: ${there.problem}`;
    return [{ kind: "unreadable", field: "older sender", value: name, message, allowed: "a database that can be read" }];
  }
  return [...sendsThere(name, there.status), ...inFlightThere(name, there.inFlight)];
}

function sendsThere(name: string, status: string): Obstacle[] {
  if (isAtRest(status)) return [];
  const message = `the older sender has it as ${status} and may mail its leads`;
  return [{ kind: "sends-there", field: "older sender", value: name, message, allowed: "a campaign that is paused there first" }];
}

function inFlightThere(name: string, mails: number): Obstacle[] {
  if (mails === 0) return [];
  const message = `the older sender has ${mails === 1 ? "a mail" : `${mails} mails`} on the way`;
  const allowed = "none; try again in a few minutes. What is stuck there counts as unconfirmed after five";
  return [{ kind: "in-flight-there", field: "older sender", value: name, message, allowed }];
}

function inFlightHere({ name, sendingHere, sender }: SwitchFacts): Obstacle[] {
  if (sendingHere === 0) return [];
  const whose = sender === "fallback" ? "the fallback sender" : "Goniec";
  const message = `${whose} has ${sendingHere === 1 ? "a mail" : `${sendingHere} mails`} on the way`;
  const allowed = "none; pause the campaign and try again in a moment";
  return [{ kind: "in-flight-here", field: "campaign", value: name, message, allowed }];
}

function openQuestions({ questions }: Origin): Obstacle[] {
  return questions.map((question) => ({
    kind: "questions",
    field: "question",
    value: question,
    message: "a person has to look at it",
    allowed: "a look at it, then --accept-questions (acceptQuestions in the API)",
  }));
}

function unseenExport({ source }: Origin): Obstacle {
  return {
    kind: "questions",
    field: "question",
    value: source,
    message: "an export does not tell what its sender has done since",
    allowed: "stop it there, import its newest export, then --accept-questions (acceptQuestions in the API)",
  };
}

function watchObstacle({ campaign, until, alarms }: OtherWatch, now: Instant): Obstacle[] {
  const skip = "--skip-watch (skipWatch in the API)";
  const watch = { kind: "watch", field: "watch", value: campaign } as const;
  if (alarms > 0) {
    const message = `its watch has found ${alarms === 1 ? "something" : `${alarms} things`} that must not be`;
    return [{ ...watch, message, allowed: `a look at \`goniec cutover --status\`, then a rollback of it or ${skip}` }];
  }
  if (until <= now) return [];
  const message = `it is watched until ${new Date(until).toISOString()}`;
  return [{ ...watch, message, allowed: `one campaign after another; wait for the end, or ${skip}` }];
}

function notImported(name: string, message: string): Obstacle {
  const allowed = "a campaign that `goniec import-legacy` has brought in wholly";
  return { kind: "not-imported", field: "campaign", value: name, message, allowed };
}

function otherSender(name: string): Obstacle {
  const message = "the older sender's process has it, and would go on beside the fallback sender";
  const allowed = "cut it over first, then roll it back to the fallback sender";
  return { kind: "other-sender", field: "campaign", value: name, message, allowed };
}

function noProcess(name: string, { source }: Origin): Obstacle {
  const message = `it came from an export (${source}), and no database is known into which it could go back`;
  const allowed = "--fallback (`to: fallback` in the API)";
  return { kind: "other-sender", field: "campaign", value: name, message, allowed };
}
