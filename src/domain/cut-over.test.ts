import { describe, expect, it } from "vitest";
import { type CutOverFacts, cutOverObstacles, type ObstacleKind, rollBackObstacles } from "./cut-over.ts";

const NOW = Date.parse("2026-03-02T09:00:00Z");
const NOTHING_ACCEPTED = { acceptQuestions: false, skipWatch: false };

function facts(changes: Partial<CutOverFacts> = {}): CutOverFacts {
  return {
    name: "spring",
    sender: "old-process",
    sendingHere: 0,
    origin: { source: "legacy", kind: "prisma", isWhole: true, questions: [] },
    there: { status: "PAUSED", inFlight: 0 },
    watches: [],
    ...changes,
  };
}

const inTheWay = (changes: Partial<CutOverFacts>, choices = NOTHING_ACCEPTED): ObstacleKind[] =>
  cutOverObstacles(facts(changes), choices, NOW).map(({ kind }) => kind);

const inTheWayBack = (changes: Partial<CutOverFacts>, to: "old-process" | "fallback" = "old-process"): ObstacleKind[] =>
  rollBackObstacles(facts({ sender: "goniec", ...changes }), to).map(({ kind }) => kind);

describe("a cut-over", () => {
  it("may be of a campaign that is wholly imported, and rests there and here", () => {
    expect(inTheWay({})).toEqual([]);
  });

  it.each(["IN_PROGRESS", "SENDING", "SCHEDULED", "sending", "WAITING_FOR_SOMETHING"])(
    "is refused while the campaign is %s there",
    (status) => {
      expect(inTheWay({ there: { status, inFlight: 0 } })).toEqual(["sends-there"]);
    },
  );

  it.each(["PAUSED", "COMPLETED", "CANCELLED", "DRAFT", " paused "])("may be while it is %s there", (status) => {
    expect(inTheWay({ there: { status, inFlight: 0 } })).toEqual([]);
  });

  it("is refused while a mail is on its way, there or here", () => {
    expect(inTheWay({ there: { status: "PAUSED", inFlight: 1 }, sendingHere: 2 })).toEqual(["in-flight-there", "in-flight-here"]);
  });

  it("is refused of what is not wholly imported, and of what never was another's", () => {
    const origin = { source: "legacy", kind: "prisma", isWhole: false, questions: [] } as const;
    expect(inTheWay({ origin })).toEqual(["not-imported"]);
    expect(inTheWay({ origin: undefined, sender: "goniec" })).toEqual(["not-imported"]);
  });

  it("is refused while nobody can see what the older sender does", () => {
    expect(inTheWay({ there: { problem: "there is no such file" } })).toEqual(["unreadable"]);
  });

  it("waits for a person's look at each question", () => {
    const origin = {
      source: "legacy",
      kind: "prisma",
      isWhole: true,
      questions: ["Is 9:00 local time?", "Which text?"],
    } as const;
    expect(inTheWay({ origin })).toEqual(["questions", "questions"]);
    expect(inTheWay({ origin }, { acceptQuestions: true, skipWatch: false })).toEqual([]);
  });

  it("waits for a person's word that the sender of an export has stopped", () => {
    const origin = { source: "old.csv", kind: "csv", isWhole: true, questions: [] } as const;
    expect(inTheWay({ origin, there: undefined })).toEqual(["questions"]);
    expect(inTheWay({ origin, there: undefined }, { acceptQuestions: true, skipWatch: false })).toEqual([]);
  });

  it("waits for the watch of another one, unless a person skips it", () => {
    const watches = [{ campaign: "autumn", until: NOW + 1, alarms: 0 }];
    expect(inTheWay({ watches })).toEqual(["watch"]);
    expect(inTheWay({ watches }, { acceptQuestions: false, skipWatch: true })).toEqual([]);
  });

  it("waits also for a watch that has ended with alarms, and for none that has passed", () => {
    expect(inTheWay({ watches: [{ campaign: "autumn", until: NOW - 1, alarms: 1 }] })).toEqual(["watch"]);
    expect(inTheWay({ watches: [{ campaign: "autumn", until: NOW, alarms: 0 }] })).toEqual([]);
  });

  it("asks nothing of an older sender whose process is gone", () => {
    expect(inTheWay({ sender: "fallback", there: undefined })).toEqual([]);
    expect(inTheWay({ sender: "fallback", there: undefined, sendingHere: 1 })).toEqual(["in-flight-here"]);
  });
});

describe("a rollback", () => {
  it("may be while the campaign rests there, and no mail of it is on its way here", () => {
    expect(inTheWayBack({})).toEqual([]);
  });

  it("is refused while a mail is on its way here, whoever takes it back", () => {
    expect(inTheWayBack({ sendingHere: 1 })).toEqual(["in-flight-here"]);
    expect(inTheWayBack({ sendingHere: 1, there: undefined }, "fallback")).toEqual(["in-flight-here"]);
  });

  it("is refused while the older sender runs it, which would begin before it knows what Goniec has mailed", () => {
    expect(inTheWayBack({ there: { status: "IN_PROGRESS", inFlight: 0 } })).toEqual(["sends-there"]);
  });

  it("needs the older sender's database, unless the fallback sender takes it", () => {
    expect(inTheWayBack({ there: { problem: "there is no such file" } })).toEqual(["unreadable"]);
    expect(inTheWayBack({ there: undefined }, "fallback")).toEqual([]);
  });

  it("gives nothing to the fallback sender that the older sender's process has", () => {
    expect(inTheWayBack({ sender: "old-process" }, "fallback")).toEqual(["other-sender"]);
  });

  it("is refused to a process that nobody knows the database of", () => {
    const origin = { source: "old.csv", kind: "csv", isWhole: true, questions: [] } as const;
    expect(inTheWayBack({ origin, there: undefined })).toEqual(["other-sender"]);
  });
});
