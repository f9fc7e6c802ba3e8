import fc, { type Arbitrary } from "fast-check";
import { HOSTILE_KEYS, hostileValue, withKey } from "./hostile-values.ts";

/** JSON Schema, as far as the description of the API uses it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly format?: string;
}

export type Schemas = Readonly<Record<string, Schema>>;

/** Ids that stand for something, so that most requests reach further than to 404. */
const ID_MAX = 6;
const LENGTH_MAX = 30;
const ITEMS_MAX = 3;

const cursor = (key: unknown): string => Buffer.from(JSON.stringify(key)).toString("base64url");

/** Values without which a request would end at the first look: most fields of these names get one of them. */
const SENSIBLE: Readonly<Record<string, readonly unknown[]>> = {
  zone: ["Europe/Warsaw", "UTC", "America/New_York"],
  // Nothing may leave this machine.
  host: ["127.0.0.1"],
  email: ["new@example.test", "newer@example.test"],
  address: ["lead-1@example.test", "lead-2@example.test", "anna@acme.test", "new@example.test"],
  adminAddress: ["anna@acme.test"],
  from: ["08:00", "2026-01-01T00:00:00Z", "2026-01-01"],
  to: ["17:00", "24:00", "2026-12-31T00:00:00Z", "2026-01-31"],
  day: ["2026-11-24"],
  holidays: ["PL", "DE"],
  subject: ["Hello {{ firstName }}"],
  text: ["How are you, {{ firstName | default: 'friend' }}?"],
  html: ["<p>Hello {{ firstName }}</p>"],
  filename: ["a.txt"],
  contentType: ["text/plain"],
  content: ["aGVsbG8=", "AA=="],
  encoding: ["utf-8", "windows-1250"],
  separator: [",", ";"],
  field: ["email", "firstName", ""],
  state: ["waiting", "sent"],
  kind: ["campaign", "test", "campaign.started"],
  name: ["Spring", "Autumn"],
  cursor: [
    3,
    "a",
    "\0",
    2 ** 53 - 1,
    -1,
    [1, 2],
    [2 ** 53 - 1, 2 ** 53 - 1, 1],
    [2 ** 31, "2026-11-24", null],
    [2 ** 40, 3, 1],
  ].map(cursor),
  reason: ["asked by telephone"],
};

/** What the schema allows, of which in some requests one part or the other is none of it. */
export function valueOf(schema: Schema, schemas: Schemas, name = ""): Arbitrary<unknown> {
  return fc.oneof(
    { weight: 25, arbitrary: allowedValue(schema, schemas, name) },
    // Where a mailbox's server is said to be, a hostile text would be looked up in the network.
    { weight: name === "host" ? 0 : 1, arbitrary: hostileValue },
  );
}

function allowedValue(schema: Schema, schemas: Schemas, name: string): Arbitrary<unknown> {
  const choices = schema.anyOf ?? schema.oneOf;
  if (schema.$ref !== undefined) return allowedValue(schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {}, schemas, name);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (choices !== undefined) return fc.oneof(...choices.map((choice) => allowedValue(choice, schemas, name)));
  if (schema.allOf !== undefined)
    return fc
      .tuple(...schema.allOf.map((part) => allowedValue(part, schemas, name)))
      .map((parts) => Object.assign({}, ...parts) as unknown);
  const sensible = SENSIBLE[name];
  if (sensible !== undefined && schema.type === "string")
    return fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...sensible) },
      { weight: name === "host" ? 0 : 1, arbitrary: text(schema) },
    );
  switch (schema.type) {
    case "string":
      return text(schema);
    case "integer":
      return integer(schema);
    case "number":
      return fc.double({ min: schema.minimum ?? -1e9, max: schema.maximum ?? 1e9, noNaN: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return fc.array(valueOf(schema.items ?? {}, schemas, name), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? ITEMS_MAX, Math.max(ITEMS_MAX, schema.minItems ?? 0)),
      });
    case "object":
      return object(schema, schemas);
    case undefined:
    default:
      return hostileValue;
  }
}

function text({ format, minLength = 0, maxLength = LENGTH_MAX }: Schema): Arbitrary<string> {
  if (format === "date-time") return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (format === "date") return fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10));
  const length = { minLength, maxLength: Math.max(minLength, Math.min(maxLength, LENGTH_MAX)) };
  return fc.oneof(
    { weight: 5, arbitrary: fc.string(length) },
    { weight: 1, arbitrary: fc.string({ ...length, unit: "binary" }) },
    // Just as long as it may be.
    { weight: 1, arbitrary: fc.constant("x".repeat(Math.min(maxLength, 20_000))) },
  );
}

function integer({ minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: Schema): Arbitrary<number> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: minimum, max: Math.min(maximum, minimum + ID_MAX) }) },
    { weight: 1, arbitrary: fc.integer({ min: minimum, max: maximum }) },
    { weight: 1, arbitrary: fc.constantFrom(minimum, maximum) },
  );
}

function object({ properties = {}, required = [], additionalProperties }: Schema, schemas: Schemas): Arbitrary<object> {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, valueOf(schema, schemas, name)]));
  const known = fc.record(fields, { requiredKeys: [...required] });
  const more =
    typeof additionalProperties === "object"
      ? fc.dictionary(fc.constantFrom("firstName", "city", ...HOSTILE_KEYS), valueOf(additionalProperties, schemas), {
          maxKeys: ITEMS_MAX,
        })
      : fc.constant({});
  const whole = fc
    .tuple(known, more)
    .map(([one, other]): object => Object.entries(other).reduce((all, [key, value]) => withKey(all, key, value), one as object));
  return fc.oneof(
    { weight: 25, arbitrary: whole },
    {
      weight: 1,
      arbitrary: fc
        .tuple(whole, fc.constantFrom(...HOSTILE_KEYS), hostileValue)
        .map(([one, key, value]) => withKey(one, key, value)),
    },
    { weight: 1, arbitrary: fc.tuple(whole, fc.constantFrom("", ...required)).map(([one, key]) => without(one, key)) },
  );
}

function without(object: object, key: string): object {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}
