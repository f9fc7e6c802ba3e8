import { describe, expect, it } from "vitest";
import { addLeads } from "../../src/storage/registry.ts";
import { suppress } from "../../src/storage/leads.ts";
import { ApiWorld } from "./api-world.ts";
import { type Campaign, campaignNow, type List, putMessage } from "./campaign-world.ts";

interface Message {
  readonly id: number;
  readonly attachments: readonly { readonly id: number; readonly filename: string; readonly bytes: number }[];
  readonly fields: readonly object[];
}

interface Answer {
  readonly message: Message;
  readonly version: string;
  readonly errors: readonly object[];
}

const PDF = { filename: "offer.pdf", contentType: "application/pdf", content: Buffer.from("%PDF-1.7").toString("base64") };
const HELLO = { subject: "Hello {{ firstName }}", text: 'From {{ company | default: "you" }}' };

async function campaign(world: ApiWorld): Promise<Campaign> {
  return (await world.ask<Campaign>("POST", "/campaigns", { name: "Spring" })).body;
}

describe("a campaign's message over HTTP", () => {
  it("is stored with its files, and names the fields that it uses", async () => {
    const world = await ApiWorld.open();
    const spring = await campaign(world);
    const empty = await world.ask("GET", `/campaigns/${spring.id}/message`);
    expect(empty.body).toEqual({ message: null, version: spring.version });
    const put = await putMessage<Answer>(world, spring, { ...HELLO, attachments: [PDF] });
    expect(put.body).toMatchObject({
      message: {
        ...HELLO,
        html: null,
        attachments: [{ filename: "offer.pdf", contentType: "application/pdf", bytes: 8 }],
        fields: [
          { name: "firstName", needsValue: true },
          { name: "company", needsValue: false },
        ],
      },
    });
    expect((await world.ask("GET", `/campaigns/${spring.id}/message`)).body).toEqual(put.body);
    const path = `/campaigns/${spring.id}/message/attachments/${put.body.message.attachments[0]?.id}`;
    const file = await world.ask("GET", path);
    expect([file.text, file.headers["content-disposition"]]).toEqual(["%PDF-1.7", "attachment; filename*=UTF-8''offer.pdf"]);
  });

  it("gets a new version with each change, keeps the files that it is told to, and no two people overwrite each other", async () => {
    const world = await ApiWorld.open();
    const spring = await campaign(world);
    const first = await putMessage<Answer>(world, spring, { ...HELLO, attachments: [PDF] });
    const [kept] = first.body.message.attachments;
    expect((await putMessage(world, spring, HELLO)).status).toBe(412);
    const second = await putMessage<Answer>(world, await campaignNow(world, spring.id), {
      subject: "Hi",
      html: "<p>Hi</p>",
      attachments: [{ id: kept?.id }],
    });
    expect(second.body.message.attachments).toMatchObject([{ filename: "offer.pdf", bytes: 8 }]);
    const versions = await world.ask<List<Message>>("GET", `/campaigns/${spring.id}/message/versions`);
    expect(versions.body.items).toMatchObject([
      { id: second.body.message.id, isCurrent: true },
      { id: first.body.message.id, isCurrent: false },
    ]);
    const old = await world.ask("GET", `/campaigns/${spring.id}/message/versions/${first.body.message.id}`);
    expect(old.body).toEqual(first.body.message);
  });

  it("is refused with the part and the line of its first fault", async () => {
    const world = await ApiWorld.open();
    const spring = await campaign(world);
    const refusals = [
      [
        { subject: "Hello", text: "Dear\n{{ first name }}" },
        { field: "text", message: expect.stringContaining("line 2") },
      ],
      [
        { subject: "Hello", text: "a\0b" },
        { field: "text", message: "has a NUL or half of a character in it" },
      ],
      [{ subject: "Hello" }, { field: "message", message: "has no body" }],
      [{ ...HELLO, attachments: [{ ...PDF, content: "§" }] }, { field: "attachments.0.content" }],
      [
        { ...HELLO, attachments: [{ id: 77 }] },
        { field: "attachments.0.id", value: "77" },
      ],
      [
        { ...HELLO, attachments: [{ ...PDF, filename: "../offer.pdf" }] },
        { field: "attachments.0.filename", value: "../offer.pdf" },
      ],
    ] as const;
    for (const [message, error] of refusals) {
      const put = await putMessage<Answer>(world, spring, message);
      expect([put.status, put.body.errors[0]]).toEqual([422, expect.objectContaining(error)]);
    }
    const large = Buffer.alloc(5_000_001).toString("base64");
    const two = await putMessage<Answer>(world, spring, {
      ...HELLO,
      attachments: [1, 2].map(() => ({ ...PDF, content: large })),
    });
    expect([two.status, two.body.errors[0]]).toEqual([422, expect.objectContaining({ field: "attachments", value: "10.0 MB" })]);
  });
});

describe("a preview", () => {
  it("is what the lead would get, with its own values and the campaign's, and says what it lacks", async () => {
    const world = await ApiWorld.open();
    const spring = await campaign(world);
    await putMessage(world, spring, HELLO);
    await world.app.write(async (trx, now) => {
      const leads = [
        { address: "ewa@example.test", fields: { firstName: "Ewa", company: "Acme" } },
        { address: "jan@example.test", fields: {} },
      ];
      await addLeads(trx, spring.id, leads, now);
      await suppress(trx, "jan@example.test", "asked to", "person", now);
    });
    const preview = (body: object) => world.ask("POST", `/campaigns/${spring.id}/preview`, body);
    const ids = await world.app.reader.selectFrom("Lead").select("id").orderBy("id").execute();
    const [ewa, jan] = ids.map(({ id }) => id);
    expect((await preview({ leadId: ewa })).body).toEqual({
      ...{ subject: "Hello Ewa", text: "From Acme", html: null },
      ...{ missing: [], problem: null, problemPhrase: null, bar: null },
    });
    expect((await preview({ leadId: jan })).body).toMatchObject({
      subject: "Hello [firstName]",
      missing: ["firstName"],
      bar: { why: "suppressed", detail: "asked to" },
    });
    expect((await preview({ leadId: 99 })).status).toBe(404);
  });

  it("shows a text that is not saved, and what cannot be written with the values", async () => {
    const world = await ApiWorld.open();
    const spring = await campaign(world);
    const preview = (body: object) => world.ask("POST", `/campaigns/${spring.id}/preview`, body);
    expect((await preview({})).status).toBe(409);
    const html = { subject: "Hi", html: "<p>Dear {{ name }}, <a href='https://acme.test'>look</a></p>" };
    expect((await preview({ message: html, fields: { name: "A & B" } })).body).toMatchObject({
      html: "<p>Dear A &amp; B, <a href='https://acme.test'>look</a></p>",
      text: "Dear A & B, look [https://acme.test]",
    });
    const empty = { subject: "{% if a %}a{% endif %}", text: "Hi" };
    expect((await preview({ message: empty })).body).toMatchObject({ subject: null, problem: "the subject comes out empty" });
    expect((await preview({ message: { subject: "Hi", text: "{{" } })).status).toBe(422);
  });
});
