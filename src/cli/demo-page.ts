import { randomBytes } from "node:crypto";
import type { App } from "../app.ts";
import { systemRandom } from "../clock.ts";
import type { Config } from "../config.ts";
import type { Sandbox } from "../mail/sandbox.ts";
import { createSignInLink, signInLink } from "../operation/set-up.ts";
import { createUser } from "../storage/users.ts";
import { type OpenDoor, openDoor } from "./open-door.ts";

/** The demo's page, and the link that signs its reader in, once. */
export interface DemoPage extends OpenDoor {
  readonly link: string;
}

const DEMO_USER = { email: "demo@demo.test", name: "Demo", role: "owner" } as const;

/** Serves the page of the demo's database; at any free port where the usual one is taken. */
export async function openDemoPage(app: App, config: Config, sandbox: Sandbox): Promise<DemoPage> {
  // Nobody signs in with this password: the link does.
  const passwordHash = `!${randomBytes(32).toString("base64url")}`;
  const user = await app.write((trx, now) => createUser(trx, { ...DEMO_USER, passwordHash }, "the demo", now));
  if (!user.ok) throw new Error(user.error.message);
  const link = createSignInLink({ ...app, chance: systemRandom }, user.value.id);
  const options = { sends: true, inbox: sandbox, signInLink: link };
  const door = await openDoor(app, config, options).catch(() =>
    openDoor(app, { ...config, listen: { ...config.listen, port: 0 } }, options),
  );
  return { ...door, link: signInLink(door.base, link.token) };
}
