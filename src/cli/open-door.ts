import type { App, ServerOptions } from "../app.ts";
import type { Config } from "../config.ts";
import { CommandError, type Io } from "./io.ts";

/** The web page and the API, listening. */
export interface OpenDoor {
  /** Where people find the page, without a slash at the end. */
  readonly base: string;
  close(): Promise<void>;
}

/** Listens where the configuration says. An address that cannot be had ends the command with what to do. */
export async function openDoor(app: App, config: Config, options: ServerOptions): Promise<OpenDoor> {
  const { linkBase } = await import("../domain/listen-address.ts");
  const server = await app.createServer(options);
  try {
    await server.listen(config.listen);
  } catch (error) {
    await server.close();
    throw new CommandError(1, whyNot(error, config));
  }
  const address = server.server.address();
  // A port of 0 has become one that was free.
  const { port } = typeof address === "object" && address !== null ? address : config.listen;
  return { base: linkBase(config.publicUrl, { ...config.listen, port }), close: () => server.close() };
}

function whyNot(error: unknown, { listen: { host, port } }: Config): string {
  const place = `${host}:${port}`;
  const { code } = error as { code?: string };
  const elsewhere = "choose another address with --listen or GONIEC_LISTEN, or send without a web page with --role worker";
  if (code === "EADDRINUSE") return `another program listens at ${place} already: ${elsewhere}`;
  if (code === "EACCES") return `this user may not listen at ${place}: ${elsewhere}`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return `${host} is no address of this machine: ${elsewhere}`;
  throw error;
}

/** Tells where the page is, and on a first start how to become its owner. */
export async function showDoor(io: Io, app: App, { base }: OpenDoor): Promise<void> {
  const [{ setUpLink, setUpToken }, { systemRandom }] = await Promise.all([
    import("../operation/set-up.ts"),
    import("../clock.ts"),
  ]);
  const token = await setUpToken({ ...app, chance: systemRandom });
  const setUp =
    token === undefined ? "" : `Nobody is its owner yet. Whoever opens this link becomes it:\n\n  ${setUpLink(base, token)}\n\n`;
  io.stdout(`Goniec is at ${base}\n${setUp}`);
}
