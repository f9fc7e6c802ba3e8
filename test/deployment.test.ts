import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { systemClock } from "../src/clock.ts";
import { loadConfig } from "../src/config.ts";
import { ENGINE_LIMITS } from "../src/engine/context.ts";
import { createLogger } from "../src/log.ts";
import { createMetrics } from "../src/operation/metrics.ts";
import { ROOT, textOf } from "./architecture/repository-files.ts";
import { eventually } from "./eventually.ts";

/** A Dockerfile's instructions, with continued lines joined. */
function instructions(text: string): { readonly word: string; readonly rest: string }[] {
  const lines = text
    .replace(/^#.*\n/gm, "")
    .replace(/\\\n/g, " ")
    .split("\n");
  return lines.flatMap((line) => {
    const [, word, rest] = /^([A-Z]+)\s+(.*)$/.exec(line.trim()) ?? [];
    return word === undefined || rest === undefined ? [] : [{ word, rest: rest.trim() }];
  });
}

const all = instructions(textOf("Dockerfile"));
const lastStage = all.slice(all.findLastIndex(({ word }) => word === "FROM"));
const only = (word: string): string => {
  const found = lastStage.filter((one) => one.word === word).map(({ rest }) => rest);
  if (found.length !== 1) throw new Error(`the image has ${found.length} times ${word}`);
  return found[0] ?? "";
};
const environment = (): Record<string, string> =>
  Object.fromEntries(
    only("ENV")
      .split(/\s+/)
      .map((pair) => pair.split("=") as [string, string]),
  );
/** What comes from the repository, and where it goes. */
const copies = (from: typeof all) =>
  from
    .filter(({ word, rest }) => word === "COPY" && !rest.startsWith("--"))
    .map(({ rest }) => rest.split(/\s+/))
    .map((words) => ({ sources: words.slice(0, -1), target: words.at(-1) ?? "" }));

/** The keys of one section of a systemd unit, a repeated one with all its values. */
function unitValues(text: string, section: string): Map<string, string[]> {
  const values = new Map<string, string[]>();
  const body = text.split(/^\[(\w+)\]$/m);
  for (const line of (body[body.indexOf(section) + 1] ?? "").split("\n")) {
    const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) values.set(key, [...(values.get(key) ?? []), value]);
  }
  return values;
}

interface Compose {
  readonly services: Record<
    string,
    {
      readonly environment: Record<string, string>;
      readonly ports?: string[];
      readonly volumes: string[];
      readonly healthcheck?: { readonly test: string[] };
      readonly depends_on?: Record<string, { readonly condition: string }>;
      readonly stop_grace_period: string;
    }
  >;
  readonly volumes: Record<string, null>;
}
const compose = parse(textOf("compose.yaml")) as Compose;

describe("the Dockerfile", () => {
  it("copies only files that there are, and that are not kept from it", () => {
    const sources = copies(all).flatMap((one) => one.sources);
    expect(sources.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    const kept = textOf(".dockerignore")
      .split("\n")
      .filter((line) => line.startsWith("!"));
    expect(sources.filter((path) => !kept.includes(`!${path.split("/")[0]}`))).toEqual([]);
  });

  it("runs as a user of its own, on the release of Node that gets fixes, and keeps data and key apart", () => {
    expect(only("USER")).toBe("node");
    expect(all.filter(({ word }) => word === "FROM").map(({ rest }) => rest)).toEqual(["node:24-slim AS build", "node:24-slim"]);
    const volumes = JSON.parse(only("VOLUME")) as string[];
    const { GONIEC_DATABASE = "", GONIEC_KEY_FILE = "" } = environment();
    expect([GONIEC_DATABASE, GONIEC_KEY_FILE].map((path) => volumes.find((folder) => path.startsWith(`${folder}/`)))).toEqual(
      volumes,
    );
  });

  it("sets what the program knows, and asks for its health where it listens", () => {
    const { NODE_ENV: _node, ...settings } = environment();
    const loaded = loadConfig(settings, {}, "none.json");
    if (!loaded.ok) throw new Error(loaded.error.message);
    const { listen } = loaded.value.config;
    expect(listen.host).toBe("0.0.0.0");
    expect(only("EXPOSE")).toBe(String(listen.port));
    expect(only("HEALTHCHECK")).toContain(`http://127.0.0.1:${listen.port}/healthz`);
    const origins = new Map(loaded.value.sources.map(({ key, from }) => [key, from]));
    expect(Object.keys(settings)).toEqual(
      expect.arrayContaining(["database", "keyFile", "listen"].map((key) => origins.get(key as never))),
    );
  });

  describe("what it puts into the image", () => {
    const folder = mkdtempSync(join(tmpdir(), "goniec-image-"));
    beforeAll(() => {
      for (const { sources, target } of copies(lastStage))
        for (const source of sources) cpSync(join(ROOT, source), imagePath(source, target), { recursive: true });
      for (const built of ["node_modules", "dist"]) symlinkSync(join(ROOT, built), join(folder, built));
      mkdirSync(join(folder, "state"));
      return () => rmSync(folder, { recursive: true });
    });

    /** A folder's content goes into the target, a file under its name. */
    const imagePath = (source: string, target: string): string =>
      target.endsWith("/") ? join(folder, target, source.split("/").at(-1) ?? "") : join(folder, target);

    it("starts as it says, is healthy, and stops in order", async () => {
      const [program = "", ...words] = [
        ...(JSON.parse(only("ENTRYPOINT")) as string[]),
        ...(JSON.parse(only("CMD")) as string[]),
      ];
      const state = {
        GONIEC_DATABASE: join(folder, "state", "goniec.db"),
        GONIEC_KEY_FILE: join(folder, "state", "goniec.key"),
        GONIEC_LISTEN: "127.0.0.1:0",
      };
      const child = spawn(program, words, { cwd: folder, env: { PATH: process.env["PATH"], ...environment(), ...state } });
      onTestFinished(() => void child.kill("SIGKILL"));
      const said = saidBy(child);
      const base = () => /Goniec is at (http:\S+)/.exec(said())?.[1];
      await eventually(() => base() !== undefined || child.exitCode !== null, "the program says where it listens, or ends");
      expect((await fetch(`${base() ?? said()}/healthz`)).status).toBe(200);
      child.kill(only("STOPSIGNAL") as NodeJS.Signals);
      expect(await once(child, "exit")).toEqual([0, null]);
    });
  });
});

function saidBy(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (text += String(chunk)));
  return () => text;
}

describe("compose.yaml", () => {
  it("waits for a healthy database, and keeps key, data and database in volumes that it declares", () => {
    const { goniec, postgres } = compose.services;
    expect(goniec?.depends_on).toEqual({ postgres: { condition: "service_healthy" } });
    expect(postgres?.healthcheck?.test.join(" ")).toContain("pg_isready");
    const used = Object.values(compose.services).flatMap(({ volumes }) => volumes.map((one) => one.split(":")[0]));
    expect(new Set(used)).toEqual(new Set(Object.keys(compose.volumes)));
    const places = goniec?.volumes.map((one) => one.split(":")[1]);
    expect(new Set(places)).toEqual(new Set(JSON.parse(only("VOLUME")) as string[]));
  });

  it("is reached on this machine only, at the port of the image", () => {
    expect(compose.services["goniec"]?.ports).toEqual([`127.0.0.1:${only("EXPOSE")}:${only("EXPOSE")}`]);
  });

  it("asks for no more than its example names, and gives settings that the program takes", () => {
    const example = textOf("deploy/compose.env.example").match(/^\w+(?==)/gm) ?? [];
    const asked = [...textOf("compose.yaml").matchAll(/\$\{(\w+)/g)].map(([, name = ""]) => name);
    expect(new Set(asked)).toEqual(new Set(example));
    const settings = Object.entries(compose.services["goniec"]?.environment ?? {}).map(
      ([name, value]) => [name, value.replace(/\$\{\w+:-(.*)\}/, "$1").replace(/\$\{\w+:\?.*?\}/, "secret")] as const,
    );
    const loaded = loadConfig(Object.fromEntries(settings), {}, "none.json");
    expect(loaded).toMatchObject({ ok: true, value: { config: { database: "postgres://goniec:secret@postgres:5432/goniec" } } });
  });

  it("lets a process end in order", () => {
    expect(Number.parseInt(compose.services["goniec"]?.stop_grace_period ?? "", 10) * 1_000).toBeGreaterThan(
      ENGINE_LIMITS.stopWithinMs,
    );
  });
});

describe("the systemd unit", () => {
  const service = unitValues(readFileSync(join(ROOT, "deploy/goniec.service"), "utf8"), "Service");
  const value = (key: string): string => service.get(key)?.join(" ") ?? "";

  it("runs the program as a user of its own that can change nothing but its state", () => {
    expect(value("ExecStart")).toBe("/usr/bin/node /opt/goniec/bin/goniec serve");
    expect([value("DynamicUser"), value("ProtectSystem"), value("NoNewPrivileges")]).toEqual(["yes", "strict", "yes"]);
    const settings = Object.fromEntries((service.get("Environment") ?? []).map((pair) => pair.split("=") as [string, string]));
    const folders = value("StateDirectory")
      .split(" ")
      .map((name) => `/var/lib/${name}`);
    const { GONIEC_DATABASE = "", GONIEC_KEY_FILE = "", NODE_ENV: _node, ...rest } = settings;
    expect([GONIEC_DATABASE, GONIEC_KEY_FILE].map((path) => path.slice(0, path.lastIndexOf("/")))).toEqual(folders);
    expect(loadConfig(rest, {}, "none.json").ok).toBe(true);
  });

  it("lets it end in order, and tries no wrong use again", () => {
    expect(value("KillSignal")).toBe("SIGTERM");
    expect(Number(value("TimeoutStopSec")) * 1_000).toBeGreaterThan(ENGINE_LIMITS.stopWithinMs);
    expect(value("RestartPreventExitStatus")).toBe("2");
  });
});

describe("the page on operations", () => {
  const page = textOf("docs/operations.md");

  it("names every metric and every setting", async () => {
    const metrics = [...page.matchAll(/`(goniec_\w+)`/g)].map(([, name]) => name);
    const kinds = { kind: "sqlite", reader: undefined, clock: systemClock, liveness: undefined } as never;
    const text = await createMetrics(kinds, createLogger("silent", false)).text();
    const shown = [...text.matchAll(/^# HELP (goniec_\w+)/gm)].map(([, name]) => name);
    expect(new Set(metrics)).toEqual(new Set(shown));
    const loaded = loadConfig({}, {}, "none.json");
    const settings = loaded.ok ? loaded.value.sources.map(({ key }) => key) : [];
    expect(settings.filter((key) => !page.includes(`| \`${key}\` | `))).toEqual([]);
  });
});
