import { type Agent, request } from "node:http";
import type { HostileRequest } from "./hostile-requests.ts";

export interface HostileAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Asks over a socket, with paths and headers as they are. An event stream, which has no end, is left once it has begun. */
export function askHostile(port: number, agent: Agent, { method, path, headers, body }: HostileRequest): Promise<HostileAnswer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": String(body.length) };
    const asking = request({ port, host: "127.0.0.1", agent, method, path, headers: { ...headers, ...length } }, (response) => {
      const type = response.headers["content-type"] ?? "";
      const status = response.statusCode ?? 0;
      const chunks: Buffer[] = [];
      const end = (): void => resolve({ status, type, text: Buffer.concat(chunks).toString("utf8") });
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", end);
      response.on("error", reject);
      if (!type.startsWith("text/event-stream")) return;
      response.removeListener("error", reject).on("error", () => {});
      end();
      response.destroy();
    });
    asking.on("error", reject);
    asking.end(body);
  });
}

/** What would tell a stranger how the program is made: places in it, words of its databases. Nothing of it is in what is asked. */
const INSIDES = [
  /\n\s+at /,
  /\.[cm]?[jt]s:\d/,
  /node:internal|node_modules/,
  /SQLITE_|syntax error at or near|violates [\w-]+ constraint|UNIQUE constraint|relation "/i,
  /\b(select|update|insert into|delete from) "/i,
  /goniec-api-|\/work\/|\.db\b/,
  /ZodError|TypeError|RangeError|undefined is not|of undefined/,
];

const PROBLEM_TYPE = "application/problem+json; charset=utf-8";
/** What a constraint says that nobody has looked at before. Here nobody else changes anything. */
const RACE = "at the same moment";

/** What is wrong with an answer, whatever was asked; undefined for a good one. */
export function faultOf({ status, type, text }: HostileAnswer, { method }: HostileRequest): string | undefined {
  const inside = INSIDES.find((pattern) => pattern.test(text));
  if (inside !== undefined) return `tells of the program's insides (${String(inside)})`;
  if (status >= 500) return "is a fault of the program";
  if (status < 400 || method === "HEAD") return undefined;
  if (type !== PROBLEM_TYPE) return `is no problem document but ${type}`;
  const problem = JSON.parse(text) as { status?: unknown; type?: unknown; detail?: unknown };
  if (problem.status !== status || typeof problem.detail !== "string") return "is not a whole problem document";
  if (problem.detail.includes(RACE)) return "blames somebody else";
  return undefined;
}
