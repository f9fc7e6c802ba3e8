import { Agent } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Logger } from "../../src/engine/ports.ts";
import { startRudeServer } from "../servers/rude-server.ts";
import { expectVerified } from "../verified.ts";
import type { ApiWorld } from "./api-world.ts";
import { KINDS, openWorld } from "./both-databases.ts";
import { addMailbox, draft, leadsNamed } from "./campaign-world.ts";
import { askHostile, faultOf } from "./hostile-client.ts";
import { type HostileRequest, type Operation, requestsFor } from "./hostile-requests.ts";
import type { Schemas } from "./schema-values.ts";
import { sendAll } from "./sending.ts";

/** `FUZZ_SEED=7 FUZZ_RUNS=500 npx vitest run test/http/fuzz.test.ts` asks each route 500 times; what a seed finds it finds again. */
const SEED = Number(process.env["FUZZ_SEED"] ?? 1);
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 8);
const FINDINGS_MAX = 20;
const TIMEOUT_MS = 60_000 + RUNS * 5_000;

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Omit<Operation, "method" | "path">>>>>;
  readonly components: { readonly schemas: Schemas };
}

/** For each route as many requests as there are runs, one of each route after the other. */
function requestsOf(world: ApiWorld): HostileRequest[] {
  const { paths, components } = world.server.swagger() as unknown as Description;
  const tokens = [...Array<string>(8).fill(world.tokens.owner), world.tokens.operator, world.tokens.viewer];
  const byRoute = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation], index) => {
      const requests = requestsFor({ ...operation, method: method.toUpperCase(), path }, components.schemas, tokens);
      return fc.sample(requests, { seed: SEED + index, numRuns: RUNS });
    }),
  );
  return Array.from({ length: RUNS }, (_, run) => byRoute.flatMap((requests) => requests[run] ?? [])).flat();
}

/** Something of everything, so that the ids of the requests stand for something. */
async function fillWorld(world: ApiWorld): Promise<void> {
  const server = await startRudeServer([{ at: "after-body", does: "drop" }]);
  onTestFinished(() => server.close());
  const mailboxId = await addMailbox(world, "anna@acme.test", server.port);
  const mailboxIds = [mailboxId, await addMailbox(world, "ewa@acme.test", 1)];
  const campaign = await draft(world, "Sent", leadsNamed(3), { mailboxIds: [mailboxId], settings: { delayMs: 0 } });
  await sendAll(world, campaign.id);
  for (const name of ["Spring draft", "Autumn draft"]) await draft(world, name, leadsNamed(5), { mailboxIds });
  await world.ask("POST", "/imports?fileName=a.csv", "email\na@b.test\n", { headers: { "content-type": "text/csv" } });
}

/** What the program has logged as its own faults. */
function faultLog(): { log: Logger; faults: string[] } {
  const faults: string[] = [];
  const silent = (): void => {};
  const keep = (event: string, fields: object = {}): void => void faults.push(`${event} ${JSON.stringify(fields)}`);
  return { log: { debug: silent, info: silent, warn: silent, error: keep }, faults };
}

const shown = ({ method, path, headers, body }: HostileRequest): string =>
  `${method} ${path.slice(0, 300)} ${JSON.stringify(headers).slice(0, 300)} ${body?.toString("utf8").slice(0, 400) ?? ""}`;

describe.each(KINDS)("the API on %s", (kind) => {
  it(
    `refuses what it cannot take as a problem of the request, and keeps the database whole (FUZZ_SEED=${SEED})`,
    async () => {
      const { log, faults } = faultLog();
      const short = { connectMs: 500, greetingMs: 500, commandMs: 500, bodyMs: 500, finalMs: 500 };
      const world = await openWorld(kind, { timeouts: short }, log, { sends: false });
      await fillWorld(world);
      await world.server.listen({ port: 0, host: "127.0.0.1" });
      const { port } = world.server.server.address() as AddressInfo;
      const agent = new Agent({ keepAlive: true });
      onTestFinished(() => agent.destroy());

      const findings: string[] = [];
      for (const request of requestsOf(world)) {
        const answer = await askHostile(port, agent, request);
        const fault = faultOf(answer, request);
        if (fault === undefined) continue;
        findings.push(
          `${answer.status} ${fault}: ${shown(request)} -> ${answer.text.slice(0, 400)} ${faults.splice(0).join("\n")}`,
        );
        if (findings.length >= FINDINGS_MAX) break;
      }
      expect([...findings, ...faults]).toEqual([]);
      await expectVerified(world.app.reader);
    },
    TIMEOUT_MS,
  );
});
