import type { Instant } from "../domain/instant.ts";
import type { Judging } from "./judging.ts";
import type { OldHandOver } from "./old-picture.ts";
import { type LogRow, type MailRows, type PlaceRow, type QueueRow, type StoredValue, textOf } from "./old-rows.ts";
import { isQueuedWord, isTestSubject, mailWord, type MailWord } from "./old-vocabulary.ts";

/** What is known before this reading. */
export interface KnownMails {
  /** Keys of the campaigns that are there. */
  readonly campaigns: ReadonlySet<string>;
  /** Leads that the log has been known to have, as `mailedLead` writes them; those of this reading are added. */
  readonly logged: Set<string>;
}

/** One lead in one campaign. */
const mailedLead = (campaignKey: string, address: string): string => `${campaignKey}\n${address}`;

interface Told {
  readonly campaignKey: string;
  readonly leadKey: string | undefined;
  readonly address: string;
}

/** A place or a row of the queue that tells of a mail. */
interface Trace {
  readonly kind: "place" | "queue";
  readonly row: PlaceRow | QueueRow;
  readonly column: string;
  readonly word: Exclude<MailWord, "not-sent">;
  readonly told: Told;
}

/**
 * Every mail that has left, or may have: each row of the log that says so, and for a lead that the log does not have what its place or, after
 * that, its row of the queue says. In the order of their instants; those without one come first.
 */
export function judgeHandOvers(rows: MailRows, known: KnownMails, judging: Judging): OldHandOver[] {
  const judge = new HandOverJudge(known, judging);
  const handOvers = [...judge.fromLog(rows.log), ...judge.fromTraces(rows.places, rows.queue)];
  judge.remarkOnQueued(handOvers);
  return handOvers.sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
}

class HandOverJudge {
  readonly #known: KnownMails;
  readonly #instants: Judging["instants"];
  readonly #remarks: Judging["remarks"];
  readonly #addresses: Judging["addresses"];
  /** Whom the log has as queued. */
  readonly #queued: Told[] = [];

  constructor(known: KnownMails, { instants, remarks, addresses }: Judging) {
    this.#known = known;
    this.#instants = instants;
    this.#remarks = remarks;
    this.#addresses = addresses;
  }

  fromLog(rows: readonly LogRow[]): OldHandOver[] {
    const times = new Map<string, number>();
    const handOvers = rows.flatMap((row) => {
      const handOver = this.#logged(row);
      if (handOver === undefined) return [];
      const lead = mailedLead(handOver.campaignKey, handOver.address);
      this.#known.logged.add(lead);
      if (handOver.state === "sent") times.set(lead, (times.get(lead) ?? 0) + 1);
      return [handOver];
    });
    for (const [lead, count] of times) {
      if (count < 2) continue;
      const [campaign = "", address = ""] = lead.split("\n");
      const text = "Leads that the older sender's log has more than once in one campaign; none of them is mailed again.";
      this.#remarks.add("duplicates", text, `${address} in campaign ${campaign}: ${count} mails`);
    }
    return handOvers;
  }

  #logged(row: LogRow): OldHandOver | undefined {
    if (isTestSubject(row.subject)) return undefined;
    const word = mailWord(row.status);
    if (word === "not-sent" && !isQueuedWord(row.status)) return undefined;
    const told = this.#told(row, `log ${row.id ?? "?"}`, row.toEmail);
    if (told === undefined) return undefined;
    if (word === "not-sent") {
      this.#queued.push(told);
      return undefined;
    }
    const state = word === "sent" ? "sent" : "unconfirmed";
    if (state === "unconfirmed") this.#remarkUnconfirmed(word, row.status, told.address);
    if (row.leadId === null || row.leadEmail === null) {
      const text = "Mails to leads that the older sender has deleted since; they count by the address.";
      this.#remarks.add("forgotten-leads", text, told.address);
    }
    const at = this.#instants.read("SendLog.createdAt", row.createdAt, `log ${row.id ?? "?"}`);
    const rfcMessageId = messageId(row.messageId);
    return {
      ...handOver(`log:${row.id ?? ""}`, told, state, at),
      ...(row.mailboxId !== null && { mailboxKey: row.mailboxId }),
      ...(rfcMessageId !== undefined && { rfcMessageId }),
    };
  }

  /** What tells of mails that the log lacks; of a lead whose place is under way and whose row of the queue is sent, the mail has left. */
  fromTraces(places: readonly PlaceRow[], queue: readonly QueueRow[]): OldHandOver[] {
    const traces = [
      ...places.flatMap((row) => this.#trace(row, "place", "CampaignLead.sentAt")),
      ...queue.flatMap((row) => this.#trace(row, "queue", "CampaignEmailQueue.sentAt")),
    ];
    const traced = new Set<string>();
    return [...traces.filter(({ word }) => word === "sent"), ...traces.filter(({ word }) => word !== "sent")].flatMap((trace) => {
      const lead = mailedLead(trace.told.campaignKey, trace.told.address);
      if (traced.has(lead)) return [];
      traced.add(lead);
      const { kind, row, told, word } = trace;
      if (word !== "sent") this.#remarkUnconfirmed(word, row.status, told.address);
      const at = this.#instants.read(trace.column, row.sentAt, `${kind} ${row.id ?? "?"}`);
      return [handOver(`${kind}:${row.id ?? ""}`, told, word === "sent" ? "sent" : "unconfirmed", at)];
    });
  }

  #trace(row: PlaceRow | QueueRow, kind: "place" | "queue", column: string): Trace[] {
    const word = textOf(row.sentAt) === undefined ? mailWord(row.status) : "sent";
    // A place with a word of its own is barred (old-vocabulary.ts), and tells of no mail.
    if (word === "not-sent" || (word === "unknown" && kind === "place")) return [];
    const told = this.#told(row, `${kind} ${row.id ?? "?"}`, null);
    if (told === undefined || this.#known.logged.has(mailedLead(told.campaignKey, told.address))) return [];
    return [{ kind, row, column, word, told }];
  }

  /** A row of the log that is queued, where nothing else tells of the lead's mail. */
  remarkOnQueued(handOvers: readonly OldHandOver[]): void {
    const told = new Set(handOvers.map(({ campaignKey, address }) => mailedLead(campaignKey, address)));
    for (const { campaignKey, address } of this.#queued) {
      const lead = mailedLead(campaignKey, address);
      if (told.has(lead) || this.#known.logged.has(lead)) continue;
      const text = "Mails that the log has as queued, and nothing else tells of, are taken as not sent.";
      this.#remarks.add("unclear", text, `${address} in campaign ${campaignKey}`);
    }
  }

  #remarkUnconfirmed(word: MailWord, status: StoredValue, address: string): void {
    const text =
      word === "unknown"
        ? `Mails with the status ${JSON.stringify(textOf(status) ?? "")}, which is not known here, count as unconfirmed and are not repeated.`
        : "Mails that were on their way when the older sender stopped count as unconfirmed and are not repeated.";
    this.#remarks.add("unconfirmed", text, address);
  }

  /** Whom a row is about; undefined, and remarked on, where it says neither which campaign nor whom. */
  #told(row: LogRow | PlaceRow | QueueRow, name: string, toEmail: StoredValue): Told | undefined {
    if (row.campaignId === null || !this.#known.campaigns.has(row.campaignId)) {
      this.#remarks.add("skipped-rows", "Rows of no campaign that is still there are left out.", name);
      return undefined;
    }
    const sources = [row.leadEmail, toEmail].flatMap((value) => textOf(value) ?? []);
    for (const source of sources) {
      const address = this.#addresses.read(source);
      if (!address.ok) continue;
      const isLead = row.leadEmail !== null && row.leadId !== null && source === textOf(row.leadEmail);
      return { campaignKey: row.campaignId, leadKey: isLead ? row.leadId : undefined, address: address.value.address };
    }
    this.#remarks.add("skipped-rows", "Rows that tell of a mail, but neither of a lead nor of an address, are left out.", name);
    return undefined;
  }
}

function handOver(
  key: string,
  { campaignKey, leadKey, address }: Told,
  state: OldHandOver["state"],
  at: Instant | undefined,
): OldHandOver {
  return { key, campaignKey, ...(leadKey !== undefined && { leadKey }), address, state, ...(at !== undefined && { at }) };
}

function messageId(value: StoredValue): string | undefined {
  const text = textOf(value)?.replace(/^<|>$/g, "");
  return text === undefined || !/^[^\s<>]+@[^\s<>]+$/.test(text) ? undefined : `<${text}>`;
}
