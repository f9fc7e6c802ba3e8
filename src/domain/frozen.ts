import type { Instant } from "./instant.ts";
import { say } from "./phrase.ts";

/** Why an installation stands still until a person has looked at what its database may lack. */
export const FREEZE_REASONS = [
  /** A backup was put in the place of the database. */
  "restored",
  /** This database was replaced by a backup; somebody works on it all the same. */
  "replaced",
  /** The database ends before what this installation remembers of it. */
  "older",
  /** The database in this place is another one than before. */
  "other-database",
  /** The database was copied or moved to another machine or server. */
  "other-place",
] as const;
export type FreezeReason = (typeof FREEZE_REASONS)[number];

/** Of one campaign, the hand-overs that the database would not know by itself. */
export interface MissedHandOvers {
  readonly campaign: string;
  readonly handOvers: number;
  /** How many of them were carried over, so that those leads are not written to again. */
  readonly kept: number;
  /** The first leads among them. */
  readonly addresses: readonly string[];
}

/** What is known of the time that the database may not know. */
export interface KnownSince {
  /** When the backup was made. */
  readonly backupMadeAt?: Instant | undefined;
  /** From the database that was replaced; absent when it could not be read. */
  readonly missed?: readonly MissedHandOvers[] | undefined;
  /** Addresses that were suppressed since, all carried over. */
  readonly suppressed?: number | undefined;
  /** Where the database lies that was replaced. */
  readonly keptAside?: string | undefined;
  readonly memory?: RememberedDatabase | undefined;
}

/** What an installation remembers of its database, outside of it. */
export interface RememberedDatabase {
  /** The database's own name, which its backups bear too. */
  readonly instance: string;
  /** Counts releases: a person has judged what was missing then. */
  readonly epoch: number;
  /** The ledger's last entry; 0 when there was none. */
  readonly ledgerId: number;
  readonly lastHandOverAt?: Instant | undefined;
  readonly machine?: string | undefined;
  /** When it was written down. */
  readonly at: Instant;
}

/** Stored while the installation is frozen: no engine takes charge, nothing is claimed, no intent is committed. */
export interface Frozen {
  readonly since: Instant;
  readonly reason: FreezeReason;
  /** What happened, in one sentence. */
  readonly text: string;
  readonly known: KnownSince;
}

/** What lets a frozen installation go on. */
export const RELEASE_REMEDY = "run `goniec release`, which shows what is known and asks";

/** The state in one sentence. */
export function frozenText(frozen: Frozen): string {
  return say("frozen", { part: frozen.text });
}
