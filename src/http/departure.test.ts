import { request } from "node:http";
import type { AddressInfo } from "node:net";
import Fastify, { type FastifyInstance } from "fastify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { departure } from "./departure.ts";

describe("the signal of a departure", () => {
  let server: FastifyInstance;
  let port: number;
  let answer: (text: string) => void;
  let asked: Promise<AbortSignal>;

  beforeEach(async () => {
    server = Fastify();
    const answered = new Promise<string>((resolve) => {
      answer = resolve;
    });
    asked = new Promise((resolve) => {
      server.post("/", async (_request, reply) => {
        resolve(departure(reply));
        return answered;
      });
    });
    await server.listen({ host: "127.0.0.1", port: 0 });
    port = (server.server.address() as AddressInfo).port;
  });
  afterEach(() => {
    answer("over");
    return server.close();
  });

  const ask = () => {
    const headers = { "content-type": "application/json" };
    const call = request({ host: "127.0.0.1", port, method: "POST", headers, agent: false });
    call.on("error", () => {});
    call.end("{}");
    return call;
  };

  it("stays silent while the asker of a request with a body waits, and after the answer", async () => {
    const heard = new Promise((resolve) => ask().on("response", (response) => response.resume().on("end", resolve)));
    const signal = await asked;
    // The next request comes after the end of this one's body was told.
    await fetch(`http://127.0.0.1:${port}/none`, { method: "POST", body: "x" });
    expect(signal.aborted).toBe(false);
    answer("done");
    await heard;
    expect(signal.aborted).toBe(false);
  });

  it("comes when the asker goes away before the answer", async () => {
    const call = ask();
    const signal = await asked;
    const gone = new Promise((resolve) => signal.addEventListener("abort", resolve));
    call.destroy();
    await gone;
    expect(signal.aborted).toBe(true);
    answer("too late");
  });
});
