import { describe, expect, it } from "vitest";
import { advance, type Position, positionText, readPosition } from "./feed-position.ts";

const closed = (...ids: number[]) => ids.map((id) => ({ id, isOpen: false }));
const at = (high: number, missing: number[] = [], open: number[] = []): Position => ({
  high,
  missing: new Map(missing.map((id) => [id, 0])),
  open: new Set(open),
});

describe("a position in a growing table", () => {
  it("remembers ids that were passed over, until they come", () => {
    const passed = advance(at(10), closed(11, 14), 0);
    expect(passed).toEqual(at(14, [12, 13]));
    expect(advance(passed, closed(13), 1)).toEqual(at(14, [12]));
  });

  it("gives up an id that no transaction can bring any more", () => {
    const passed = advance(at(10), closed(12), 0);
    expect(advance(passed, [], 59_999).missing.has(11)).toBe(true);
    expect(advance(passed, [], 60_000).missing.has(11)).toBe(false);
  });

  it("is not drowned by a sequence that jumps", () => {
    expect(advance(at(10), closed(10_000_000), 0).missing.size).toBeLessThanOrEqual(1_000);
  });

  it("keeps a row open until it was seen closed", () => {
    const opened = advance(at(10), [{ id: 11, isOpen: true }], 0);
    expect(opened.open).toEqual(new Set([11]));
    expect(advance(opened, closed(12), 0).open).toEqual(new Set([11]));
    expect(advance(opened, closed(11), 0).open).toEqual(new Set());
  });
});

describe("a position as text", () => {
  it.each([at(0), at(1_000_000, [999_990, 999_999], [5, 1_000_000]), at(7)])("is read back", (position) => {
    expect(readPosition(positionText(position), 0)).toEqual(position);
  });

  it("stays short, and goes back rather than forget what is open", () => {
    const open = Array.from({ length: 300 }, (_, index) => 1_000 + index);
    const text = positionText(at(2_000, [], open));
    expect(text.length).toBeLessThan(1_000);
    const read = readPosition(text, 0);
    expect([read?.high, read?.open]).toEqual([1_099, new Set(open.slice(0, 100))]);
  });

  it.each(["", "-", "a-b~", "1~zz", "ZZ", "1\n2", "zzzzzzzzzzzz", `1${"-0".repeat(101)}`, "1-zzzzz"])(
    "is not read from %j",
    (text) => {
      expect(readPosition(text, 0)).toBeUndefined();
    },
  );
});
