import { encode } from "iconv-lite";
import { describe, expect, it } from "vitest";
import { eventually } from "../eventually.ts";
import { ApiWorld } from "./api-world.ts";

interface Import {
  readonly id: number;
  readonly state: string;
  readonly format: {
    readonly encoding: string;
    readonly separator: string;
    readonly columns: readonly { readonly field: string }[];
  };
  readonly report: Record<string, number> | null;
  readonly added: number;
  readonly rowsDone: number;
}

const ROWS = ["E-mail;Imię;Firma", "ewa@example.test;Ewa;Łódź Sp. z o.o.", "nobody;Jan;", "ola@example.test;Ola;ACME"];

async function upload(world: ApiWorld, content: Buffer, fileName = "leads.csv") {
  const response = await world.server.inject({
    method: "POST",
    url: `/api/v1/imports?fileName=${encodeURIComponent(fileName)}`,
    headers: { authorization: `Bearer ${world.tokens.operator}`, "content-type": "text/csv" },
    payload: content,
  });
  return { status: response.statusCode, body: response.json<Import & { detail: string }>() };
}

async function until(world: ApiWorld, id: number, state: string): Promise<Import> {
  const show = async () => (await world.ask<Import>("GET", `/imports/${id}`)).body;
  await eventually(async () => (await show()).state === state, `the import is ${state}`);
  return show();
}

async function draft(world: ApiWorld): Promise<number> {
  return (await world.ask<{ id: number }>("POST", "/campaigns", { name: "Spring" })).body.id;
}

describe("an import over HTTP", () => {
  it("goes from a file of a Polish spreadsheet to leads in a campaign, with the refused row to download", async () => {
    const world = await ApiWorld.open();
    const campaignId = await draft(world);
    const { status, body } = await upload(world, encode(ROWS.join("\r\n"), "cp1250"));
    expect([status, body.format]).toMatchObject([201, { encoding: "cp1250", separator: ";" }]);
    expect((await world.ask("POST", `/imports/${body.id}/check`, { campaignId })).status).toBe(200);
    const checked = await until(world, body.id, "checked");
    expect(checked.report).toMatchObject({ rows: 3, newLeads: 2, rejected: 1, duplicates: 0 });
    const rejected = await world.ask("GET", `/imports/${body.id}/rejected.csv`);
    expect(rejected.text).toMatch(/nobody/);
    await world.ask("POST", `/imports/${body.id}/commit`);
    expect(await until(world, body.id, "done")).toMatchObject({ added: 2 });
    const leads = await world.ask<{ items: { address: string; fields: Record<string, string> }[] }>(
      "GET",
      `/campaigns/${campaignId}/leads`,
    );
    expect(leads.body.items).toMatchObject([
      { address: "ewa@example.test", fields: { company: "Łódź Sp. z o.o." } },
      { address: "ola@example.test" },
    ]);
  });

  it("refuses what is no file of leads, and keeps nothing of it", async () => {
    const world = await ApiWorld.open();
    for (const content of [Buffer.from(""), Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0, 1, 2, 3]), Buffer.from("a\0b\0c")]) {
      const { status, body } = await upload(world, content);
      expect([status, body.detail.length > 10]).toEqual([422, true]);
    }
    expect((await world.ask<{ items: unknown[] }>("GET", "/imports")).body.items).toEqual([]);
  });

  it("brings nothing in that was not tried out", async () => {
    const world = await ApiWorld.open();
    const { body } = await upload(world, Buffer.from(ROWS.join("\n")));
    const early = await world.ask("POST", `/imports/${body.id}/commit`);
    expect([early.status, early.body["type"]]).toEqual([409, "urn:goniec:problem:conflict"]);
    expect((await world.ask("POST", "/imports/999/commit")).status).toBe(404);
  });
});

describe("a campaign's leads over HTTP", () => {
  it("are added by hand, hurried, skipped, and listed by state; the states add up", async () => {
    const world = await ApiWorld.open();
    const id = await draft(world);
    const names = ["ewa", "ola", "jan"];
    const added = await world.ask("POST", `/campaigns/${id}/leads`, {
      leads: names.map((name) => ({ address: `${name}@example.test` })),
    });
    expect([added.status, added.body]).toEqual([201, { added: 3, known: 0 }]);
    const list = async (query = "") =>
      (await world.ask<{ items: { leadId: number; address: string; state: string }[] }>("GET", `/campaigns/${id}/leads${query}`))
        .body.items;
    const [, ola, jan] = await list();
    expect((await world.ask("POST", `/campaigns/${id}/leads/priority`, { leadIds: [jan?.leadId], priority: 1 })).body).toEqual({
      changed: 1,
    });
    expect((await world.ask("POST", `/campaigns/${id}/leads/${ola?.leadId}/skip`, { reason: "asked us not to" })).status).toBe(
      204,
    );
    expect((await list("?state=waiting")).map(({ address }) => address)).toEqual(["jan@example.test", "ewa@example.test"]);
    const { body } = await world.ask<{ leads: number; counts: Record<string, number> }>("GET", `/campaigns/${id}`);
    expect(Object.values(body.counts).reduce((sum, count) => sum + count, 0)).toBe(body.leads);
    expect(body.counts).toMatchObject({ waiting: 2, skipped: 1 });
  });

  it("name the one among many whose address is wrong, and add none", async () => {
    const world = await ApiWorld.open();
    const id = await draft(world);
    const leads = [{ address: "ewa@example.test" }, { address: "ola at example" }];
    const refused = await world.ask("POST", `/campaigns/${id}/leads`, { leads });
    expect([refused.status, refused.body["errors"]]).toEqual([
      422,
      [expect.objectContaining({ field: "leads.1.address", value: "ola at example" })],
    ]);
    expect((await world.ask<{ items: unknown[] }>("GET", `/campaigns/${id}/leads`)).body.items).toEqual([]);
  });
});

describe("the suppression list over HTTP", () => {
  it("bars an address in every campaign, comes back as a file, and goes in as one", async () => {
    const world = await ApiWorld.open();
    const id = await draft(world);
    await world.ask("POST", `/campaigns/${id}/leads`, { leads: [{ address: "ewa@example.test" }] });
    expect((await world.ask("POST", "/suppressions", { address: "Ewa@Example.test", reason: "asked us not to" })).status).toBe(
      204,
    );
    const [lead] = (await world.ask<{ items: { state: string; reason: string }[] }>("GET", `/campaigns/${id}/leads`)).body.items;
    expect(lead).toMatchObject({ state: "skipped", reason: expect.stringContaining("asked us not to") });
    const file = (await world.ask("GET", "/suppressions.csv")).text;
    expect((await world.ask("DELETE", "/suppressions?address=ewa@example.test")).status).toBe(204);
    expect((await world.ask("DELETE", "/suppressions?address=ewa@example.test")).status).toBe(404);
    const response = await world.server.inject({
      method: "POST",
      url: "/api/v1/suppressions/import?fileName=list.csv",
      headers: { authorization: `Bearer ${world.tokens.operator}`, "content-type": "text/csv" },
      payload: file,
    });
    expect([response.statusCode, response.json()]).toEqual([200, expect.objectContaining({ added: 1, refused: 0 })]);
  });
});
