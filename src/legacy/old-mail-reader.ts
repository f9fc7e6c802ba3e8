import { ok, type Result } from "../domain/result.ts";
import { AddressReader } from "./address-reader.ts";
import { judgeHandOvers } from "./judge-old-hand-overs.ts";
import type { OldReading } from "./old-database.ts";
import { type OldDatabaseFile, withOldDatabase } from "./old-database-file.ts";
import { type NumberedLogRow, readLogAfter, readLogRows, readTraces } from "./old-database-mails.ts";
import { InstantReader } from "./old-instants.ts";
import type { OldHandOver } from "./old-picture.ts";
import { CAMPAIGNS, type MailRows, textOf } from "./old-rows.ts";
import { isTestSubject, mailWord } from "./old-vocabulary.ts";
import { RemarkList } from "./remark-list.ts";

/** What an older sender has done since it was last looked at. */
export interface OldNews {
  /** Those of the campaigns asked for that are there. */
  readonly campaigns: readonly { readonly key: string; readonly oldStatus: string }[];
  /**
   * In the order of their instants. Of the log those of rows that are new or have changed, at the first reading all; what places and the
   * queue tell and the log lacks is here every time, so what is not here is not on its way.
   */
  readonly handOvers: readonly OldHandOver[];
}

/** How far the log is known. */
interface Mark {
  readonly rowid: number;
  readonly id: string | null;
  /** Rows up to there that told of no mail that has left; they may yet. */
  readonly open: readonly number[];
}

const START: Mark = { rowid: 0, id: null, open: [] };

/**
 * Reads the mails of some campaigns again and again. Of the log, which may have half a million rows, only those are read that are new or were
 * not sent before. What it remembers lasts as long as it does; it forgets all of it when the log is not the one that it knows.
 */
export class OldMailReader {
  readonly #path: string;
  readonly #campaignKeys: readonly string[];
  readonly #addresses = new AddressReader();
  #logged = new Set<string>();
  #mark = START;

  constructor(path: string, campaignKeys: readonly string[]) {
    this.#path = path;
    this.#campaignKeys = campaignKeys;
  }

  /** Refused as `readOldDatabase` refuses; the next reading then brings what this one would have. */
  async read({ now, zone, busyWaitMs }: OldReading): Promise<Result<OldNews>> {
    const read = await withOldDatabase(this.#path, (file) => this.#rows(file), busyWaitMs);
    if (!read.ok) return read;
    const { campaigns, rows, mark } = read.value;
    const judging = { addresses: this.#addresses, instants: new InstantReader(zone, now), remarks: new RemarkList() };
    const known = { campaigns: new Set(campaigns.map(({ key }) => key)), logged: this.#logged };
    const handOvers = judgeHandOvers(rows, known, judging);
    this.#mark = mark;
    return ok({ campaigns, handOvers });
  }

  #rows(file: OldDatabaseFile) {
    if (!this.#isKnownLog(file)) {
      this.#mark = START;
      this.#logged = new Set();
    }
    const campaigns = file
      .rows(CAMPAIGNS)
      .flatMap(({ id, status }) =>
        id !== null && this.#campaignKeys.includes(id) ? [{ key: id, oldStatus: textOf(status) ?? "" }] : [],
      );
    const isOurs = ({ campaignId }: NumberedLogRow): boolean => campaignId !== null && this.#campaignKeys.includes(campaignId);
    const again = readLogRows(file, this.#mark.open);
    const fresh = readLogAfter(file, this.#mark.rowid);
    const log = [...again, ...fresh].filter(isOurs);
    const rows: MailRows = { log, ...readTraces(file, this.#campaignKeys) };
    const last = fresh.at(-1);
    const open = log.filter(mayYetBeSent).map(({ rowid }) => rowid);
    return {
      campaigns,
      rows,
      mark: { rowid: last?.rowid ?? this.#mark.rowid, id: last === undefined ? this.#mark.id : last.id, open },
    };
  }

  /** Another file, or one whose rows were numbered anew (VACUUM may do so), has another row where the log was read to. */
  #isKnownLog(file: OldDatabaseFile): boolean {
    if (this.#mark.rowid === 0) return true;
    return readLogRows(file, [this.#mark.rowid]).some(({ id }) => id === this.#mark.id);
  }
}

const mayYetBeSent = ({ status, subject }: NumberedLogRow): boolean => mailWord(status) !== "sent" && !isTestSubject(subject);
