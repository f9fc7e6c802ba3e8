import { useTranslation } from "react-i18next";

/** Why the plan has a mail where it is, as the server writes it down, and the text that says the same in the reader's language. */
const CAUSES: readonly (readonly [pattern: RegExp, key: string])[] = [
  [/^next in order$/, "next"],
  [/^start$/, "start"],
  [/^start time$/, "startTime"],
  [/^resumed$/, "resumed"],
  [/^priorities changed$/, "priorities"],
  [/^a lead was skipped$/, "leadSkipped"],
  [/^mailboxes changed$/, "mailboxes"],
  [/^a mailbox was switched on$/, "mailboxOn"],
  [/^a mailbox was switched off$/, "mailboxOff"],
  [/^a mailbox's rules changed$/, "mailboxRules"],
  [/^a mailbox's account changed$/, "mailboxAccount"],
  [/^the installation was released$/, "released"],
  [/^a worker was lost$/, "workerLost"],
  [/^new leads$/, "newLeads"],
  [/^settings changed: (?<names>.+)$/, "settings"],
  [/^(?<count>\d+) leads added$/, "leadsAdded"],
  [/^(?<lead>\S+) started (?<seconds>\d+) s late$/, "late"],
  [/^(?<lead>\S+) tries again: (?<why>.+)$/, "again"],
  [/^(?<lead>\S+) skipped: (?<why>.+)$/, "skipped"],
  [/^the clock was set forward by (?<by>.+)$/, "clockForward"],
  [/^the clock was set back by (?<by>.+)$/, "clockBack"],
  [/^waiting for the start time until (?<until>.+)$/, "gate.startTime"],
  [/^outside the allowed hours until (?<until>.+)$/, "gate.hours"],
  [/^holiday \((?<holiday>.+)\) until (?<until>.+)$/, "gate.holiday"],
  [/^long pause of (?<gap>.+) until (?<until>.+)$/, "gate.longPause"],
  [/^the campaign reached its daily limit, (?<used>\d+) of (?<max>\d+), until (?<until>.+)$/, "gate.limit"],
  [/^no mailbox may send until (?<until>[^:]+:\d\d:\d\d \([^)]+\)): (?<why>.+)$/, "gate.mailboxes"],
];

/** Says a cause in the reader's language; one that this page does not know as the server says it. */
export function useCauseText(): (cause: string | null) => string {
  const { t } = useTranslation();
  return (cause) => {
    for (const [pattern, key] of CAUSES) {
      const found = pattern.exec(cause ?? "");
      if (found === null) continue;
      const said: Record<string, unknown> = { ...found.groups };
      return t(`cause.${key}`, "count" in said ? { count: Number(said["count"]) } : said);
    }
    return cause ?? "";
  };
}
