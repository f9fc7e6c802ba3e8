import type { Instant } from "../domain/instant.ts";
import { loadHolidays, parseCountries } from "../domain/holidays.ts";
import { ok, type Result } from "../domain/result.ts";
import { judgeOldRows } from "./judge-old-rows.ts";
import { withOldDatabase } from "./old-database-file.ts";
import { readMailRows } from "./old-database-mails.ts";
import type { OldPicture } from "./old-picture.ts";
import { CAMPAIGNS, HOLIDAYS, LEADS, MAILBOXES, type OldRows, SALESPEOPLE, SETTINGS } from "./old-rows.ts";
import { countriesNamedIn } from "./old-vocabulary.ts";

export interface OldReading {
  /** What lies after it is suspicious. */
  readonly now: Instant;
  /** IANA name; texts of local time are in it. */
  readonly zone: string;
  /** How long a writer of that database may keep the thread waiting. */
  readonly busyWaitMs?: number;
}

/**
 * Reads an older sender's database whole: about a second for 50,000 leads. Refused is what is no such database, and one that stays locked.
 */
export async function readOldDatabase(path: string, reading: OldReading): Promise<Result<OldPicture>> {
  const rows = await withOldDatabase(
    path,
    (file): OldRows => {
      const all = {
        campaigns: file.rows(CAMPAIGNS),
        leads: file.rows(LEADS),
        mailboxes: file.rows(MAILBOXES),
        salespeople: file.rows(SALESPEOPLE),
        holidays: file.rows(HOLIDAYS),
        settings: file.rows(SETTINGS),
        ...readMailRows(file),
      };
      return { ...all, missing: file.missing };
    },
    reading.busyWaitMs,
  );
  if (!rows.ok) return rows;
  const countries = await knownCountries(countriesNamedIn(rows.value));
  return ok(judgeOldRows(rows.value, { ...reading, countries, holidays: await loadHolidays([...countries]) }));
}

/** Those of the codes for which there are holidays. */
async function knownCountries(codes: readonly string[]): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  for (const code of codes) if ((await parseCountries(code, "country")).ok) known.add(code);
  return known;
}
