import { join } from "node:path";
import { onTestFinished, expect, it } from "vitest";
import { CliWorld } from "../cli-world.ts";
import { startAcceptingServer } from "../servers/accepting-server.ts";
import { buildOldDatabase } from "./old-database-builder.ts";
import { OldSender } from "./old-sender.ts";

interface Shadow {
  readonly campaign: string;
  readonly sums: Readonly<Record<string, unknown>>;
  readonly findings: readonly { readonly kind: string }[];
  readonly mails: readonly { readonly lead: string; readonly plannedAt: string | null }[];
}

it("shows the older sender's mails beside the plan that was laid when it was imported", async () => {
  const world = new CliWorld();
  const smtp = await startAcceptingServer({ security: "none" });
  onTestFinished(async () => {
    await smtp.close();
    world.remove();
  });
  const run = (...argv: string[]) => world.run([...argv, "--database", world.database]);
  const path = join(world.folder, "old.db");
  const smtpAt = { host: "127.0.0.1", port: smtp.port };
  const old = await buildOldDatabase(path, { leads: 8, sent: 4, duplicates: 1, smtp: smtpAt });
  const nothing = await run("import-legacy", path, "--dry-run");
  expect(nothing.exitCode).toBe(0);
  expect((await run("import-legacy", path)).exitCode).toBe(0);
  const sender = await OldSender.open(path, { smtpPort: smtp.port, now: Date.now });
  onTestFinished(() => sender.close());
  await sender.sendNext(old.campaigns[0]?.id ?? 0);
  expect((await run("import-legacy", path)).exitCode).toBe(0);

  const { campaign, sums, findings, mails } = JSON.parse((await run("shadow", "Older 1", "--json")).out) as Shadow;
  expect(campaign).toBe("Older 1");
  expect(sums).toMatchObject({ mailed: 1, matched: 1, notPlanned: 0 });
  expect(findings.map(({ kind }) => kind)).toContain("duplicates");
  expect(mails).toMatchObject([{ lead: "lead-5@example.test", plannedAt: expect.any(String) }]);

  const shown = (await run("shadow", "Older 1")).out;
  expect(shown).toContain("The older sender mailed 1 lead of this campaign more than once.");
  expect(shown).toMatch(/mailed +planned +difference +lead/);
  expect((await run("shadow")).out).toContain("Older 1");
  expect(await run("shadow", "Oldr 1")).toMatchObject({ exitCode: 2, err: expect.stringContaining("did you mean Older 1?") });
});

it("says how to begin where nothing was imported", async () => {
  const world = new CliWorld();
  onTestFinished(() => world.remove());
  await (await world.open()).close();
  expect((await world.run(["shadow", "--database", world.database])).out).toContain("goniec import-legacy FILE.db --dry-run");
});
