import { existsSync, readFileSync } from "node:fs";
import { hostname, platform } from "node:os";
import type { Home } from "../domain/arrival.ts";

/** Where Linux keeps an identity that outlives names, addresses and restarts (machine-id(5)). */
const IDENTITY_FILES = ["/etc/machine-id", "/var/lib/dbus/machine-id"];

/** Inside a container name and identity are new with every update, and say nothing about where the data lie. */
const CONTAINER_SIGNS = ["/.dockerenv", "/run/.containerenv", "/var/run/secrets/kubernetes.io"];

/** The machine that this process runs on; without an identity where it has none that lasts. */
export function thisMachine(): Home {
  const host = hostname();
  if (CONTAINER_SIGNS.some((path) => existsSync(path))) return { host };
  const machine = machineId() ?? (hasLastingName() ? host : undefined);
  return { host, ...(machine !== undefined && { machine }) };
}

function machineId(): string | undefined {
  for (const path of IDENTITY_FILES) {
    if (!existsSync(path)) continue;
    const id = readFileSync(path, "utf8").trim();
    if (/^[0-9a-f]{32}$/.test(id)) return id;
  }
  return undefined;
}

/** A laptop with macOS is called after the network that it is in. */
function hasLastingName(): boolean {
  return platform() !== "darwin";
}
