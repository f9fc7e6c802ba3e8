import { gzipSync } from "node:zlib";
import fc, { type Arbitrary } from "fast-check";
import { HOSTILE_TEXTS, hostileText } from "./hostile-values.ts";
import { type Schema, type Schemas, valueOf } from "./schema-values.ts";

/** A route, as the program describes itself. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

export interface HostileRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

/** Requests for this route: most almost right, so that they come far, each with something that is wrong. `token` lets them in. */
export function requestsFor(operation: Operation, schemas: Schemas, tokens: readonly string[]): Arbitrary<HostileRequest> {
  return fc
    .record({
      method: fc.oneof(
        { weight: 40, arbitrary: fc.constant(operation.method) },
        { weight: 1, arbitrary: fc.constantFrom("PUT", "POST", "PATCH", "HEAD", "OPTIONS", "TRACE") },
      ),
      path: pathOf(operation, schemas),
      query: queryOf(operation, schemas),
      headers: headersOf(operation, tokens),
      content: contentOf(operation, schemas),
    })
    .map(({ method, path, query, headers, content }) => ({
      method,
      path: path + query,
      headers: { ...content.headers, ...headers },
      body: content.body,
    }));
}

const HOSTILE_SEGMENTS = [
  "0",
  "-1",
  "1.5",
  "9007199254740991",
  "9007199254740993",
  "99999999999999999999",
  "%00",
  "%2e%2e%2f",
  "..",
  "%zz",
  "%",
  "%ff",
  "%ed%a0%80",
  "NaN",
  "1%20or%201=1",
  "%F0%9F%98%80",
  "__proto__",
  "1e3",
  "0x7",
  "9".repeat(3_000),
];
const OWN_PEOPLE = 3;

function pathOf({ path }: Operation, schemas: Schemas): Arbitrary<string> {
  // Whoever takes the test's own tokens or roles away asks nothing any more.
  const isOfPeople = /\/(users|tokens)\//.test(path);
  const segments = path.split("/").map((segment): Arbitrary<string> => {
    if (!segment.startsWith("{")) return fc.constant(segment);
    const schema =
      segment === "{day}" ? { type: "string", format: "date" } : { type: "integer", minimum: isOfPeople ? OWN_PEOPLE + 1 : 1 };
    return fc.oneof(
      {
        weight: 12,
        arbitrary: valueOf(schema, schemas, segment.slice(1, -1)).map((value) => encoded(isOfPeople && isOwn(value) ? 0 : value)),
      },
      { weight: 2, arbitrary: fc.constantFrom(...HOSTILE_SEGMENTS) },
    );
  });
  return fc.tuple(...segments).map((parts) => parts.join("/"));
}

const isOwn = (id: unknown): boolean => Number(id) >= 1 && Number(id) <= OWN_PEOPLE;

function queryOf({ parameters = [] }: Operation, schemas: Schemas): Arbitrary<string> {
  const named = parameters.filter((parameter) => parameter.in === "query");
  const pairs = named.map(({ name, schema }) =>
    fc.oneof(
      { weight: 6, arbitrary: fc.constant("") },
      { weight: 8, arbitrary: valueOf(schema, schemas, name).map((value) => `${name}=${encoded(value)}`) },
      { weight: 1, arbitrary: hostileText.map((text) => `${name}=${encoded(text)}&${name}=${encoded(text)}`) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(`${name}[]=1`, `${name}[a]=1`, `${name}=%zz`, `${name}=%ff%fe`, `${name}`, `${name}=%00`),
      },
    ),
  );
  const stray = fc.oneof(
    { weight: 12, arbitrary: fc.constant("") },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        "__proto__=1",
        "__proto__[a]=1",
        "constructor=1",
        "&&&",
        "=",
        "a=%",
        "?",
        `${"q=1&".repeat(1_500)}`,
        "a".repeat(8_000),
      ),
    },
  );
  return fc.tuple(...pairs, stray).map((parts) => {
    const text = parts.filter((part) => part !== "").join("&");
    return text === "" ? "" : `?${text}`;
  });
}

function encoded(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, "\ufffd"));
}

const GARBAGE_LOGINS = [
  "Bearer",
  "Bearer ",
  "Bearer goniec_x",
  `Bearer goniec_${"A".repeat(6_000)}`,
  "Basic b3duZXI6eA==",
  "bearer a b c",
  "Bearer \u00e9",
];
const GARBAGE_COOKIES = [
  "goniec_session=%00",
  "goniec_session=x; goniec_session=y",
  "goniec_session=%zz",
  ";;;==",
  `goniec_session=${"A".repeat(4_000)}`,
  "__proto__=1",
];

function headersOf({ parameters = [] }: Operation, tokens: readonly string[]): Arbitrary<Record<string, string>> {
  const own = parameters.filter((parameter) => parameter.in === "header");
  const values: Record<string, Arbitrary<string | undefined>> = {
    authorization: seldom(
      20,
      fc.constantFrom(...tokens).map((token) => `Bearer ${token}`),
      fc.constantFrom(undefined, ...GARBAGE_LOGINS),
    ),
    cookie: seldom(20, fc.constant(undefined), fc.constantFrom(...GARBAGE_COOKIES)),
    origin: seldom(30, fc.constant(undefined), fc.constantFrom("null", "https://evil.test", "://", "http://[::1")),
    accept: seldom(30, fc.constant(undefined), fc.constantFrom("text/html", "*/*;q=x", "image/png")),
    range: seldom(40, fc.constant(undefined), fc.constantFrom("bytes=0-1", "bytes=-99999999999", "x")),
    "x-forwarded-for": seldom(40, fc.constant(undefined), fc.constantFrom("::1", "a, b", "'")),
  };
  for (const { name } of own)
    values[name] = seldom(6, fc.constantFrom(...(name === "if-match" ? ["*"] : [undefined, "k1", "k2"])), headerText);
  return fc
    .record(values)
    .map((headers) =>
      Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    );
}

const headerText = fc.oneof(
  fc.constantFrom(undefined, "", "*", "W/*", '"', '"x", *', ",,,", "0-0-0", "1.2.3", "-1", "9".repeat(150), "x".repeat(3_000)),
  hostileText.map((text) => text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, "?")),
);

function seldom<T, U>(weight: number, often: Arbitrary<T>, else_: Arbitrary<U>): Arbitrary<T | U> {
  return fc.oneof({ weight, arbitrary: often }, { weight: 1, arbitrary: else_ });
}

interface Content {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

const JSON_TYPE = { "content-type": "application/json" };

function contentOf({ method, path, requestBody }: Operation, schemas: Schemas): Arbitrary<Content> {
  const schema = requestBody?.content["application/json"]?.schema;
  const isFile = /\/import(s)?$/.test(path);
  if (method === "POST" && isFile) return seldom(4, FILES, broken(fc.constant('{"a":1}')));
  if (schema === undefined)
    return seldom(10, fc.constant<Content>({ headers: {}, body: undefined }), broken(fc.constant('{"a":1}')));
  const json = valueOf(schema, schemas).map((value) => JSON.stringify(value) ?? "null");
  return fc.oneof(
    { weight: 12, arbitrary: json.map((text): Content => ({ headers: JSON_TYPE, body: Buffer.from(text) })) },
    { weight: 2, arbitrary: broken(json) },
  );
}

/** Ways to send the same body that somebody takes who has misunderstood, or who tries what happens. */
const BREAKINGS: readonly ((text: string) => Content)[] = [
  (text) => as("application/json", text.slice(0, text.length / 2)),
  () => as("application/json", ""),
  (text) => as("application/json", `\ufeff${text}`),
  (text) => as("application/json", text.replace("{", '{"a":1e999,')),
  (text) => as("application/json", text.replace("{", '{"__proto__":{"a":1},')),
  (text) => as("application/json", text.replace("{", '{"constructor":{"prototype":{"a":1}},')),
  (text) => as("application/json", text.replaceAll(/"(\w*)":"\w*/g, '"$1":"\\ud800\\u0000')),
  (text) =>
    as(
      "application/json",
      Buffer.concat([Buffer.from(text.slice(0, -2)), Buffer.from([0xff, 0xfe, 0xc0, 0x80]), Buffer.from(text.slice(-2))]),
    ),
  () => as("application/json", "[".repeat(50_000)),
  () => as("application/json", `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`),
  () => as("application/json", `"${"x".repeat(1_100_000)}"`),
  (text) => as("application/json", gzipSync(text), { "content-encoding": "gzip" }),
  (text) => as("application/json", text, { "content-encoding": "gzip" }),
  (text) => as("application/json; charset=utf-16", Buffer.from(text, "utf16le")),
  (text) => as("application/json; charset=nonsense", text),
  (text) => as("application/vnd.api+json", text),
  (text) => as("text/plain", text),
  (text) => as("text/csv", text),
  () => as("application/xml", "<a/>"),
  () => as("application/x-www-form-urlencoded", "name=x&__proto__[a]=1"),
  () => as("multipart/form-data; boundary=x", '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'),
  (text) => as("multipart/form-data", text),
  (text) => as(";;;/", text),
  (text) => as("a".repeat(3_000), text),
  (text) => ({ headers: {}, body: Buffer.from(text) }),
];

function as(type: string, body: string | Buffer, more: Record<string, string> = {}): Content {
  return { headers: { "content-type": type, ...more }, body: Buffer.from(body as string) };
}

const broken = (text: Arbitrary<string>): Arbitrary<Content> =>
  fc.tuple(text, fc.constantFrom(...BREAKINGS)).map(([whole, breaking]) => breaking(whole));

const CSV = "email,firstName,city\r\nnew@example.test,Ewa,Łódź\r\nlead-1@example.test,Jan,Kraków\r\n";

/** Files of leads, whole and broken. */
const FILES: Arbitrary<Content> = fc
  .record({
    type: fc.constantFrom("text/csv", "application/octet-stream", "text/plain", "text/csv; charset=nonsense"),
    body: fc.oneof(
      { weight: 3, arbitrary: fc.constant(Buffer.from(CSV)) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          Buffer.from(CSV, "utf16le"),
          gzipSync(CSV),
          Buffer.alloc(0),
          Buffer.alloc(5_000),
          Buffer.from("\ufeff"),
          Buffer.from('email\n"'),
          Buffer.from(`email\n${'"a@b.test'.repeat(5_000)}`),
          Buffer.from(`${"c,".repeat(20_000)}\n`),
          Buffer.from(`email\n${"x".repeat(300_000)}@b.test\n`),
        ),
      },
      {
        weight: 1,
        arbitrary: fc
          .array(fc.constantFrom(...HOSTILE_TEXTS), { maxLength: 40 })
          .map((cells) => Buffer.from(`email,firstName\n${cells.join(",")}\n${cells.join("\n")}`)),
      },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)) },
    ),
  })
  .map(({ type, body }) => ({ headers: { "content-type": type }, body }));
