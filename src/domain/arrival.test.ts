import { describe, expect, it } from "vitest";
import { type FoundDatabase, type Home, objectionTo } from "./arrival.ts";
import type { RememberedDatabase } from "./frozen.ts";

const FOUND: FoundDatabase = { instance: "a", epoch: 2, follows: [], ledgerId: 50, home: { machine: "m-1", host: "web-1" } };
const MEMORY: RememberedDatabase = { instance: "a", epoch: 2, ledgerId: 50, at: 0 };
const HERE: Home = { machine: "m-1", host: "web-1" };

const reason = (found: Partial<FoundDatabase>, memory: Partial<RememberedDatabase> | undefined = {}, here = HERE) =>
  objectionTo({ ...FOUND, ...found }, memory && { ...MEMORY, ...memory }, here)?.reason;

describe("a database that an engine comes to", () => {
  it("may be sent from when it is what is remembered, or goes further, as after a crash before the memory was written", () => {
    expect([reason({}), reason({ ledgerId: 51 })]).toEqual([undefined, undefined]);
  });

  it("may not when its send log ends earlier, by as many entries as it says", () => {
    const objection = objectionTo({ ...FOUND, ledgerId: 40 }, MEMORY, HERE);
    expect(objection?.reason).toBe("older");
    expect(objection?.text).toContain("about 10 entries of its send log are missing");
  });

  it("may when a person has released it since, and may not when it is older than the last release", () => {
    expect(reason({ ledgerId: 40, epoch: 3 })).toBeUndefined();
    expect(reason({ ledgerId: 60, epoch: 1 })).toBe("older");
  });

  it("may not when it is another one, unless a person has said that it follows the one before", () => {
    expect(reason({ instance: "b" })).toBe("other-database");
    expect(reason({ instance: "b", follows: ["a"], ledgerId: 0 })).toBeUndefined();
  });

  it("may not on another machine, server or database, also without a memory", () => {
    expect(reason({}, undefined, { machine: "m-2", host: "web-2" })).toBe("other-place");
    expect(reason({ home: { system: "1", oid: 5 } }, undefined, { system: "2", oid: 5 })).toBe("other-place");
    expect(reason({ home: { system: "1", oid: 5 } }, undefined, { system: "1", oid: 6 })).toBe("other-place");
  });

  it("may where nothing is known: at the first start, in a container, on a server that does not tell who it is", () => {
    expect(objectionTo({ instance: "a", epoch: 1, follows: [], ledgerId: 0 }, undefined, HERE)).toBeUndefined();
    expect(reason({}, {}, { host: "3f2a" })).toBeUndefined();
    expect(reason({ home: { system: "1", oid: 5 } }, {}, { oid: 5 })).toBeUndefined();
  });
});
