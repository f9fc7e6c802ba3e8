import { describe, expect, it } from "vitest";
import { ALERT_KINDS } from "../../src/domain/alerts.ts";
import { CHECK_FAILURES, CHECK_STEPS } from "../../src/domain/check-failure.ts";
import { FREEZE_REASONS } from "../../src/domain/frozen.ts";
import { GATES } from "../../src/domain/gates.ts";
import { LEAD_BARS } from "../../src/domain/intent.ts";
import { PHRASE_CODES, PHRASES, SETTING_NAMES } from "../../src/domain/phrases.ts";
import { ROLES, SCOPES } from "../../src/domain/roles.ts";
import { CHECKS } from "../../src/domain/start-checks.ts";
import { CAMPAIGN_STATUSES, LEAD_STATES, LOGGED_STATES, MAIL_KINDS } from "../../src/domain/states.ts";
import { textsOf } from "./page-sources.ts";

const COMMON = "i18n";
const PLURAL = /_(one|few|many|other)$/;

/** What the program calls things, and where the page has a text for each: in which folder, under which key. */
const SETS: readonly (readonly [folder: string, key: string, members: readonly string[]])[] = [
  ["components/said", "", PHRASE_CODES],
  ["components/said", "setting.", SETTING_NAMES],
  [COMMON, "status.", CAMPAIGN_STATUSES],
  [COMMON, "doing.status.", CAMPAIGN_STATUSES],
  [COMMON, "state.", LEAD_STATES],
  [COMMON, "ledger.", LOGGED_STATES],
  [COMMON, "doing.gateName.", GATES],
  [COMMON, "doing.bar.", ["off", "attention", "limit", "resting", "min-gap", "busy"]],
  ["features/outbox", "kind.", MAIL_KINDS],
  ["features/lead", "bar.", LEAD_BARS],
  ["features/campaign", "start.check.", CHECKS],
  ["features/campaign", "start.remedy.", CHECKS],
  ["features/wizard", "check.", CHECKS],
  ["features/wizard", "remedy.", CHECKS],
  ["features/mailboxes", "step.", CHECK_STEPS.filter((step) => step !== "quit")],
  ["features/mailboxes", "remedy.", CHECK_FAILURES],
  ["features/settings", "alerts.kind.", ALERT_KINDS],
  ["features/settings", "frozen.reason.", FREEZE_REASONS],
  ["features/settings", "role.", ROLES],
  ["features/settings", "scope.", SCOPES.map((scope) => scope.replace(":", "-"))],
];

/** Without its plural ending. */
const keysIn = (folder: string, language: string): Set<string> =>
  new Set(Object.keys(textsOf(`web/src/${folder}/${language}.json`)).map((key) => key.replace(PLURAL, "")));

describe.each(["en", "pl"])("what the API names by a code has a text in %s", (language) => {
  it.each(SETS)("in %s under %s", (folder, key, members) => {
    const keys = keysIn(folder, language);
    expect(members.filter((member) => !keys.has(`${key}${member}`))).toEqual([]);
  });

  it("and it speaks of nothing that the sentence does not hold", () => {
    const unknown = Object.entries(textsOf(`web/src/components/said/${language}.json`)).flatMap(([key, text]) => {
      const sentence: string | undefined = (PHRASES as Readonly<Record<string, string>>)[key.replace(PLURAL, "")];
      const known = new Set([...(sentence ?? "").matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
      if (known.has("until")) known.add("zone");
      return [...text.matchAll(/\{\{(\w+)\}\}/g)].filter(([, name]) => !known.has(name)).map(([, name]) => `${key}: ${name}`);
    });
    expect(unknown).toEqual([]);
  });
});
