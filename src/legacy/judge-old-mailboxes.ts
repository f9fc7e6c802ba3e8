import { normalizeAddress } from "../domain/address.ts";
import type { OldMailbox } from "./old-picture.ts";
import { type MailboxRow, numberOf, type SalespersonRow, textOf, truthOf } from "./old-rows.ts";
import type { RemarkList } from "./remark-list.ts";

const USUAL_DAILY_LIMIT = 50;
const TLS_PORT = 465;
const SUBMISSION_PORT = 587;
const LOCAL_HOST = /^(localhost|127(\.\d+){3}|::1)$/i;

/** A mailbox and the person it writes for. */
export interface JudgedMailbox {
  readonly mailbox: OldMailbox;
  readonly salespersonKey: string | undefined;
}

/** In the order in which they are to be used. */
export function judgeMailboxes(
  rows: readonly MailboxRow[],
  people: readonly SalespersonRow[],
  remarks: RemarkList,
): JudgedMailbox[] {
  const names = new Map(people.map(({ id, name }) => [id, textOf(name)] as const));
  const ordered = rows.toSorted((a, b) => (numberOf(a.priority) ?? 0) - (numberOf(b.priority) ?? 0));
  return ordered.flatMap((row) => {
    const address = normalizeAddress(textOf(row.email) ?? "");
    if (row.id === null || !address.ok) {
      remarks.add(
        "invalid-addresses",
        "Mailboxes whose address is none are left out.",
        `mailbox ${row.id ?? "?"}: ${textOf(row.email) ?? ""}`,
      );
      return [];
    }
    const mailbox = judgeMailbox(row, row.id, address.value.address, names.get(row.virtualSalespersonId), remarks);
    return [{ mailbox, salespersonKey: row.virtualSalespersonId ?? undefined }];
  });
}

function judgeMailbox(
  row: MailboxRow,
  key: string,
  address: string,
  person: string | undefined,
  remarks: RemarkList,
): OldMailbox {
  const name = textOf(row.displayName) ?? person;
  const host = textOf(row.smtpHost) ?? "";
  const userName = textOf(row.smtpUser);
  const password = typeof row.smtpPass === "string" && row.smtpPass !== "" ? row.smtpPass : undefined;
  const limit = numberOf(row.dailyEmailLimit) ?? USUAL_DAILY_LIMIT;
  const mayNotSend = host === "" ? "has no SMTP host" : limit < 1 ? "has a daily limit of 0" : undefined;
  if (mayNotSend !== undefined) remarks.add("unclear", `A mailbox that ${mayNotSend} comes in switched off.`, address);
  return {
    key,
    address,
    ...(name !== undefined && { name }),
    host,
    ...connectionOf(row, host),
    ...(userName !== undefined && { userName }),
    ...(password !== undefined && { password }),
    perDayMax: limit < 1 ? USUAL_DAILY_LIMIT : Math.floor(limit),
    active: truthOf(row.isActive, true) && mayNotSend === undefined,
  };
}

/** Such senders encrypt from the first byte when told so, else as soon as the server offers it; a server on the same machine may do without. */
function connectionOf(row: MailboxRow, host: string): Pick<OldMailbox, "port" | "security"> {
  const isTls = truthOf(row.smtpSecure);
  const given = numberOf(row.smtpPort);
  const port =
    given !== undefined && Number.isInteger(given) && given > 0 && given < 65_536 ? given : isTls ? TLS_PORT : SUBMISSION_PORT;
  // Nobody speaks TLS from the first byte on the port that begins in the clear (RFC 6409), whatever the box says.
  if (port === TLS_PORT || (isTls && port !== SUBMISSION_PORT)) return { port, security: "tls" };
  return { port, security: LOCAL_HOST.test(host) ? "none" : "starttls" };
}
