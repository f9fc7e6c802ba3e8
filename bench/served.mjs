// The program with its API on a real socket, and those who ask it.
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { SCOPES } from "../dist/domain/roles.js";
import { issueToken } from "../dist/operation/issue-token.js";
import { createUser } from "../dist/storage/users.js";
import { percentile } from "./harness.mjs";
import { serve } from "./processes.mjs";

const UP_WITHIN_MS = 30_000;

/**
 * @typedef {object} Served
 * @property {string} address without a slash at the end
 * @property {Readonly<Record<string, string>>} headers that make a request the owner's
 *
 * @typedef {object} Answer
 * @property {string} path without its ids and its query's values
 * @property {number} status
 * @property {number} ms from the request to the last byte
 * @property {any} body
 */

/** A token of a new owner. */
export async function ownersToken(app) {
  const actor = "bench";
  const person = { email: "owner@example.test", name: "Owner", role: "owner", passwordHash: "none" };
  const user = await app.write((trx, now) => createUser(trx, person, actor, now));
  const people = { ...app, chance: { bytes: randomBytes } };
  const issued = await issueToken(people, { userId: user.value.id, name: "bench", scopes: SCOPES }, actor);
  return issued.value.token;
}

/**
 * Runs `work` while the program serves and sends.
 *
 * @template T
 * @param {string} database
 * @param {string} token
 * @param {(served: Served) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function whileServed(database, token, work) {
  const port = await freePort();
  const serving = await serve(database, { listen: `127.0.0.1:${port}` });
  try {
    const address = `http://127.0.0.1:${port}`;
    await untilUp(address);
    return await work({ address, headers: { authorization: `Bearer ${token}` } });
  } finally {
    await serving.stop();
  }
}

/**
 * @param {Served} served
 * @param {string} path below /api/v1/
 * @returns {Promise<Answer>}
 */
export async function ask({ address, headers }, path) {
  const askedMs = performance.now();
  const response = await fetch(`${address}/api/v1/${path}`, { headers });
  const text = await response.text();
  const ms = performance.now() - askedMs;
  return { path: path.replace(/\d+/, ":id"), status: response.status, ms, body: JSON.parse(text) };
}

/** @param {readonly Pick<Answer, "path" | "ms">[]} answers */
export function byPathOf(answers) {
  return Object.fromEntries(
    [...new Set(answers.map(({ path }) => path))].map((path) => {
      const ms = answers.filter((one) => one.path === path).map((one) => one.ms);
      return [path, { answers: ms.length, medianMs: percentile(ms, 0.5), p99Ms: percentile(ms, 0.99) }];
    }),
  );
}

async function untilUp(address) {
  for (const endMs = performance.now() + UP_WITHIN_MS; performance.now() < endMs; await pause(50))
    if ((await fetch(`${address}/healthz`).catch(() => undefined))?.ok) return;
  throw new Error("the program does not answer");
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => void server.close(resolve));
  return port;
}
