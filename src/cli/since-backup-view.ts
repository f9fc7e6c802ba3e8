import type { Frozen, KnownSince, MissedHandOvers } from "../domain/frozen.ts";
import { localText } from "../domain/zone.ts";
import { counted, number, type Style } from "./style.ts";

/**
 * What is known of the time that the database may not know, for people. Times in UTC, because an installation has no zone.
 *
 * @param isDecided whether it is settled what of it is kept
 */
export function knownText(known: KnownSince, isDecided: boolean, style: Style): string {
  const { backupMadeAt, missed, suppressed, keptAside, memory } = known;
  const lines: string[] = [];
  if (backupMadeAt !== undefined) lines.push(`The backup was made at ${utc(backupMadeAt)}.`);
  if (missed !== undefined) lines.push(missedText(missed, isDecided, style));
  if (suppressed !== undefined && suppressed > 0)
    lines.push(`${counted(suppressed, "address")} barred since: kept, whatever else is chosen.`.replace("addresss", "addresses"));
  if (memory !== undefined) lines.push(memoryText(memory));
  if (keptAside !== undefined) lines.push(`The database that was replaced is kept: ${keptAside}`);
  if (missed === undefined && memory === undefined)
    lines.push("Nothing is known of the time since: mails may have left that this database does not know.");
  return lines.map((line) => `${line}\n`).join("");
}

function missedText(missed: readonly MissedHandOvers[], isDecided: boolean, style: Style): string {
  if (missed.length === 0) return "The database that was there knows of no mail that the backup lacks.";
  const total = missed.reduce((sum, { handOvers }) => sum + handOvers, 0);
  const campaigns = missed.map((one) => {
    const rest = one.handOvers - one.addresses.length;
    const names = `${one.addresses.join(", ")}${rest > 0 ? ` and ${number(rest)} more` : ""}`;
    return `  ${style.bold(one.campaign)}  ${counted(one.handOvers, "mail")}${isDecided ? fateText(one) : ""}: ${names}`;
  });
  return [`${counted(total, "mail")} handed over that the backup does not know:`, ...campaigns].join("\n");
}

function fateText({ handOvers, kept }: MissedHandOvers): string {
  if (kept === handOvers) return ", kept as sent";
  return kept === 0 ? ", not in this database" : `, ${number(kept)} kept as sent`;
}

function memoryText({ at, ledgerId, lastHandOverAt }: NonNullable<KnownSince["memory"]>): string {
  const last = lastHandOverAt === undefined ? "" : `, the last of a mail handed over at ${utc(lastHandOverAt)}`;
  return `This installation remembers, as of ${utc(at)}, a send log of ${counted(ledgerId, "entry").replace("entrys", "entries")}${last}.`;
}

function utc(at: number): string {
  return `${localText("UTC", at)} (UTC)`;
}

/** The same as JSON; instants in UTC. */
export function frozenJson({ since, reason, text, known }: Frozen) {
  const { backupMadeAt, memory, ...rest } = known;
  return {
    since: iso(since),
    reason,
    text,
    known: {
      ...rest,
      backupMadeAt: backupMadeAt === undefined ? null : iso(backupMadeAt),
      memory:
        memory === undefined
          ? null
          : {
              ledgerId: memory.ledgerId,
              at: iso(memory.at),
              lastHandOverAt: memory.lastHandOverAt === undefined ? null : iso(memory.lastHandOverAt),
            },
    },
  };
}

const iso = (at: number): string => new Date(at).toISOString();
