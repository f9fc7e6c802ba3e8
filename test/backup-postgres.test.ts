import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { frozenState } from "../src/storage/frozen.ts";
import { testIo } from "./cli-io.ts";
import { CliWorld } from "./cli-world.ts";
import { eventually } from "./eventually.ts";
import { createDatabase, dropDatabase, query } from "./servers/postgres-server.ts";

let world: CliWorld;
let name: string;
let place: string;
let made = 0;

beforeEach(async () => {
  made += 1;
  name = `backup_${process.pid}_${made}`;
  const url = new URL(await createDatabase(inject("postgresUrl"), name));
  url.password = "geheim";
  place = url.href;
  world = new CliWorld(place);
  await world.ask(async (app) => (await app.createEngine()).stop());
});

afterEach(async () => {
  world.remove();
  await dropDatabase(inject("postgresUrl"), `${name}_copy`);
  await dropDatabase(inject("postgresUrl"), name);
  await query(inject("postgresUrl"), `DROP ROLE IF EXISTS ${name}_worker`);
});

/** With a folder of programs of its own as the only one, so that pg_dump is what lies there. */
const goniec = (argv: readonly string[], path = world.folder) =>
  world.run(argv, {}, testIo({ environment: { GONIEC_DATABASE: place, GONIEC_KEY_FILE: world.keyFile, PATH: path } }));

function program(words: string): void {
  const path = world.file("pg_dump", `#!/bin/sh\n${words}\n`);
  chmodSync(path, 0o755);
}

describe("goniec backup on a server's database", () => {
  it("has pg_dump do it, gives it the password where nobody sees it, and notes when and of what in the database", async () => {
    program(
      'echo "$@" > "$(dirname "$0")/words"; echo "$PGPASSWORD" >> "$(dirname "$0")/words"\nfor word; do case "$word" in --file=*) echo dump > "$(echo "$word" | cut -c8-)";; esac; done',
    );
    const file = join(world.folder, "monday.dump");
    const io = await goniec(["backup", file], `${world.folder}:/usr/bin:/bin`);
    expect([io.exitCode, io.err]).toEqual([0, ""]);
    expect(io.out).toContain(`keep a copy of ${world.keyFile}`);
    expect([readFileSync(file, "utf8"), statSync(file).mode & 0o777]).toEqual(["dump\n", 0o600]);
    const [words, password] = readFileSync(join(world.folder, "words"), "utf8").split("\n");
    expect(words).toMatch(
      /^--format=custom --no-owner --no-password --file=\S+\.tmp --dbname=postgres:\/\/postgres@127\.0\.0\.1:\d+\/backup_/,
    );
    expect([words?.includes("geheim"), password]).toEqual([false, "geheim"]);
    const [row] = await query<{ value: string }>(place, `SELECT "value" FROM "Setting" WHERE "key" = 'backup'`);
    const [instance] = await query<{ value: string }>(place, `SELECT "value" FROM "Setting" WHERE "key" = 'instance'`);
    expect(JSON.parse(row?.value ?? "{}")).toMatchObject({
      instance: (JSON.parse(instance?.value ?? "{}") as { id: string }).id,
    });
  });

  it("tells the exact command, without the password, where pg_dump is missing or fails, and leaves nothing behind", async () => {
    const command = (file: string) =>
      new RegExp(`pg_dump --format=custom --no-owner --file=${file} --dbname=postgres://postgres@127`);
    const file = join(world.folder, "monday.dump");
    const missing = await goniec(["backup", file]);
    expect([missing.exitCode, missing.err]).toEqual([1, expect.stringMatching(command(file))]);
    program('echo "pg_dump: error: aborting because of server version mismatch" >&2; exit 1');
    const failing = await goniec(["backup", file], `${world.folder}:/usr/bin:/bin`);
    expect([failing.exitCode, failing.err]).toEqual([1, expect.stringContaining("server version mismatch")]);
    expect(failing.err).toMatch(command(file));
    expect(missing.err + failing.err).not.toContain("geheim");
    expect(existsSync(file)).toBe(false);
    expect(readdirSync(world.folder).filter((one) => one.endsWith(".tmp"))).toEqual([]);
  });

  it("leaves the restoring to pg_restore, with the commands", async () => {
    const io = await goniec(["restore", "monday.dump", "--yes"]);
    expect([io.exitCode, io.out]).toEqual([2, ""]);
    expect(io.err).toContain("  createdb goniec_restored\n  pg_restore --no-owner --dbname=postgres://postgres@127.0.0.1:");
    expect(io.err).toContain("/goniec_restored monday.dump\n");
  });
});

describe("a server's database", () => {
  const reasonOn = (url: string) => {
    const other = new CliWorld(url);
    return other
      .ask(async (app) => {
        await (await app.createEngine()).stop();
        return (await frozenState(app.reader))?.reason;
      })
      .finally(() => other.remove());
  };

  it("is at home for workers on any number of machines, and freezes as a copy, until it is released", async () => {
    expect([await reasonOn(place), await reasonOn(place)]).toEqual([undefined, undefined]);
    await eventually(
      async () => (await query(inject("postgresUrl"), `SELECT 1 FROM pg_stat_activity WHERE datname = '${name}'`)).length === 0,
      "every connection is closed",
    );
    await query(inject("postgresUrl"), `CREATE DATABASE "${name}_copy" TEMPLATE "${name}"`);
    const copy = new URL(place);
    copy.pathname = `/${name}_copy`;
    expect(await reasonOn(copy.href)).toBe("other-place");
    const io = testIo({ environment: { GONIEC_DATABASE: copy.href, GONIEC_KEY_FILE: world.keyFile } });
    await world.run(["release", "--yes"], {}, io);
    expect(io.out).toContain("copied or restored to another database server, or under another name");
    expect(await reasonOn(copy.href)).toBeUndefined();
    expect(await reasonOn(place)).toBeUndefined();
  });

  it("whose server does not tell who it is goes by its oid", async () => {
    await query(
      place,
      `REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC; CREATE ROLE ${name}_worker LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO ${name}_worker`,
    );
    const url = new URL(place);
    url.username = `${name}_worker`;
    expect(await reasonOn(url.href)).toBeUndefined();
  });
});
