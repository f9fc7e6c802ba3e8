import { describe, expect, it, onTestFinished } from "vitest";
import { type AcceptingServer, startAcceptingServer } from "../servers/accepting-server.ts";
import { ApiWorld } from "./api-world.ts";

interface Mailbox {
  readonly id: number;
  readonly version: string;
  readonly state: string;
  readonly today: { readonly used: number };
}
interface Check {
  readonly ok: boolean;
  readonly steps: readonly {
    step: string;
    status: string;
    words: string | null;
    failure: { code: string; remedy: string } | null;
  }[];
}

const SECRET = "correct horse battery";

async function server(): Promise<AcceptingServer> {
  const started = await startAcceptingServer({ security: "none", login: { user: "anna", password: SECRET } });
  onTestFinished(() => started.close());
  return started;
}

const account = (port: number, password = SECRET) => ({
  ...{ address: "Anna@example.test", name: "Anna", host: "127.0.0.1", port, security: "none", user: "anna", password },
});

describe("mailboxes over HTTP", () => {
  it("are added with a password that no answer shows, and no second time", async () => {
    const world = await ApiWorld.open();
    const made = await world.ask<Mailbox>("POST", "/mailboxes", account(2525));
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ address: "anna@example.test", hasPassword: true, perDayMax: 50, state: "ready" });
    const shown = await world.ask<{ items: Mailbox[] }>("GET", "/mailboxes");
    expect(made.text + shown.text).not.toContain(SECRET);
    const again = await world.ask("POST", "/mailboxes", account(2525));
    expect([again.status, again.body["errors"]]).toEqual([409, [expect.objectContaining({ field: "address" })]]);
    expect(again.text).not.toContain(SECRET);
  });

  it("may be allowed no mail a day, and then no clock says when the next one leaves", async () => {
    const world = await ApiWorld.open();
    const { status, body } = await world.ask("POST", "/mailboxes", { ...account(2525), perDayMax: 0 });
    expect([status, body["state"], body["nextAt"]]).toEqual([201, "limit", null]);
  });

  it("keep their password when they are edited, and ask for it when it would go elsewhere", async () => {
    const world = await ApiWorld.open();
    const { body } = await world.ask<Mailbox>("POST", "/mailboxes", account(2525));
    const edit = (change: object, version = body.version) =>
      world.ask<Mailbox>("PATCH", `/mailboxes/${body.id}`, change, { headers: { "if-match": `"${version}"` } });
    const renamed = await edit({ name: "Anna K.", perDayMax: 20 });
    expect([renamed.status, renamed.body]).toEqual([
      200,
      expect.objectContaining({ name: "Anna K.", perDayMax: 20, hasPassword: true }),
    ]);
    expect((await edit({ name: "Late" })).status).toBe(412);
    const moved = await edit({ host: "evil.test" }, renamed.body.version);
    expect([moved.status, moved.body]).toEqual([
      422,
      expect.objectContaining({ errors: [expect.objectContaining({ field: "password" })] }),
    ]);
  });

  it("are tried step by step, and a wrong password is told in the server's words with what to do", async () => {
    const world = await ApiWorld.open();
    const { port } = await server();
    const typed = ({ name: _name, ...rest }: ReturnType<typeof account>) => rest;
    const right = await world.ask<Check>("POST", "/mailboxes/check", typed(account(port)));
    expect(right.body.ok).toBe(true);
    const wrong = await world.ask<Check>("POST", "/mailboxes/check", typed(account(port, "hunter12345")));
    const login = wrong.body.steps.find(({ step }) => step === "login");
    expect(wrong.body.ok).toBe(false);
    expect(login).toMatchObject({
      status: "failed",
      words: expect.stringContaining("wrong user or password"),
      failure: { remedy: expect.any(String) },
    });
    expect(wrong.text).not.toContain("hunter12345");
    const made = await world.ask<Mailbox>("POST", "/mailboxes", account(port));
    expect((await world.ask<Check>("POST", `/mailboxes/${made.body.id}/check`)).body.ok).toBe(true);
  });

  it("send a test mail that counts towards their day", async () => {
    const world = await ApiWorld.open();
    const accepting = await server();
    const { body } = await world.ask<Mailbox>("POST", "/mailboxes", account(accepting.port));
    const sent = await world.ask("POST", `/mailboxes/${body.id}/test`, { to: "me@example.test" });
    expect(sent.body).toMatchObject({ state: "sent", to: "me@example.test" });
    expect(accepting.mails).toHaveLength(1);
    expect((await world.ask<Mailbox>("GET", `/mailboxes/${body.id}`)).body.today.used).toBe(1);
    const bad = await world.ask("POST", `/mailboxes/${body.id}/test`, { to: "nobody" });
    expect([bad.status, bad.body["errors"]]).toEqual([422, [expect.objectContaining({ field: "to", value: "nobody" })]]);
  });

  it("are deleted while nothing speaks of them, and switched off afterwards", async () => {
    const world = await ApiWorld.open();
    const accepting = await server();
    const { body } = await world.ask<Mailbox>("POST", "/mailboxes", account(accepting.port));
    await world.ask("POST", `/mailboxes/${body.id}/test`, { to: "me@example.test" });
    const kept = await world.ask("DELETE", `/mailboxes/${body.id}`);
    expect([kept.status, kept.body["detail"]]).toEqual([409, expect.stringContaining("switch it off")]);
    const unused = await world.ask<Mailbox>("POST", "/mailboxes", { ...account(accepting.port), address: "jan@example.test" });
    expect((await world.ask("DELETE", `/mailboxes/${unused.body.id}`)).status).toBe(204);
    expect((await world.ask("GET", `/mailboxes/${unused.body.id}`)).status).toBe(404);
  });
});
