import fc, { type Arbitrary } from "fast-check";

/** A text that no JSON, no database column or no template is glad of. */
export const HOSTILE_TEXTS: readonly string[] = [
  "",
  " ",
  "\0",
  "a\0b",
  "\ud800",
  "a\udc00b",
  "\ufeff",
  "\u202egnp.exe",
  "עברית",
  "e\u0301\u200b\u200d",
  "\u{1f469}\u200d\u{1f469}\u200d\u{1f467}",
  "\r\nBcc: all@example.test",
  "'; DROP TABLE campaigns; --",
  '" OR 1=1 --',
  "%' ESCAPE '",
  "\\",
  "%_%",
  "{{ constructor.constructor('return process')() }}",
  "{% for i in (1..100000000) %}x{% endfor %}",
  "{{ 'a' | append: ",
  "{% include '/etc/passwd' %}",
  "#{process.exit(1)} <%= process.exit(1) %>",
  "<script>alert(1)</script>",
  "../../../../etc/passwd",
  "__proto__",
  "constructor",
  "NaN",
  "Infinity",
  "-1",
  "1e400",
  "0x10",
  "9007199254740993",
  "null",
  "[object Object]",
  "2026-02-30T25:61:61Z",
  "+275760-09-13T00:00:00.001Z",
  "0000-01-01T00:00:00Z",
  "9999-12-31T23:59:59.999Z",
  "Mars/Olympus",
  "a@b@c",
  "=cmd|' /C calc'!A0",
  "x".repeat(5_000),
  "ż".repeat(400),
];

const HOSTILE_NUMBERS: readonly number[] = [
  0,
  -0,
  -1,
  0.1,
  1e-320,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 63,
  -(2 ** 63),
  1e308,
];

/** Keys with which an object would become another than it seems. */
export const HOSTILE_KEYS: readonly string[] = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "",
  "\0",
  "a.b",
  "$where",
];

export const hostileText: Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
);

/** Whatever a field does not expect. */
export const hostileValue: Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE_NUMBERS) },
  { weight: 2, arbitrary: fc.constantFrom(null, true, false, [], {}, [[]], [null], [{}]) },
  { weight: 1, arbitrary: fc.constantFrom(...HOSTILE_KEYS).map((key) => withKey({}, key, { isAdmin: true })) },
  { weight: 1, arbitrary: fc.integer({ min: 2, max: 300 }).map(nested) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** A copy with one more key of its own, which may also be `__proto__`. */
export function withKey(object: object, key: string, value: unknown): object {
  return Object.defineProperty({ ...object }, key, { value, enumerable: true, configurable: true, writable: true });
}

function nested(depth: number): unknown {
  return Array.from({ length: depth }).reduce<unknown>((inner, _, index) => (index % 2 === 0 ? [inner] : { a: inner }), 1);
}
